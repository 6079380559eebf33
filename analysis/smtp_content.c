/* smtp_content.c - message content, counted as it passes; see smtp.h. */
#include <mailtap/smtp.h>

/*
 * RFC 5321 4.1.1.4: CRLF . CRLF ends the content, and the CRLF before the dot belongs to it.  4.5.2:
 * a dot that begins a longer line was added by the sender.  The loose places follow an LF without
 * CR: strictly no line has begun there, but some servers think so (RFC 5321 2.3.8 forbids it), and
 * only their reply can tell.
 */
enum place {
    LINE_START,
    DOT, /* a dot at the start of a line: not counted until what follows is known */
    DOT_CR,
    INSIDE,
    CR,
    LOOSE_START,
    LOOSE_DOT,
    LOOSE_DOT_CR,
    LOOSE_END,
};

void content_begin(struct content *c, bool stuffed)
{
    *c = (struct content){.stuffed = stuffed, .place = LINE_START};
}

static void header_line_over(struct content *c)
{
    if (c->colon && !c->folded)
        c->fields++;
    if (c->line_octets == 0)
        c->in_body = true;
    c->line_octets = 0;
    c->colon = c->folded = false;
}

/* One octet of the header section, dot-stuffing undone.  CR is taken as part of the line end. */
static void header_octet(struct content *c, uint8_t octet)
{
    c->header_octets++;
    if (octet == '\n') {
        header_line_over(c);
        return;
    }
    if (octet == '\r')
        return;
    if (c->line_octets == 0)
        c->folded = octet == ' ' || octet == '\t';
    if (octet == ':' && c->line_octets > 0)
        c->colon = true;
    c->line_octets++;
}

static void count(struct content *c, uint8_t octet)
{
    c->octets++;
    if (!c->in_body)
        header_octet(c, octet);
}

static int place_inside(uint8_t octet)
{
    return octet == '\r' ? CR : octet == '\n' ? LOOSE_START : INSIDE;
}

/* Move on by one octet, counting what turned out to be content.  True: that was the end. */
static bool step(struct content *c, uint8_t octet)
{
    enum place was = (enum place)c->place;

    if (was == LINE_START && octet == '.') {
        c->loose_octets = c->octets;
        c->place = DOT;
        return false;
    }
    if (was == DOT && octet == '\r') {
        c->place = DOT_CR;
        return false;
    }
    if (was == DOT_CR) {
        if (octet == '\n')
            return true;
        count(c, '\r');
        was = CR;
    }
    if (was == LOOSE_START && octet == '.')
        c->loose_octets = c->octets;
    count(c, octet);
    if (was == CR && octet == '\n')
        c->place = LINE_START;
    else if (was == LOOSE_START && octet == '.')
        c->place = LOOSE_DOT;
    else if (was == LOOSE_DOT && octet == '\r')
        c->place = LOOSE_DOT_CR;
    else if ((was == LOOSE_DOT || was == LOOSE_DOT_CR || was == DOT) && octet == '\n')
        c->place = LOOSE_END;
    else
        c->place = place_inside(octet);
    return false;
}

/* Body octets up to the next line end need no look at each of them. */
static size_t skip_inside(struct content *c, struct slice s)
{
    size_t n = slice_find(s, '\n');

    n = n > 1 ? n - 1 : 0; /* leave a CR before it to step() */
    if (n && s.p[n - 1] == '\r')
        n--; /* CR CR LF */
    c->octets += n;
    return n;
}

size_t content_feed(struct content *c, struct slice s, bool *ended_r)
{
    size_t used = 0;

    *ended_r = false;
    while (used < s.n) {
        if (c->in_body && (!c->stuffed || c->place == INSIDE)) {
            struct slice rest = slice_tail(s, used);
            size_t n = c->stuffed ? skip_inside(c, rest) : rest.n;
            if (!c->stuffed)
                c->octets += n;
            used += n;
            if (n)
                continue;
        }
        uint8_t octet = s.p[used++];
        if (!c->stuffed) {
            count(c, octet);
        } else if (step(c, octet)) {
            *ended_r = true;
            break;
        }
    }
    c->ends_loosely = c->place == LOOSE_END;
    return used;
}

void content_gap(struct content *c)
{
    c->missing = true;
    c->place = INSIDE;
}
