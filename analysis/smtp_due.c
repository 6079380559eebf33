/* smtp_due.c - the replies that are due, in the order of their commands (RFC 2920 3.1); see smtp.h. */
#include "smtp_private.h"

#include <mailtap/err.h>

#include <string.h>

void smtp_due_push(struct smtp *s, struct due due)
{
    if (s->due_count == BOUND_OUTSTANDING) {
        s->facts->anomalies |= ANOMALY_OUTSTANDING;
        smtp_due_drop_all(s);
    }
    if (s->due_first + s->due_count == s->due_room) {
        if (s->due_first) {
            memmove(s->due, s->due + s->due_first, s->due_count * sizeof *s->due);
            s->due_first = 0;
        } else {
            s->due_room = s->due_room ? s->due_room * 2 : 16;
            s->due = must_grow(s->due, s->due_room, sizeof *s->due);
        }
    }
    s->due[s->due_first + s->due_count++] = due;
}

/* RFC 2033 4.2: how many replies an LMTP message has is known when its recipients are answered; with
 * none accepted there is no reply. */
struct due *smtp_due_front(struct smtp *s)
{
    while (s->due_count) {
        struct due *due = &s->due[s->due_first];
        if (due->each && due->left == 0)
            due->left = s->accepted_here;
        if (!due->each || due->left)
            return due;
        smtp_due_pop(s);
    }
    return NULL;
}

struct due *smtp_due_find(struct smtp *s, enum verb verb)
{
    for (size_t i = 0; i < s->due_count; i++)
        if (s->due[s->due_first + i].verb == verb)
            return &s->due[s->due_first + i];
    return NULL;
}

/* A reply to it will not be known: what rests on it becomes a lower bound. */
static void due_unanswered(struct smtp *s, const struct due *due)
{
    if (due->verb == VERB_RCPT)
        s->facts->recipients_known = NO;
    if (due->whole)
        s->facts->messages_known = NO;
    if (due->verb == VERB_EHLO || due->verb == VERB_LHLO)
        s->offer_unclear = true;
}

void smtp_due_pop(struct smtp *s)
{
    s->due_first++;
    s->due_count--;
    if (s->due_count == 0)
        s->due_first = 0;
}

void smtp_due_drop_all(struct smtp *s)
{
    for (size_t i = 0; i < s->due_count; i++)
        due_unanswered(s, &s->due[s->due_first + i]);
    s->due_first = s->due_count = 0;
    s->reply_open = false;
    s->unheard = s->reading == READING_WAITS;
}
