/*
 * window.h - the octets of a capture file, lent where they were read: a record is looked at in place, and
 * nothing but its beginning is ever copied.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include <mailtap/ahead.h>
#include <mailtap/slice.h>

/* Up to n octets of the file that come next; 0 when there are no more. */
typedef size_t window_read(void *of, uint8_t *to, size_t n);

struct window {
    struct slice left; /* read, and not taken yet: in `room`, or in a piece that is lent */
    uint8_t *room;
    size_t size;
    window_read *read; /* one of these two gives more */
    void *of;
    struct ahead *ahead;
};

/* `first`: octets that were read already and come before; copied. */
struct window *window_new(struct slice first, window_read *read, void *of);
struct window *window_new_ahead(struct ahead *ahead);
void window_free(struct window **w);

/* Until n octets are left, or no more than that come. */
void window_fill(struct window *w, size_t n);

/* The next n octets in one piece, or those that are left when the file ends before; lent until the next
 * call.  Asked for each record, so that it costs no call. */
static inline struct slice window_take(struct window *w, size_t n)
{
    if (n > w->left.n)
        window_fill(w, n);
    struct slice taken = slice_head(w->left, n);
    w->left = slice_tail(w->left, n);
    return taken;
}

#endif
