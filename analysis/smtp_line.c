/* smtp_line.c - octets to lines; see smtp.h. */
#include <mailtap/err.h>
#include <mailtap/smtp.h>

#include <stdlib.h>
#include <string.h>

static void keep(struct line *l, struct slice s)
{
    size_t n = l->text.n;

    s = slice_head(s, BOUND_LINE_OCTETS - n);
    if (s.n == 0)
        return;
    if (n + s.n > l->room)
        l->octets = must_grow_wiped(l->octets, n, &l->room, n + s.n, 256);
    memcpy(l->octets + n, s.p, s.n);
    l->text = (struct slice){l->octets, n + s.n};
}

size_t line_feed(struct line *l, struct slice s, bool *whole_r)
{
    size_t n = slice_find(s, '\n');

    if (l->ended)
        line_clear(l);
    *whole_r = n < s.n;
    if (*whole_r && l->length == 0 && n <= BOUND_LINE_OCTETS)
        l->text = slice_head(s, n);
    else
        keep(l, slice_head(s, n));
    if (n)
        l->last = s.p[n - 1];
    l->length += n;
    if (!*whole_r)
        return s.n;
    l->ended = true;
    l->bare = l->length == 0 || l->last != '\r';
    if (!l->bare) {
        l->length--;
        if (l->text.n > l->length)
            l->text.n = (size_t)l->length;
    }
    return n + 1;
}

struct slice line_text(const struct line *l)
{
    return l->text;
}

void line_clear(struct line *l)
{
    l->text = (struct slice){NULL, 0};
    l->length = 0;
    l->last = 0;
    l->ended = l->bare = false;
}

void line_free(struct line *l)
{
    if (l->octets)
        explicit_bzero(l->octets, l->room);
    free(l->octets);
    *l = (struct line){0};
}
