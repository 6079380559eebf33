/*
 * smtp_dialogue.c - whose octets are next; see smtp.h.
 *
 * Each side is read only where its octets have a meaning: the server's while a reply is due, the
 * client's while it is known whether they are commands, content or a SASL response.  Everything
 * else waits in `ahead`.  So the outcome does not depend on how the two directions interleave.
 */
#include "smtp_private.h"

#include <mailtap/err.h>
#include <mailtap/tls.h>

#include <stdlib.h>
#include <string.h>

struct smtp *smtp_new(struct heard *facts, bool midstream)
{
    struct smtp *s = must_alloc(1, sizeof *s);

    s->facts = facts;
    s->midstream = midstream;
    facts->messages_known = facts->recipients_known = YES;
    facts->credentials_exposed = NO;
    if (!midstream)
        smtp_due_push(s, (struct due){.verb = VERB_GREETING});
    return s;
}

void smtp_free(struct smtp **s)
{
    if (!*s)
        return;
    for (int role = 0; role < ROLES; role++) {
        line_free(&(*s)->line[role]);
        if ((*s)->ahead[role].octets)
            explicit_bzero((*s)->ahead[role].octets, (*s)->ahead[role].room);
        free((*s)->ahead[role].octets);
    }
    content_clear(&(*s)->content);
    message_free(&(*s)->message);
    free((*s)->due);
    explicit_bzero(*s, sizeof **s);
    free(*s);
    *s = NULL;
}

void smtp_wait_for(struct smtp *s, enum verb verb)
{
    s->unheard = false;
    s->reading = READING_WAITS;
    s->awaited = verb;
}

void smtp_data_begins(struct smtp *s)
{
    s->reading = READING_CONTENT;
    smtp_content_begin(s, true);
}

void smtp_expose(struct smtp *s, enum item item, uint64_t octets)
{
    s->facts->exposure[item].count++;
    s->facts->exposure[item].octets += octets;
}

/* ---- reading */

/* The server's octets mean something while a reply is due; after a loss replies may come for
 * commands that were never seen, and are read to pass over them. */
static bool readable(struct smtp *s, enum role role)
{
    if (s->reading == READING_NOTHING || s->reading == READING_TURNED)
        return false;
    if (role == ROLE_SERVER)
        return smtp_due_front(s) || s->alone || s->facts->lost;
    return s->reading != READING_WAITS;
}

/* Senders that end a line in CR CR LF mean one line end. */
static struct slice text_of(const struct line *l)
{
    struct slice text = line_text(l);

    while (text.n && text.p[text.n - 1] == '\r')
        text.n--;
    return text;
}

/* The first line behind a gap may have begun in it, unless it can be nothing but a whole one. */
static bool whole_behind_gap(struct slice line, enum role role)
{
    struct reply_line l;

    if (role == ROLE_CLIENT)
        return smtp_known_command(line);
    reply_line_read(line, &l);
    return l.code != 0 && l.text.n > 0;
}

static void line_done(struct smtp *s, enum role role)
{
    struct line *l = &s->line[role];
    struct slice text = text_of(l);
    bool skip = s->skip_line[role];

    s->skip_line[role] = false;
    if (skip && !whole_behind_gap(text, role))
        return;
    /* Behind a gap anything may stand; only what can be nothing else is taken for a command. */
    if (role == ROLE_CLIENT && s->missed[ROLE_CLIENT] && s->reading == READING_COMMAND &&
        !smtp_well_formed(text))
        return;
    if (l->bare)
        s->facts->anomalies |= ANOMALY_BARE_LF;
    if (l->length > line_text(l).n)
        s->facts->anomalies |= ANOMALY_LONG_LINE;
    if (role == ROLE_SERVER)
        smtp_reply_line(s, text);
    else if (s->reading == READING_RESPONSE)
        smtp_response(s, text);
    else
        smtp_command(s, text);
}

static size_t read_content(struct smtp *s, struct slice octets)
{
    bool ended;
    size_t used = content_feed(&s->content, octets, &ended);

    if (ended) {
        /* Where nobody answers, this may be the end of another message behind it. */
        if (!s->heard[ROLE_SERVER])
            content_up_to_gap(&s->content);
        smtp_content_over(s);
        s->reading = READING_COMMAND;
    }
    return used;
}

