/*
 * document.h - what a report says, before it is text, JSON or HTML.
 *
 * A document is sections, a section is blocks: sentences, figures, tables, series, curves.  Sections put
 * them in (section.h), the writers at the end of this header write them out, and all three formats
 * say the same, because they are given the same.
 *
 * Every text in a document is well-formed UTF-8 without control characters and without characters
 * that reorder or hide others: document_text() and document_words() see to that.  A writer escapes
 * what its format needs, and nothing else.  All of it belongs to the document.
 */
#ifndef MAILTAP_DOCUMENT_H
#define MAILTAP_DOCUMENT_H

#include <mailtap/err.h>
#include <mailtap/slice.h>

#include <stdarg.h>
#include <stdio.h>

struct answer;

/* How good or bad it is: the colour and the pattern of a mark, never the only sign of it. */
enum tone {
    TONE_PLAIN,
    TONE_CLEAR,    /* readable by anybody on the path */
    TONE_STRIPPED, /* the same, by interference */
    TONE_WEAK,     /* encrypted, but obsolete or unauthenticated */
    TONE_HIDDEN,   /* encrypted, and whether authenticated cannot be seen */
    TONE_GOOD,     /* encrypted, authenticable */
    TONE_UNKNOWN,  /* not decided */
    TONES
};

/* ---- figures: counts and shares */

struct figure {
    const char *name; /* "starttls-offered": for scripts, unique in a document; NULL: it has none */
    const char *label; /* "STARTTLS offered, by session" */
    uint64_t count, of;
    bool quiet;       /* none of it was seen: for scripts, not for eyes */
    bool share;       /* count of `of`; else a count alone, and `of` is 0 */
    bool estimated;   /* `of`, or a count alone, rests on an estimate of what went under TLS */
    bool intervalled; /* low and high are there: 95 %, from 0 to 1.  Never below SHARE_MINIMUM */
    double low, high;
    const char *unit; /* what is counted, for a count of `count`: "exchanges"; "": the block says */
    const char *note; /* "" or a few words behind the figures: "286,869 octets" */
    enum tone tone;
};

enum chart {
    CHART_NONE,
    CHART_PARTS,     /* the figures are parts of one whole: one bar, divided */
    CHART_BARS,      /* a bar for each, of counts or of shares */
    CHART_FLOW,      /* shares of one another, each a step on from the one before */
    CHART_INTERVALS, /* shares as points with their intervals, on one axis from 0 to 100 % */
};

/* ---- tables: rows of a list */

struct table_cell {
    const char *text; /* NULL: a number */
    uint64_t number;
};

struct table_column {
    const char *name;  /* "server_ip": for scripts */
    const char *title; /* "server" */
    bool number;
};

struct table_row {
    struct table_cell *cells; /* one for each column */
    const char *sentence;     /* NULL, or what stands for the row where there is little room */
};

/* ---- series: how it went over time */

struct series_line {
    const char *name, *label; /* "in_the_clear", "in the clear" */
    enum tone tone;
    uint64_t *values; /* one for each place */
};

/* ---- curves: what depends on a quantity that runs */

/* More would be no chart that is read. */
#define CURVE_POINTS 101u
#define CURVE_LINES 12u

struct curve_axis {
    const char *label, *unit; /* "messages readable"; "" or "bits" */
    bool share;               /* from 0 to 1, told in percent; `unit` is "" */
    double least, most;       /* its ends; a value beyond is drawn there */
};

struct curve_value {
    double at, low, high; /* low = at = high where there is no interval */
};

struct curve {
    const char *name, *label;   /* "2.b": short, for it stands where the line ends */
    enum tone tone;             /* a colour to tell it by */
    struct curve_value *values; /* one for each place of the x axis */
};

/* ---- blocks */

enum block_kind { BLOCK_SAY, BLOCK_FIGURES, BLOCK_TABLE, BLOCK_SERIES, BLOCK_CURVES };

struct block {
    enum block_kind kind;
    const char *name;        /* "by-session": unique in its section; "" for BLOCK_SAY */
    const char *title;       /* "" or what stands above it: "By message, of about 19:" */
    const char *description; /* of its chart, for who cannot see it; "" where there is none */

    /* BLOCK_SAY */
    const char *text;
    bool lead; /* the answer itself, said larger */
    bool item; /* one of several points */

