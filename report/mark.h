/*
 * mark.h - the marks that charts are made of, as SVG; see chart.h.
 *
 * What lies along a chart is given in hundredths of a percent of its width, what lies across it in
 * pixels.
 */
#ifndef MAILTAP_MARK_H
#define MAILTAP_MARK_H

#include "document.h"

/* ---- tones */

/* Their colours and stripes, which all charts of a page refer to. */
void mark_tones(FILE *out);

/* Its name in style.css: "clear" of the class "t-clear" and of the stripes "#tone--clear". */
const char *mark_tone(enum tone tone);

/* A patch of a tone, for beside its name; `class` NULL, or a mark of style.css in its place. */
void mark_swatch(FILE *out, enum tone tone, const char *class);

/* ---- lengths */

/* The width of a chart. */
#define WHOLE 10000u

/* A share of the width; never more than all of it. */
unsigned mark_scaled(double value, double whole);

/* Columns of text that a phone, and a screen, have room for along a whole chart. */
#define PHONE_COLUMNS 42u
#define SCREEN_COLUMNS 88u

/* Columns that any octets take as text. */
unsigned mark_columns(const char *text);

/* Which of two classes suits a text in the room of `width`: always, on a screen only, or NULL. */
const char *mark_fitting(const char *text, unsigned width, const char *always,
                         const char *on_screen);

/* ---- marks */

struct box {
    unsigned x, width, y, height;
};

/* What it stands for, "label: value", is told where somebody points at it. */
void mark_bar(FILE *out, struct box at, enum tone tone, const char *label, const char *value);

void mark_outline(FILE *out, const char *class, struct box at);
void mark_line(FILE *out, const char *class, unsigned x1, unsigned x2, unsigned y1, unsigned y2);
void mark_point(FILE *out, enum tone tone, unsigned x, unsigned y);

/* A text, cut to `most` columns. */
void mark_text(FILE *out, const char *class, unsigned x, unsigned y, const char *text,
               unsigned most);

/* The interval of a share: from end to end, with a stroke across each. */
void mark_whisker(FILE *out, double low, double high, unsigned y);

#endif