static size_t read_chunk(struct smtp *s, struct slice octets)
{
    bool ended;
    struct slice mine = slice_head(octets,
                                   s->chunk_left < octets.n ? (size_t)s->chunk_left : octets.n);

    content_feed(&s->content, mine, &ended);
    s->chunk_left -= mine.n;
    if (s->chunk_left == 0) {
        if (s->chunk_last)
            smtp_content_over(s);
        s->reading = READING_COMMAND;
    }
    return mine.n;
}

/* One step into the octets of one side: how many it took. */
static size_t step(struct smtp *s, enum role role, struct slice octets)
{
    bool whole;
    size_t used;

    if (role == ROLE_CLIENT && s->reading == READING_CONTENT)
        return read_content(s, octets);
    if (role == ROLE_CLIENT && s->reading == READING_CHUNK)
        return read_chunk(s, octets);
    used = line_feed(&s->line[role], octets, &whole);
    if (whole) {
        line_done(s, role);
        line_clear(&s->line[role]); /* its text may be borrowed */
    }
    return used;
}

/* ---- what waits */

static struct slice waiting(const struct smtp *s, enum role role)
{
    const struct ahead *a = &s->ahead[role];

    return slice_tail((struct slice){a->octets, a->first + a->n}, a->first);
}

static void ahead_keep(struct smtp *s, enum role role, struct slice octets)
{
    struct ahead *a = &s->ahead[role];

    if (octets.n == 0)
        return;
    if (s->reading != READING_NOTHING && octets.n > BOUND_AHEAD_OCTETS - a->n) {
        s->facts->anomalies |= ANOMALY_AHEAD;
        smtp_gap(s, role, octets.n);
        return;
    }
    if (a->first + a->n + octets.n > a->room) {
        if (a->n && a->first)
            memmove(a->octets, a->octets + a->first, a->n);
        a->first = 0;
        if (a->n + octets.n > a->room)
            a->octets = must_grow_wiped(a->octets, a->n, &a->room, a->n + octets.n, 512);
    }
    memcpy(a->octets + a->first + a->n, octets.p, octets.n);
    a->n += octets.n;
}

/* A record, by its whole header: with fewer octets its length could still tell against it. */
static tri record_begins(struct slice s)
{
    tri tls = tls_looks_like(slice_head(s, 5));

    return tls == YES && s.n < 5 ? UNKNOWN : tls;
}

bool smtp_line_begins(const struct smtp *s, enum role role)
{
    return s->line[role].ended || s->line[role].length == 0;
}

/*
 * Where octets are missing, STARTTLS may be among them: then a record comes where a line should
 * begin.  YES: it does, and the dialogue is over.  UNKNOWN: too few octets to tell.
 */
static tri tls_behind_gap(struct smtp *s, enum role role)
{
    if (!s->facts->lost || !smtp_line_begins(s, role))
        return NO;
    if (role == ROLE_CLIENT && s->reading != READING_COMMAND)
        return NO;
    tri tls = record_begins(waiting(s, role));
    if (tls == YES)
        s->reading = READING_NOTHING;
    return tls;
}

/* Commands may stand in octets that were taken for content. */
static void commands_missed(struct smtp *s)
{
    s->facts->lost = s->missed[ROLE_CLIENT] = s->adrift = s->mail_lost = true;
    s->facts->messages_known = s->facts->recipients_known = NO;
}

/*
 * Content that ended in a way only the server can vouch for: a dot alone between line ends that
 * are not CRLF, or somewhere in a gap.  That a reply begins where none is due says so.
 */
static void content_over_by_reply(struct smtp *s)
{
    bool missing = s->content.missing;

    if (s->reading != READING_CONTENT || smtp_due_front(s))
        return;
    if (!s->content.ends_loosely && !missing)
        return;
    if (!missing)
        s->facts->anomalies |= ANOMALY_BARE_LF;
    content_up_to_gap(&s->content);
    smtp_content_over(s);
    s->reading = READING_COMMAND;
    if (!missing)
        return;
    if (smtp_due_front(s))
        smtp_due_front(s)->sure = true;
    commands_missed(s);
}

/* One step into what waited of one side; false when it cannot be read. */
static bool ahead_step(struct smtp *s, enum role role)
{
    struct ahead *a = &s->ahead[role];

    if (a->n == 0 || !readable(s, role) || tls_behind_gap(s, role) != NO)
        return false;
    if (role == ROLE_SERVER && s->facts->lost && smtp_line_begins(s, role))
        content_over_by_reply(s);
    size_t used = step(s, role, waiting(s, role));
    a->n -= used;
    a->first = a->n ? a->first + used : 0;
    return true;
}

