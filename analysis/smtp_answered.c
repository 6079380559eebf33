/* smtp_answered.c - what the server's replies mean (RFC 5321 4.2, 2920 3.1, 3207 4, 4954 4). */
#include "smtp_private.h"

#include <mailtap/text.h>

#include <string.h>

/* ---- lines of a reply as they come */

static void greeting_line(struct smtp *s, const struct reply_line *l)
{
    struct facts *f = s->facts;
    struct slice rest = l->text;

    s->greeted = true;
    text_escape(f->greeting, sizeof f->greeting, l->text);
    text_escape(f->server_name, sizeof f->server_name, slice_until(&rest, ' '));
    smtp_expose(s, ITEM_SERVER_IDENTITY, l->text.n);
}

/* Keywords stand from the second line on; the first one is a greeting (RFC 5321 4.1.1.1). */
static void keyword_line(struct smtp *s, struct slice text)
{
    struct facts *f = s->facts;
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
    if (l->code != 250)
        return;
    if (s->reply_lines == 1) {
        s->facts->keywords[0] = '\0';
        s->facts->keywords_cut = false;
        smtp_expose(s, ITEM_SERVER_IDENTITY, l->text.n);
        return;
    }
    keyword_line(s, l->text);
}

/* ---- whole replies */

static bool positive(int code)
{
    return code >= 200 && code < 300;
}

static void answered_ehlo(struct smtp *s, const struct due *d, int code)
{
    (void)d;
    if (code == 250)
        s->facts->ehlo_accepted = YES;
    else if (s->facts->ehlo_accepted == UNKNOWN)
        s->facts->ehlo_accepted = NO;
}

static void answered_path(struct smtp *s, const struct due *d, int code)
{
    if (d->address)
        s->facts->addresses[d->address - 1].accepted = tri_of(positive(code));
    if (d->verb == VERB_RCPT && (code == 250 || code == 251)) {
        s->facts->recipients_accepted++;
        s->accepted_here++;
    }
}

static void answered_data(struct smtp *s, const struct due *d, int code)
{
    (void)d;
    s->reading = READING_COMMAND;
    if (code != 354)
        return;
    if (s->ahead[ROLE_CLIENT].n)
        s->facts->anomalies |= ANOMALY_EARLY_CONTENT;
    s->reading = READING_CONTENT;
    smtp_content_begin(s, true);
}

static void answered_content(struct smtp *s, const struct due *d, int code)
{
    if (!d->whole || !positive(code) || s->counted_here)
        return;
    s->facts->messages++;
    s->counted_here = s->lmtp;
}

static void answered_starttls(struct smtp *s, const struct due *d, int code)
{
    (void)d;
    s->facts->starttls_reply = code;
    s->reading = code == 220 ? READING_NOTHING : READING_COMMAND;
}

static void answered_auth(struct smtp *s, const struct due *d, int code)
{
    struct facts *f = s->facts;

    (void)d;
    s->reading = code == 334 ? READING_RESPONSE : READING_COMMAND;
    if (code == 334 || f->auths == 0 || s->auth.facts.outcome == AUTH_CANCELLED)
        return;
    s->auth.facts.outcome = code == 235 ? AUTH_ACCEPTED : AUTH_REFUSED;
    if (f->auths <= BOUND_AUTHS)
        f->auth[f->auths - 1].outcome = s->auth.facts.outcome;
}

static void (*const answered[VERBS])(struct smtp *s, const struct due *d, int code) = {
    [VERB_EHLO] = answered_ehlo,    [VERB_LHLO] = answered_ehlo,
    [VERB_MAIL] = answered_path,    [VERB_RCPT] = answered_path,
    [VERB_DATA] = answered_data,    [VERB_CONTENT] = answered_content,
    [VERB_BDAT] = answered_content, [VERB_STARTTLS] = answered_starttls,
    [VERB_AUTH] = answered_auth,    [VERB_RESPONSE] = answered_auth,
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

/* 354 or a failure answers DATA (RFC 5321 4.3.2); success does not, and belongs elsewhere. */
static bool astray(const struct due *front, int code)
{
    return front->verb == VERB_DATA && positive(code);
}

/* The due that this reply answers, those before it given up; NULL when there is none. */
static struct due *match(struct smtp *s, int code)
{
    struct due *front = smtp_due_front(s);

    if (front && astray(front, code)) {
        s->facts->anomalies |= ANOMALY_REPLY_SKEW;
        s->facts->recipients_known = NO;
        return NULL;
    }
    for (size_t i = 0; front && i < sizeof particular / sizeof *particular; i++) {
        const enum verb *verb = particular[i].verb;
        if (particular[i].code != code || front->verb == verb[0] || front->verb == verb[1])
            continue;
        s->facts->anomalies |= ANOMALY_REPLY_SKEW;
        s->facts->recipients_known = NO;
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
    if (l->code == 250 && l->more && s->facts->ehlo_accepted == UNKNOWN)
        return VERB_EHLO;
    return l->code == 220 ? VERB_STARTTLS : l->code == 354 ? VERB_DATA : VERB_UNKNOWN;
}

static void imply(struct smtp *s, const struct reply_line *l)
{
    enum verb verb = implied(s, l);

    smtp_due_push(s, (struct due){.verb = verb, .whole = verb == VERB_CONTENT});
    if (verb == VERB_CONTENT) { /* nothing of it was seen */
        s->reading = READING_COMMAND;
        s->content_open = false;
    }
    if (verb == VERB_EHLO || verb == VERB_DATA)
        s->facts->dialogue = true;
    if (verb == VERB_STARTTLS || verb == VERB_DATA)
        smtp_moved_on(s);
}

void smtp_reply_line(struct smtp *s, struct slice line)
{
    struct reply_line l;

    reply_line_read(line, &l);
    if (l.code == 0) {
        s->facts->anomalies |= ANOMALY_BAD_REPLY;
        return;
    }
    if (s->alone && !s->reply_open && s->due_count == 0)
        imply(s, &l);
    struct due *front = smtp_due_front(s);
    s->reply_lines = s->reply_open ? s->reply_lines + 1 : 1;
    s->reply_open = l.more;
    if (front && front->verb == VERB_GREETING && s->reply_lines == 1)
        greeting_line(s, &l);
    if (front && (front->verb == VERB_EHLO || front->verb == VERB_LHLO))
        ehlo_line(s, &l);
    if (l.more)
        return;
    /* A reply to nothing: commands were missed, and with them what they sent. */
    if (!front && l.code != 421)
        s->facts->messages_known = s->facts->recipients_known = NO;
    front = match(s, l.code);
    if (!front)
        return;
    struct due d = *front;
    smtp_due_pop(s);
    if (answered[d.verb])
        answered[d.verb](s, &d, l.code);
}
