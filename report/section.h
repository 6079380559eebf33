/*
 * section.h - the sections of the audit.  Each is made of the answers that are in the document
 * already (report.c asks), and adds itself to the end of it.
 *
 * A block that has nothing to tell is empty, and not written, and so is a section of such blocks;
 * that nothing could be read is something to tell.
 */
#ifndef MAILTAP_SECTION_H
#define MAILTAP_SECTION_H

#include "answer.h"
#include "document.h"

void section_headline(struct document *d);   /* how much could be read */
void section_directions(struct document *d); /* inbound, outbound, internal, submission */
void section_ladder(struct document *d);     /* how well sessions were protected, what was weak */
void section_flow(struct document *d);       /* offered, used, established; and why not */
void section_days(struct document *d);       /* how it went over time */
void section_bar(struct document *d);        /* 2.a to 2.d: who raises the bar */
void section_stripping(struct document *d);  /* and its evidence */
void section_credentials(struct document *d);
void section_fixing(struct document *d);       /* what to mend first */
void section_certificates(struct document *d); /* that failed, or soon will */
void section_readable(struct document *d);     /* what exactly could be read in the clear */
void section_despite(struct document *d);      /* what TLS left readable */
void section_signal(struct document *d);       /* what it tells that a session is encrypted */
void section_quality(struct document *d);      /* what the figures do not cover */

/* ---- what they have in common */

struct words {
    const char *name, *text;
    enum tone tone;
};

/* The entry for `name` in a list that ends with a NULL; else one that says `name` itself. */
struct words words_for(const struct words *list, const char *name);

/*
 * Rows of an answer as figures, one for each entry of `words` whose name stands in `column`, in the
 * order of `words`.  An entry without a row is a quiet figure of 0, and so is a share of nothing.
 */
struct listing {
    const char *question, *column;
    const char *prefix;            /* a figure's name is "prefix-word" */
    const char *count;             /* columns: */
    const char *of, *low, *high;   /* NULL: a count alone; low NULL: Wilson's interval */
    const char *note, *one, *many; /* a column to put behind, counted as "1 octet"; or NULL */
    const char *unit;              /* "exchanges"; or NULL */
    const struct words *words;
};

void add_listing(struct document *d, struct block *figures, const struct listing *l);

/* a - b, and 0 where a stranger's database has more of a part than of the whole. */
uint64_t less(uint64_t a, uint64_t b);

/* Rows of a list that a report has; further ones are counted. */
#define SECTION_ROWS 20u

/* What is made of a row of an answer, where that is more than one of its columns says. */
typedef const char *row_text(struct document *d, const struct answer *a, unsigned row);

/*
 * Rows of an answer as a table.  A column holds what `text` makes of the row; without it, the
 * question's column of the same name.
 */
struct list {
    const char *question;
    const struct list_column {
        struct table_column column;
        row_text *text;
    } * columns;
    unsigned column_count;
    row_text *sentence;                                   /* of the row, for text; or NULL */
    bool (*wanted)(const struct answer *a, unsigned row); /* NULL: every row is */
};

/* "192.0.2.25 port 25", of the columns server_ip and server_port. */
row_text server_text;

void add_list(struct document *d, const char *name, const char *title, const struct list *l);

#endif