/* What the reply would have said is known: it is due no longer. */
static void drop_awaited(struct smtp *s)
{
    if (s->adrift && smtp_due_front(s) && smtp_due_front(s)->verb == s->awaited)
        smtp_due_pop(s);
}

/*
 * TLS, when a record comes: also behind commands that were sent along, which is how commands are
 * injected.  In the clear, when mail follows.
 */
static bool resolve_starttls(struct smtp *s, struct slice next)
{
    while (next.n) {
        tri tls = record_begins(next);
        if (tls == YES)
            s->reading = READING_NOTHING;
        if (tls != NO)
            return tls == YES;
        size_t end = slice_find(next, '\n');
        struct command c;
        if (end == next.n)
            return false;
        command_read(slice_head(next, end), &c);
        if (c.verb == VERB_MAIL || c.verb == VERB_AUTH) {
            s->reading = READING_COMMAND;
            drop_awaited(s);
            return true;
        }
        next = slice_tail(next, end + 1);
    }
    return false;
}

/*
 * The reply that would say what the client's octets are was not captured: its next line must tell.
 * After DATA a line that is a command means that DATA was refused, anything else is content.
 */
static bool resolve(struct smtp *s)
{
    struct slice next = waiting(s, ROLE_CLIENT);

    if (s->reading != READING_WAITS || next.n == 0)
        return false;
    if (s->awaited == VERB_STARTTLS)
        return resolve_starttls(s, next);
    size_t end = slice_find(next, '\n');
    if (end == next.n && next.n < 512)
        return false;
    struct slice line = slice_head(next, end);
    if (s->awaited == VERB_DATA && !smtp_known_command(line))
        smtp_data_begins(s);
    else if (s->awaited != VERB_DATA && smtp_may_be_response(line))
        s->reading = READING_RESPONSE;
    else
        s->reading = READING_COMMAND;
    drop_awaited(s);
    return true;
}

static bool resolve_unheard(struct smtp *s)
{
    return (s->unheard || !s->heard[ROLE_SERVER]) && resolve(s);
}

/* Read on in what waited, a step at a time, until neither side can go on. */
static void settle(struct smtp *s)
{
    while (ahead_step(s, ROLE_CLIENT) || resolve_unheard(s) || ahead_step(s, ROLE_SERVER))
        ;
}

/* After each step the other side has its turn, just as if every octet had come alone. */
void smtp_feed(struct smtp *s, enum role role, struct slice octets)
{
    if (octets.n == 0 || s->reading == READING_TURNED)
        return;
    s->heard[role] = true;
    if (role == ROLE_CLIENT)
        s->alone = false;
    while (octets.n && s->ahead[role].n == 0 && !s->facts->lost) {
        if (role == ROLE_SERVER)
            content_over_by_reply(s);
        if (!readable(s, role))
            break;
        octets = slice_tail(octets, step(s, role, octets));
        settle(s);
    }
    ahead_keep(s, role, octets);
    settle(s);
}

/* After a loss replies cannot be matched to the commands before it. */
static void lose(struct smtp *s, enum role role)
{
    smtp_due_front(s); /* what has no reply is not counted below */
    s->facts->lost = s->adrift = true;
    s->missed[role] = true;
    s->skip_line[role] = true;
    line_clear(&s->line[role]);
    s->ahead[role].first = s->ahead[role].n = 0;
    /* Of the server's last reply alone nothing can be left; of a client's line at least one is due. */
    s->owed = role == ROLE_CLIENT ? s->due_count + 1 : s->due_count > 1 ? s->due_count : 0;
    smtp_due_drop_all(s);
    if (s->content_sent || s->content_open || role == ROLE_CLIENT)
        s->facts->messages_known = NO;
    s->facts->recipients_known = NO;
    s->reply_torn |= role == ROLE_SERVER;
    if (role == ROLE_CLIENT) {
        s->mail_lost = true;
        s->auth.mechanism = NULL;
    } else if (s->alone && s->reading == READING_CONTENT) {
        s->reading = READING_COMMAND; /* its reply may be among them */
        s->content_open = false;
    }
}

