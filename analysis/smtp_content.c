/* smtp_content.c - where message content ends, and what of it is the message; see smtp.h. */
#include <mailtap/smtp.h>

#include <stdlib.h>

/*
 * RFC 5321 4.1.1.4: CRLF . CRLF ends the content, and the CRLF before the dot belongs to it.  4.5.2:
 * a dot that begins a longer line was added by the sender.  The loose places follow an LF without
 * CR: strictly no line has begun there, but some servers think so (RFC 5321 2.3.8 forbids it), and
 * only their reply can tell.  So a line that is loosely an end is held until more comes.
 */
enum place {
    LINE_START,
    DOT, /* a dot at the start of a line: not content, whatever follows */
    DOT_CR,
    INSIDE,
    CR,
    LOOSE_START,
    LOOSE_DOT,
    LOOSE_DOT_CR,
    LOOSE_END,
};

void content_begin(struct content *c, bool stuffed, struct message *message)
{
    content_clear(c);
    *c = (struct content){.stuffed = stuffed, .place = LINE_START, .message = message};
    message_begin(message);
}

static void release(struct content *c)
{
    message_feed(c->message, (struct slice){c->held, c->held_n});
    c->held_n = 0;
}

static void hold(struct content *c, uint8_t octet, enum place place)
{
    c->held[c->held_n++] = octet;
    c->place = (int)place;
}

static void go_on(struct content *c, uint8_t octet)
{
    release(c);
    message_feed(c->message, (struct slice){&octet, 1});
    c->place = octet == '\r' ? CR : octet == '\n' ? LOOSE_START : INSIDE;
}

/* An octet behind a dot that begins a line, or that dot.  True: that was the end. */
static bool step(struct content *c, uint8_t octet)
{
    enum place was = (enum place)c->place;

    if (was == LINE_START) {
        c->place = DOT;
    } else if (was == LOOSE_START) {
        hold(c, octet, LOOSE_DOT);
    } else if (was == DOT && octet == '\r') {
        c->place = DOT_CR;
    } else if (was == DOT_CR && octet == '\n') {
        return true;
    } else if (was == LOOSE_DOT && octet == '\r') {
        hold(c, octet, LOOSE_DOT_CR);
    } else if (was != DOT_CR && octet == '\n') {
        hold(c, octet, LOOSE_END);
    } else {
        if (was == DOT_CR)
            go_on(c, '\r');
        go_on(c, octet);
    }
    return false;
}

/* More came: what looked like the end was a line.  It may have ended as a line should. */
static void loose_end_was_none(struct content *c)
{
    bool crlf = c->held_n > 1 && c->held[c->held_n - 2] == '\r';

    release(c);
    c->place = crlf ? LINE_START : LOOSE_START;
}

/* Where the octets at hand, of which no dot begins a line, end. */
static enum place place_after(const struct content *c, struct slice s)
{
    uint8_t last = s.p[s.n - 1];
    bool cr = s.n > 1 ? s.p[s.n - 2] == '\r' : c->place == CR;

    if (last == '\n')
        return cr ? LINE_START : LOOSE_START;
    return last == '\r' ? CR : INSIDE;
}

/* Octets up to the next dot that begins a line. */
static size_t up_to_dot(struct content *c, struct slice s)
{
    bool starts = c->place == LINE_START || c->place == LOOSE_START;

    if ((!starts && c->place != INSIDE && c->place != CR) || (starts && s.p[0] == '.'))
        return 0;
    size_t end = slice_find_pair(s, '\n', '.');
    size_t n = end < s.n ? end + 1 : s.n;
    c->place = (int)place_after(c, slice_head(s, n));
    return n;
}

size_t content_feed(struct content *c, struct slice s, bool *ended_r)
{
    size_t used = 0;

    *ended_r = false;
    if (!c->stuffed) {
        message_feed(c->message, s);
        return s.n;
    }
    while (used < s.n && !*ended_r) {
        struct slice rest = slice_tail(s, used);
        if (c->place == LOOSE_END)
            loose_end_was_none(c);
        size_t n = up_to_dot(c, rest);
        message_feed(c->message, slice_head(rest, n));
        used += n ? n : 1;
        if (n == 0)
            *ended_r = step(c, rest.p[0]);
    }
    c->ends_loosely = c->place == LOOSE_END;
    return used;
}

void content_gap(struct content *c)
{
    if (!c->missing)
        c->before_gap = message_so_far(c->message);
    release(c);
    message_gap(c->message);
    c->missing = true;
    c->ends_loosely = false;
    c->place = INSIDE;
}

void content_up_to_gap(struct content *c)
{
    c->ends_at_gap = c->missing;
}

void content_clear(struct content *c)
{
    free(c->before_gap);
    c->before_gap = NULL;
}

const struct message_facts *content_over(struct content *c)
{
    if (c->ends_at_gap)
        return c->before_gap;
    if (c->place != LOOSE_END)
        release(c);
    return message_end(c->message);
}
