/* smtp_answered.c - what the server's replies mean (RFC 5321 4.2, 2920 3.1, 3207 4, 4954 4). */
#include "smtp_private.h"

#include <mailtap/text.h>

#include <string.h>

/* ---- lines of a reply as they come */

static void greeting_line(struct smtp *s, const struct reply_line *l)
{
    struct heard *f = s->facts;
    struct slice rest = l->text;

    s->greeted = true;
    text_escape(f->greeting, sizeof f->greeting, l->text);
    text_escape(f->server_name, sizeof f->server_name, slice_until(&rest, ' '));
    smtp_expose(s, ITEM_SERVER_IDENTITY, l->text.n);
}

/* Keywords stand from the second line on; the first one is a greeting (RFC 5321 4.1.1.1). */
static void keyword_line(struct smtp *s, struct slice text)
{
    struct heard *f = s->facts;
    size_t n = strlen(f->keywords);
    struct slice rest = slice_trim(text);

    if (n && n + 1 < sizeof f->keywords)
        f->keywords[n++] = '\n';
    if (!text_escape(f->keywords + n, sizeof f->keywords - n, rest))
        f->keywords_cut = true;
    if (slice_equal_nocase(slice_until(&rest, ' '), slice_of("STARTTLS")))
        f->starttls_offered = YES;
}

static void ehlo_line(struct smtp *s, const struct reply_line *l)
{
    if (s->reply_lines == 1)
        s->offered_before = s->facts->starttls_offered;
    /* Nothing else is answered in several lines of 250. */
    if (s->adrift && s->reply_lines == 1 && l->code == 250 && l->more)
        s->adrift = false;
    if (l->code != 250 || s->adrift)
        return;
    if (s->reply_lines > 1) {
        keyword_line(s, l->text);
        return;
    }
    s->facts->keywords[0] = '\0';
    s->facts->keywords_cut = false;
    smtp_expose(s, ITEM_SERVER_IDENTITY, l->text.n);
}

/* A line of the reply that is due to `front`, or to nothing. */
static void reply_goes_on(struct smtp *s, const struct due *front, const struct reply_line *l)
{
    enum verb verb = front ? front->verb : VERB_UNKNOWN;

    s->reply_lines = s->reply_open ? s->reply_lines + 1 : 1;
    s->reply_open = l->more;
    if (s->reply_lines == 1) {
        s->reply_code = l->code;
        s->reply_mixed = false;
    }
    /* RFC 5321 4.2.1: all lines have the same code. */
    if (l->code != s->reply_code) {
        s->reply_mixed = true;
        s->facts->anomalies |= ANOMALY_BAD_REPLY;
    }
    if (verb == VERB_GREETING && s->reply_lines == 1)
        greeting_line(s, l);
    if (verb == VERB_XCLIENT && s->reply_lines == 1 && l->code == 220) /* it greets again */
        smtp_expose(s, ITEM_SERVER_IDENTITY, l->text.n);
    if (verb == VERB_EHLO || verb == VERB_LHLO)
        ehlo_line(s, l);
}

/* ---- whole replies */

static bool positive(int code)
{
    return code >= 200 && code < 300;
}

static void answered_ehlo(struct smtp *s, struct due *d, int code)
{
    (void)d;
    s->facts->ehlo_reply = code;
    s->accepted_here = 0;
    /* What a reply offers that accepts and refuses at once is not known. */
    if (s->reply_mixed) {
        s->facts->starttls_offered = s->offered_before;
        s->offer_unclear = true;
    }
    if (code == 250)
        s->facts->ehlo_accepted = YES;
    else if (s->facts->ehlo_accepted == UNKNOWN)
        s->facts->ehlo_accepted = NO;
}

static void answered_helo(struct smtp *s, struct due *d, int code)
{
    (void)d;
    s->facts->helo_reply = code;
    s->accepted_here = 0;
}

static void answered_reset(struct smtp *s, struct due *d, int code)
{
    (void)d;
    (void)code;
    s->accepted_here = 0;
}

static void answered_path(struct smtp *s, struct due *d, int code)
{
    if (d->verb == VERB_MAIL)
        s->accepted_here = s->unproven = 0;
    if (d->address)
        s->facts->addresses[d->address - 1].accepted = tri_of(positive(code));
    if (d->verb == VERB_RCPT && (code == 250 || code == 251)) {
        s->facts->recipients_accepted++;
        s->accepted_here++;
        s->unproven++;
    }
}