    /* BLOCK_FIGURES */
    struct figure *figures;
    unsigned figure_count;
    enum chart chart;

    /* BLOCK_TABLE */
    struct table_column *columns;
    unsigned column_count;
    struct table_row *rows;
    unsigned row_count;
    uint64_t rows_left_out; /* further ones, which are not shown */
    bool whole;             /* text shows all rows, however many */

    /* BLOCK_SERIES: parts of a whole at each place, none counted in two lines */
    const char *const *places; /* "2026-11-27" */
    unsigned place_count;
    struct series_line *lines;
    unsigned line_count;

    /* BLOCK_CURVES */
    struct curve_axis across, up;
    double *xs; /* ascending */
    unsigned x_count;
    struct curve *curves;
    unsigned curve_count;
};

struct section {
    const char *name;  /* "headline": for scripts and links */
    const char *title; /* "How much could be read" */
    struct block **blocks;
    unsigned block_count;
    bool quiet; /* for scripts, not for eyes */
};

struct document {
    const char *title; /* "Exposure audit of findings.db" */
    const char *const
        *facts; /* below it: what was analysed, from when to when, what was left out */
    unsigned fact_count;
    struct section **sections;
    unsigned section_count;
    struct answer **answers; /* all that was asked, for JSON: see answer.h */
    unsigned answer_count;
    bool narrowed;     /* it is of a part of the database: of a time */
    struct pool *pool; /* where its texts and arrays are */
};

struct document *document_open(void);
void document_close(struct document **d);

/* ---- texts of a document */

/* Any octets as text that may stand in a document, cut to `most` columns with an ellipsis. */
const char *document_text(struct document *d, struct slice s, unsigned most);

/* Words of ours, around texts that are safe already. */
const char *document_words(struct document *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Zeroed room for count * size octets. */
void *document_room(struct document *d, size_t count, size_t size);

/* ---- putting it together: at the end of the last section */

void document_title(struct document *d, const char *title);
void document_fact(struct document *d, const char *text);
void document_section(struct document *d, const char *name, const char *title);

void say(struct document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_lead(struct document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void say_item(struct document *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A block that is empty at the end is not written. */
struct block *add_figures(struct document *d, const char *name, const char *title, enum chart chart,
                          const char *description);
/* The figure is copied; NULL in `unit` and `note` becomes "". */
void add_figure(struct document *d, struct block *figures, struct figure figure);

struct block *add_table(struct document *d, const char *name, const char *title,
                        const struct table_column *columns, unsigned column_count);
/* A new row; its cells are NUMBER 0 until they are set. */
struct table_row *add_row(struct document *d, struct block *table);

/* Values are 0 until they are set. */
struct block *add_series(struct document *d, const char *name, const char *title,
                         const char *description, unsigned places, const struct series_line *lines,
                         unsigned line_count);

/* xs and values are 0 until they are set; of more than CURVE_POINTS or CURVE_LINES, the first. */
struct block *add_curves(struct document *d, const char *name, const char *title,
                         const char *description, const struct curve_axis axes[2], unsigned points,
                         const struct curve *curves, unsigned curve_count);

/* "34.2 %", "1,234", "0.57", with the unit of the axis behind. */
#define AXIS_TEXT 80
const char *axis_text(char to[AXIS_TEXT], const struct curve_axis *axis, double value);

/* Does it have an interval at some place? */
bool curve_banded(const struct curve *c, unsigned points);

/* Is there nothing in it for eyes? */
bool block_empty(const struct block *b);
bool section_empty(const struct section *s);

/* "41 of about 120 exchanges (34.2 %, 26.3 to 43.0)", "286,869": its share from SHARE_MINIMUM on. */
#define FIGURE_TEXT 240
const char *figure_text(char to[FIGURE_TEXT], const struct figure *f);

/* Figures that have a name, in their order, those that are quiet among them; NULL behind the last. */
struct figure_place {
    unsigned section, block, figure; /* all 0: before the first */
};
const struct figure *document_next(const struct document *d, struct figure_place *p);

/* The figure of this name, or NULL. */
const struct figure *document_figure(const struct document *d, const char *name);

/* ---- writing it out; whether all was written ferror() tells */

void write_text(FILE *out, const struct document *d, bool colour); /* 80 columns */
void write_json(FILE *out, const struct document *d);              /* docs/REPORT.md */
void write_html(FILE *out, const struct document *d);              /* one file, no script */

#endif
