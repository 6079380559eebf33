/*
 * json.h - values of an answer as text, and as JSON (RFC 8259).
 */
#ifndef MAILTAP_JSON_H
#define MAILTAP_JSON_H

#include <mailtap/query.h>
#include <stdio.h>

/* The shortest digits that give the same number back. */
#define VALUE_TEXT 32
void value_real_text(char to[VALUE_TEXT], double value);

/* Hexadecimal digits of at most `most` octets; owned by the caller. */
char *value_hex(struct slice s, size_t most);

/* A number as digits; octets as hexadecimal digits with `quote` around them. */
void value_plain(FILE *out, struct cell c, const char *quote);

/*
 * Octets as a JSON string.  What is no UTF-8 becomes "\xNN" in the text; control characters, and
 * characters that reorder or hide others, stand as \uNNNN: a reader gets them, a terminal does not.
 */
void json_text(FILE *out, struct slice s);

/* A cell of an answer: null, a number, or a string. */
void json_cell(FILE *out, struct cell c);

#endif