static void answered_data(struct smtp *s, struct due *d, int code)
{
    (void)d;
    s->unproven = 0;
    if (s->reading != READING_WAITS)
        return; /* what came behind it was taken for what it looked like */
    s->reading = READING_COMMAND;
    if (code != 354)
        return;
    if (s->ahead[ROLE_CLIENT].n)
        s->facts->anomalies |= ANOMALY_EARLY_CONTENT;
    smtp_data_begins(s);
}

static void answered_content(struct smtp *s, struct due *d, int code)
{
    if (!d->whole || !positive(code) || d->counted)
        return;
    s->facts->messages++;
    d->counted = true;
}

static void answered_starttls(struct smtp *s, struct due *d, int code)
{
    (void)d;
    s->facts->starttls_reply = code;
    if (s->reading == READING_WAITS)
        s->reading = code == 220 ? READING_NOTHING : READING_COMMAND;
}

static void answered_auth(struct smtp *s, struct due *d, int code)
{
    struct heard *f = s->facts;

    (void)d;
    if (s->reading == READING_WAITS)
        s->reading = code == 334 ? READING_RESPONSE : READING_COMMAND;
    if (code == 334 || !s->auth.mechanism)
        return;
    if (s->auth.facts.outcome != AUTH_CANCELLED)
        s->auth.facts.outcome = code == 235 ? AUTH_ACCEPTED : AUTH_REFUSED;
    if (f->auths <= BOUND_AUTHS)
        f->auth[f->auths - 1].outcome = s->auth.facts.outcome;
    s->auth.mechanism = NULL;
}

/* RFC 821 3.8, 2645 5.1: from here on the client answers.  Nobody follows them there. */
static void answered_turn(struct smtp *s, struct due *d, int code)
{
    (void)d;
    if (code != 250)
        return;
    s->facts->lost = true;
    s->facts->messages_known = s->facts->recipients_known = NO;
    s->reading = READING_TURNED;
}

static void answered_unknown(struct smtp *s, struct due *d, int code)
{
    if (d->masked && d->masked == s->facts->masked_command)
        s->facts->masked_reply = code;
}

static void (*const answered[VERBS])(struct smtp *s, struct due *d, int code) = {
    [VERB_EHLO] = answered_ehlo,         [VERB_LHLO] = answered_ehlo,
    [VERB_HELO] = answered_helo,         [VERB_RSET] = answered_reset,
    [VERB_MAIL] = answered_path,         [VERB_RCPT] = answered_path,
    [VERB_DATA] = answered_data,         [VERB_CONTENT] = answered_content,
    [VERB_BDAT] = answered_content,      [VERB_BURL] = answered_content,
    [VERB_STARTTLS] = answered_starttls, [VERB_TURN] = answered_turn,
    [VERB_AUTH] = answered_auth,         [VERB_RESPONSE] = answered_auth,
    [VERB_UNKNOWN] = answered_unknown,
};

/* ---- matching */

/*
 * Replies that can answer few commands and nothing else.  Where one meets another command, a reply
 * went astray (a server that answers once too often or too seldom), and these find the way back.
 */
static const struct {
    int code;
    enum verb verb[2];
} particular[] = {
    {354, {VERB_DATA, VERB_DATA}},
    {334, {VERB_AUTH, VERB_RESPONSE}},
    {235, {VERB_AUTH, VERB_RESPONSE}},
};

/* Adrift: the reply can answer nothing but this command. */
static bool certain(const struct due *d, int code)
{
    if (d->sure || (code == 220 && d->verb == VERB_STARTTLS))
        return true;
    for (size_t i = 0; i < sizeof particular / sizeof *particular; i++)
        if (particular[i].code == code &&
            (particular[i].verb[0] == d->verb || particular[i].verb[1] == d->verb))
            return true;
    return false;
}

/* 354 or a failure answers DATA (RFC 5321 4.3.2); success does not, and belongs elsewhere. */
static bool astray(const struct due *front, int code)
{
    return front->verb == VERB_DATA && positive(code);
}

/* Replies were taken for those of other commands, in this transaction at least.  Behind a gap that
 * is no wonder. */
static void skewed(struct smtp *s)
{
    struct heard *f = s->facts;

    if (!s->adrift)
        f->anomalies |= ANOMALY_REPLY_SKEW;
    f->recipients_known = NO;
    f->recipients_accepted -= s->unproven;
    s->unproven = 0;
    for (uint32_t i = f->address_count; i > 0; i--) {
        struct address *a = &f->addresses[i - 1];
        if (a->transaction != f->transactions)
            break;
        a->accepted = UNKNOWN;
    }
}