/* The octets are missing from content, which goes on behind them; false: not from content alone. */
static bool gap_in_content(struct smtp *s, uint64_t missing)
{
    if (s->reading == READING_CHUNK && missing <= s->chunk_left) {
        content_gap(&s->content);
        s->chunk_left -= missing;
        read_chunk(s, (struct slice){NULL, 0});
        return true;
    }
    if (s->reading != READING_CONTENT)
        return false;
    content_gap(&s->content);
    if (waiting(s, ROLE_SERVER).n)
        content_over_by_reply(s);
    return true;
}

void smtp_gap(struct smtp *s, enum role role, uint64_t missing)
{
    /* What waits came before the gap: it must tell now what it is. */
    while (role == ROLE_CLIENT && resolve(s))
        settle(s);
    if (s->reading == READING_NOTHING || s->reading == READING_TURNED)
        return;
    if (role == ROLE_CLIENT && gap_in_content(s, missing)) {
        settle(s);
        return;
    }
    if (role == ROLE_CLIENT && s->reading == READING_COMMAND)
        smtp_command_cut(s, line_text(&s->line[role]));
    lose(s, role);
    if (role == ROLE_CLIENT) {
        s->reading = READING_COMMAND;
        if (s->content_open)
            smtp_content_over(s);
    }
    settle(s);
}

void smtp_server_alone(struct smtp *s)
{
    s->alone = true;
    settle(s);
}

bool smtp_in_tls(const struct smtp *s)
{
    return s->reading == READING_NOTHING;
}

struct slice smtp_leftover(struct smtp *s, enum role role)
{
    struct slice left = waiting(s, role);

    s->ahead[role].n = 0;
    return left;
}

/* ---- the end */

/* What the client did not do is known only when all it sent was read, up to a decision. */
static tri absent(const struct smtp *s)
{
    bool all = s->heard[ROLE_CLIENT] && !s->missed[ROLE_CLIENT] && !s->midstream;

    return s->read_so_far || (all && s->facts->decided == YES) ? NO : UNKNOWN;
}

static void finish_counts(struct smtp *s, bool closed)
{
    struct heard *f = s->facts;

    if (!s->heard[ROLE_SERVER] && f->recipients_attempted)
        f->recipients_known = NO;
    if (!s->heard[ROLE_SERVER] && s->content_sent)
        f->messages_known = NO;
    /* RFC 5321 3.8: a connection that ends without the reply has not accepted the message. */
    if (!closed || f->lost)
        smtp_due_drop_all(s);
    /* Replies to nothing: their commands were missed.  421 may come at any time (RFC 5321 3.8). */
    struct slice stray = waiting(s, ROLE_SERVER);
    if (stray.n && s->reading != READING_NOTHING && !slice_starts_nocase(stray, "421"))
        f->messages_known = f->recipients_known = NO;
    if (s->alone)
        f->recipients_known = NO;
    if (f->credentials_exposed == NO && (s->alone || s->midstream || s->missed[ROLE_CLIENT]))
        f->credentials_exposed = UNKNOWN;
    if (s->midstream && !s->greeted) {
        f->messages_known = f->messages ? f->messages_known : NO;
        f->recipients_known = NO;
    }
}

void smtp_finish(struct smtp *s, bool closed)
{
    struct heard *f = s->facts;

    if (s->reading == READING_WAITS && s->awaited == VERB_STARTTLS &&
        (s->unheard || !s->heard[ROLE_SERVER])) {
        s->reading = READING_COMMAND; /* what waits are the client's last words in the clear */
        settle(s);
    }
    if (s->content_open) {
        /* Its end may lie in the gap, and a reply to it wait here; a refusal may come before it. */
        if (s->content.missing)
            commands_missed(s);
        if (slice_starts_nocase(waiting(s, ROLE_SERVER), "2"))
            f->messages_known = NO;
        content_up_to_gap(&s->content);
        smtp_content_over(s);
    }
    /* That the client left is its decision, unless what it said before is missing. */
    if (s->moved_on || (closed && f->dialogue && !s->missed[ROLE_CLIENT]))
        f->decided = YES;
    if (f->starttls_requested == UNKNOWN)
        f->starttls_requested = absent(s);
    /* A refused EHLO offers nothing either; HELO alone does not ask, so nothing is known. */
    if (f->starttls_offered == UNKNOWN && f->ehlo_accepted != UNKNOWN && !s->offer_unclear)
        f->starttls_offered = NO;
    finish_counts(s, closed);
}
