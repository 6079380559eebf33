/* smtp_fold.c - a dialogue that rests; see fold.h. */
#include "smtp_private.h"

#include <stdlib.h>

/* A line that has come in part only is in `octets`. */
static void line_parts(struct fold *f, struct line *l)
{
    fold_array(f, (void **)&l->octets, l->text.n, l->room);
    l->text.p = l->text.n ? l->octets : NULL;
}

/* Room for lines, and for replies that have come. */
static void forget(struct smtp *s)
{
    for (int role = 0; role < ROLES; role++)
        if (s->line[role].length == 0)
            line_free(&s->line[role]);
    if (s->due_count == 0) {
        free(s->due);
        s->due = NULL;
        s->due_first = s->due_room = 0;
    }
}

static void smtp_parts(struct fold *f, void *of)
{
    struct smtp *s = of;

    s->facts = NULL;
    forget(s);
    for (int role = 0; role < ROLES; role++) {
        struct ahead *a = &s->ahead[role];
        line_parts(f, &s->line[role]);
        fold_array(f, (void **)&a->octets, a->first + a->n, a->room);
    }
    fold_array(f, (void **)&s->due, (s->due_first + s->due_count) * sizeof *s->due,
               s->due_room * sizeof *s->due);
    /* Between two messages there is nothing in it; one under way stays where it is. */
    if (!s->content_open) {
        message_free(&s->message);
        s->content.message = NULL;
    }
}

void smtp_fold(struct fold *f, struct smtp **s, struct heard *facts)
{
    fold_object(f, (void **)s, sizeof **s, smtp_parts);
    if (!*s)
        return;
    (*s)->facts = facts;
    if ((*s)->message)
        message_keep_in((*s)->message, facts);
}
