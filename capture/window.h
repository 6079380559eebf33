/*
 * window.h - the octets of a capture file, lent where they were read: a record is looked at in place, and
 * nothing but its beginning is ever copied.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <mailtap/slice.h>

struct window;

/* Up to n octets of the file that come next; 0 when there are no more. */
typedef size_t window_read(void *of, uint8_t *to, size_t n);

/* `first`: octets that were read already and come before; copied. */
struct window *window_new(struct slice first, window_read *read, void *of);
void window_free(struct window **w);

/* The next n octets in one piece, or those that are left when the file ends before; lent until the next
 * call. */
struct slice window_take(struct window *w, size_t n);

#endif