/* The due that this reply answers, those before it given up; NULL when there is none. */
static struct due *match(struct smtp *s, int code)
{
    struct due *front = smtp_due_front(s);

    if (front && astray(front, code)) {
        skewed(s);
        return NULL;
    }
    for (size_t i = 0; front && i < sizeof particular / sizeof *particular; i++) {
        const enum verb *verb = particular[i].verb;
        if (particular[i].code != code || front->verb == verb[0] || front->verb == verb[1])
            continue;
        skewed(s);
        struct due *wanted = smtp_due_find(s, verb[0]);
        if (!wanted)
            wanted = smtp_due_find(s, verb[1]);
        if (!wanted) {
            s->facts->messages_known = NO;
            return NULL;
        }
        while (smtp_due_front(s) != wanted) {
            if (smtp_due_front(s)->whole)
                s->facts->messages_known = NO;
            smtp_due_pop(s);
        }
        return wanted;
    }
    return front;
}

/* The command that only this reply can answer, where commands were not captured. */
static enum verb implied(const struct smtp *s, const struct reply_line *l)
{
    if (s->reading == READING_CONTENT)
        return VERB_CONTENT;
    if (l->code == 250 && l->more && !s->reply_torn && s->facts->ehlo_accepted == UNKNOWN)
        return VERB_EHLO;
    return l->code == 220 ? VERB_STARTTLS : l->code == 354 ? VERB_DATA : VERB_UNKNOWN;
}

static void imply(struct smtp *s, const struct reply_line *l)
{
    enum verb verb = implied(s, l);

    smtp_due_push(s, (struct due){.verb = verb, .whole = verb == VERB_CONTENT, .sure = true});
    if (verb == VERB_CONTENT) { /* nothing of it was seen */
        s->reading = READING_COMMAND;
        s->content_open = false;
    }
    if (verb == VERB_EHLO || verb == VERB_DATA)
        s->facts->dialogue = true;
    if (verb == VERB_STARTTLS || verb == VERB_DATA) {
        smtp_wait_for(s, verb);
        smtp_moved_on(s);
    }
}

/*
 * A reply to nothing: commands were missed, and with them what they sent.  Two of them say what the
 * client sends next.
 */
static void stray(struct smtp *s, int code)
{
    if (code != 421) /* may come at any time (RFC 5321 3.8) */
        s->facts->messages_known = s->facts->recipients_known = NO;
    if (!s->facts->lost || s->reading != READING_COMMAND || !smtp_line_begins(s, ROLE_CLIENT))
        return;
    if (code == 354) {
        smtp_wait_for(s, VERB_DATA); /* a command would say that its DATA is still to come */
        s->unheard = true;
        s->adrift = false;
    } else if (code == 334) {
        s->auth.mechanism = NULL;
        s->reading = READING_RESPONSE;
        s->adrift = false;
    }
}

/* Adrift: it may answer this command, or one that is missing. */
static void perhaps(struct smtp *s, struct due *d)
{
    s->facts->recipients_known = s->facts->messages_known = NO;
    if (s->reading == READING_WAITS && d->verb == s->awaited) {
        s->unheard = true; /* the client's next line tells */
        return;
    }
    if (d->verb == VERB_EHLO || d->verb == VERB_LHLO)
        s->offer_unclear = true;
    smtp_due_pop(s);
}

void smtp_reply_line(struct smtp *s, struct slice line)
{
    struct reply_line l;

    reply_line_read(line, &l);
    if (l.code == 0) {
        s->facts->anomalies |= ANOMALY_BAD_REPLY;
        return;
    }
    if (s->alone && !s->reply_open && !smtp_due_front(s))
        imply(s, &l);
    struct due *front = smtp_due_front(s);
    reply_goes_on(s, front, &l);
    if (l.more)
        return;
    s->reply_torn = false;
    if (s->owed)
        s->owed--;
    struct due *due = front ? match(s, l.code) : NULL;
    if (!due) {
        if (!front || s->adrift)
            stray(s, l.code);
        return;
    }
    if (s->adrift && !certain(due, l.code)) {
        perhaps(s, due);
        return;
    }
    s->adrift = s->adrift && due->sure;
    if (answered[due->verb])
        answered[due->verb](s, due, l.code);
    if (!due->each || --due->left == 0)
        smtp_due_pop(s);
}
