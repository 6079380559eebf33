/*
 * text.h - octets from the wire as text that is safe to print and to store.
 *
 * Captured names are hostile: they may hold control characters, terminal sequences or broken
 * UTF-8.  text_escape() keeps well-formed UTF-8 without control characters, and writes every other
 * octet as \xNN, a backslash as \\, so what was there can still be read off.
 */
#ifndef MAILTAP_TEXT_H
#define MAILTAP_TEXT_H

#include <mailtap/slice.h>

/*
 * Write s, escaped, into to[cap], always NUL-terminated.  Returns false when it did not all fit;
 * what fits is whole characters.
 */
bool text_escape(char *to, size_t cap, struct slice s);

/* Text that a stranger says was escaped, or lines of it: what text_escape() would not have left
 * becomes '?'.  Text that is as it should be is not changed. */
void text_mend(char *text);

/* What a digit of base64 stands for (RFC 4648 4), or -1: it is none. */
int text_base64_digit(uint8_t octet);

/* ASCII letters to upper or lower case, in place. */
void text_upper(char *text);
void text_lower(char *text);

/* "12,345", whole; gives `to`. */
#define TEXT_NUMBER 28
const char *text_number(char to[TEXT_NUMBER], uint64_t value);

/* UTC as 2026-11-24T01:50:52.000001Z, microseconds, rounded down; from nanoseconds of the epoch. */
#define TEXT_TIME 32
void text_time(char to[TEXT_TIME], int64_t at_ns);

/* And back: a day, or a day and a time, 2026-11-24T01:50 and more of it, in UTC with or without Z;
 * false when it is none, before 1970 or after 2261. */
bool text_time_read(struct slice s, int64_t *at_ns_r);

/* "90d": a whole number of seconds, minutes, hours, days or weeks (s, m, h, d, w), together at most a
 * hundred years; in seconds.  False when it is none. */
bool text_duration_read(struct slice s, uint64_t *seconds_r);

#endif
