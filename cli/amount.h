/*
 * amount.h - numbers and texts for places where columns are few: a line of the log, a screen.  ASCII
 * only, as neither a journal nor a terminal says what else it can show.
 */
#ifndef MAILTAP_AMOUNT_H
#define MAILTAP_AMOUNT_H

#include <stddef.h>
#include <stdint.h>

/* Room for any of them. */
#define AMOUNT_TEXT 40

/* "12,345", whole. */
void amount_exact(char to[AMOUNT_TEXT], uint64_t n);

/* "12,345", or from 100,000 on "123k", "1.23M": at most 6 columns.  What is no number is 0. */
void amount_brief(char to[AMOUNT_TEXT], double n);

/* "61.2 Mbit/s", at most 11 columns; "1.50 GiB", at most 8. */
void amount_bits(char to[AMOUNT_TEXT], double bits_per_second);
void amount_octets(char to[AMOUNT_TEXT], uint64_t octets);

/* "03:04:05", "2 d 03:04:05". */
void amount_duration(char to[AMOUNT_TEXT], double seconds);

/*
 * At most `columns` characters of a text into `to`, which has room for one more: a character that is
 * not printable ASCII becomes '?', and what was cut ends with '~'.  Returns their number.
 */
unsigned amount_ascii(char *to, unsigned columns, const char *text);

#endif
