/*
 * markup.h - texts and numbers as they may stand in HTML and SVG.
 *
 * The markup is well-formed as XML too: elements are closed, attributes quoted, and of entities
 * there are the five that both know.
 */
#ifndef MAILTAP_MARKUP_H
#define MAILTAP_MARKUP_H

#include <mailtap/slice.h>

#include <stdint.h>
#include <stdio.h>

/*
 * Any octets between tags or in a quoted attribute: what is no text, and what reorders or hides
 * others, is written out as shown_text() does.
 */
void markup_text(FILE *out, const char *text);
void markup_octets(FILE *out, struct slice s);

/* The same, cut to `most` columns with an ellipsis. */
void markup_cut(FILE *out, const char *text, unsigned most);

/* An id out of names of ours: letters, digits, '-'.  `inner` NULL: the section's own. */
#define MARKUP_ID 140
const char *markup_id(char to[MARKUP_ID], const char *section, const char *inner);

/* 34.16 as "34.2", from 0 to 100: nothing is further out, and what is no number is 0. */
#define PERCENT_TEXT 16
const char *percent_text(char to[PERCENT_TEXT], double percent);

#endif
