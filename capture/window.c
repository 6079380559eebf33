/* window.c - see window.h. */
#include "window.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* What is read of the file at once.  Larger pieces are slower: they leave the processor's caches before
 * they are looked at. */
#define PIECE_OCTETS 65536u

/* The octets that are left go to the end of some pages, and behind those there is room for more. */
static void make_room(struct window *w, size_t more)
{
    size_t begin = (w->left.n + MEMORY_PAGE - 1) / MEMORY_PAGE * MEMORY_PAGE;
    size_t need = begin + (more + MEMORY_PAGE - 1) / MEMORY_PAGE * MEMORY_PAGE;
    uint8_t *room = w->room;

    if (need > w->size) {
        room = must_alloc_pages(need);
        w->size = need;
    }
    if (w->left.n)
        memmove(room + begin - w->left.n, w->left.p, w->left.n);
    w->left.p = room + begin - w->left.n;
    if (room != w->room)
        free(w->room);
    w->room = room;
}

/* What is left goes before the next piece, or, when a record is too long for that, both go to `room`. */
static void add_piece(struct window *w, struct ahead_piece piece)
{
    if (w->left.n > AHEAD_BEFORE) {
        make_room(w, piece.n);
        memcpy(w->room + (w->left.p - w->room) + w->left.n, piece.p, piece.n);
    } else {
        uint8_t *to = piece.p - w->left.n;
        if (w->left.n)
            memcpy(to, w->left.p, w->left.n);
        w->left.p = to;
    }
    w->left.n += piece.n;
}

static void fill_ahead(struct window *w, size_t n)
{
    struct ahead_piece piece = {NULL, 1};

    while (w->left.n < n && piece.n) {
        piece = ahead_next(w->ahead);
        if (piece.n)
            add_piece(w, piece);
    }
}

void window_fill(struct window *w, size_t n)
{
    if (w->ahead) {
        fill_ahead(w, n);
        return;
    }
    size_t more = n - w->left.n, got;

    if (more < PIECE_OCTETS)
        more = PIECE_OCTETS;
    make_room(w, more);
    uint8_t *to = w->room + (w->left.p - w->room) + w->left.n;
    while (w->left.n < n && (got = w->read(w->of, to, more)) > 0) {
        w->left.n += got;
        to += got;
        more -= got;
    }
}

struct window *window_new(struct slice first, window_read *read, void *of)
{
    struct window *w = must_alloc(1, sizeof *w);

    w->read = read;
    w->of = of;
    w->left = first;
    make_room(w, PIECE_OCTETS);
    return w;
}

struct window *window_new_ahead(struct ahead *ahead)
{
    struct window *w = must_alloc(1, sizeof *w);

    w->ahead = ahead;
    return w;
}

void window_free(struct window **w)
{
    if (!*w)
        return;
    free((*w)->room);
    free(*w);
    *w = NULL;
}
