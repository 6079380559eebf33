/* smtp_sent.c - what the client's commands mean (RFC 5321 4.1, 3030, 3207, 4954). */
#include "smtp_private.h"

#include <mailtap/text.h>

#include <string.h>

static void due(struct smtp *s, enum verb verb)
{
    smtp_due_push(s, (struct due){.verb = verb});
}

/* A path to remember, while there is room: its place in the list and 1, or 0. */
static uint32_t remember(struct smtp *s, const struct command *c)
{
    struct heard *f = s->facts;
    struct address *a = facts_add_address(f);

    if (!a)
        return 0;
    *a = (struct address){.transaction = s->mail_lost ? 0 : f->transactions,
                          .recipient = c->verb == VERB_RCPT};
    text_escape(a->path, sizeof a->path, c->path);
    return f->address_count;
}

/* A transaction left behind with chunks but without LAST: what was read of it counts. */
static void transaction_over(struct smtp *s)
{
    s->chunk_last = false;
    if (s->content_open)
        smtp_content_over(s);
}

/* RFC 5321 4.1.4: a further EHLO also resets. */
static void sent_hello(struct smtp *s, const struct command *c)
{
    struct heard *f = s->facts;

    transaction_over(s);
    f->dialogue = true;
    if (c->verb == VERB_HELO)
        f->helo_sent = true;
    else
        f->ehlo_sent = true;
    s->lmtp = c->verb == VERB_LHLO;
    text_escape(f->client_name, sizeof f->client_name, c->argument);
    smtp_expose(s, ITEM_CLIENT_IDENTITY, c->argument.n);
    due(s, c->verb);
}

static void sent_mail(struct smtp *s, const struct command *c)
{
    transaction_over(s);
    s->mail_lost = false;
    s->facts->transactions++;
    s->facts->dialogue = true;
    smtp_expose(s, ITEM_ENVELOPE_SENDER, c->path.n);
    smtp_due_push(s, (struct due){.verb = c->verb, .address = remember(s, c)});
}

static void sent_rcpt(struct smtp *s, const struct command *c)
{
    s->facts->dialogue = true;
    s->facts->recipients_attempted++;
    smtp_expose(s, ITEM_ENVELOPE_RECIPIENT, c->path.n);
    smtp_due_push(s, (struct due){.verb = c->verb, .address = remember(s, c)});
}

static void sent_data(struct smtp *s, const struct command *c)
{
    due(s, c->verb);
    smtp_wait_for(s, VERB_DATA);
}

/* RFC 3030 2: the chunk follows at once, whatever the reply will be. */
static void sent_bdat(struct smtp *s, const struct command *c)
{
    if (!s->content_open)
        smtp_content_begin(s, false);
    s->chunk_left = c->chunk;
    s->chunk_last = c->last;
    s->reading = READING_CHUNK;
    if (!c->last || !s->lmtp) /* LMTP answers the last chunk once for each recipient instead */
        smtp_due_push(s, (struct due){.verb = c->verb, .whole = c->last});
    if (c->chunk == 0) {
        if (c->last)
            smtp_content_over(s);
        s->reading = READING_COMMAND;
    }
}

/* RFC 4468 3.3: the server fetches what the reference names, and the observer sees nothing of it. */
static void sent_burl(struct smtp *s, const struct command *c)
{
    if (c->last && s->content_open)
        smtp_content_over(s);
    smtp_due_push(s, (struct due){.verb = c->verb, .whole = c->last, .each = c->last && s->lmtp});
}

static void sent_rset(struct smtp *s, const struct command *c)
{
    transaction_over(s);
    due(s, c->verb);
}

static void sent_starttls(struct smtp *s, const struct command *c)
{
    s->facts->starttls_requested = YES;
    s->facts->starttls_reply = 0; /* of an earlier request */
    due(s, c->verb);
    smtp_wait_for(s, VERB_STARTTLS);
}

/* What the exchange has given away so far, into the facts. */
static void auth_to_facts(struct smtp *s)
{
    struct heard *f = s->facts;
    const struct auth_facts *a = &s->auth.facts;
    struct exposure *x = &f->exposure[ITEM_CREDENTIAL];

    if (f->auths <= BOUND_AUTHS)
        f->auth[f->auths - 1] = *a;
    if (s->auth.user[0]) {
        facts_keep(f, KEEP_USERS, slice_of(s->auth.user));
        explicit_bzero(s->auth.user, sizeof s->auth.user);
    }
    if (a->given == GIVEN_UNKNOWN && f->credentials_exposed == NO)
        f->credentials_exposed = UNKNOWN;
    if (a->given < GIVEN_VERIFIER)
        return;
    f->credentials_exposed = YES;
    if (!s->auth_counted)
        *x = (struct exposure){x->count + 1, x->octets + a->octets};
    s->auth_counted = true;
}

static void auth_line(struct smtp *s, struct slice response, bool initial)
{
    uint64_t before = s->auth.facts.octets;

    auth_response(&s->auth, response, initial);
    if (s->auth_counted)
        s->facts->exposure[ITEM_CREDENTIAL].octets += s->auth.facts.octets - before;
    auth_to_facts(s);
}

static void sent_auth(struct smtp *s, const struct command *c)
{
    if (c->mechanism.n == 0) { /* a syntax error, and no exchange */
        due(s, c->verb);
        return;
    }
    s->facts->auths++;
    s->auth_counted = false;
    auth_begin(&s->auth, c->mechanism);
    auth_line(s, c->initial, true);
    due(s, c->verb);
    smtp_wait_for(s, VERB_AUTH);
}

/* XCLIENT and XFORWARD (Postfix) tell of another client than the one that speaks. */
static void sent_other_client(struct smtp *s, const struct command *c)
{
    smtp_expose(s, ITEM_CLIENT_IDENTITY, c->argument.n);
    due(s, c->verb);
}

static void sent_query(struct smtp *s, const struct command *c)
{
    s->facts->address_queries++;
    due(s, c->verb);
}

static void sent_quit(struct smtp *s, const struct command *c)
{
    s->facts->quit_sent = true;
    due(s, c->verb);
}

static void sent_other(struct smtp *s, const struct command *c)
{
    due(s, c->verb);
}

/* Firewalls overwrite a command with X, octet for octet: how many there are, if nothing else is. */
static uint32_t masked(struct slice line)
{
    for (size_t i = 0; i < line.n; i++)
        if (slice_find(slice_tail(line, i), 'X') != 0)
            return 0;
    return (uint32_t)line.n;
}

/* EHLO overwritten, its argument left or overwritten as well; it comes before any hello that can be
 * read. */
static bool masked_hello(const struct smtp *s, struct slice line)
{
    struct slice verb = slice_until(&line, ' ');

    if (s->facts->ehlo_sent || s->facts->helo_sent || s->midstream || s->missed[ROLE_CLIENT])
        return false;
    return masked(verb) >= 4 && (verb.n == 4 || line.n == 0);
}

static void sent_unknown(struct smtp *s, struct slice line)
{
    struct heard *f = s->facts;
    uint32_t run = masked(line);

    f->anomalies |= ANOMALY_UNKNOWN_COMMAND;
    f->ehlo_masked |= masked_hello(s, line);
    if (run > f->masked_command) {
        f->masked_command = run;
        f->masked_reply = 0;
    }
    smtp_due_push(s, (struct due){.verb = VERB_UNKNOWN, .masked = run});
}

/* What each command does; `decides`: having sent it, the client has made up its mind about TLS. */
static const struct {
    void (*sent)(struct smtp *s, const struct command *c);
    bool decides;
} meaning[VERBS] = {
    [VERB_EHLO] = {sent_hello, false},
    [VERB_HELO] = {sent_hello, false},
    [VERB_LHLO] = {sent_hello, false},
    [VERB_MAIL] = {sent_mail, true},
    [VERB_RCPT] = {sent_rcpt, true},
    [VERB_DATA] = {sent_data, true},
    [VERB_BDAT] = {sent_bdat, true},
    [VERB_RSET] = {sent_rset, false},
    [VERB_BURL] = {sent_burl, true},
    [VERB_TURN] = {sent_other, true},
    [VERB_QUIT] = {sent_quit, true},
    [VERB_STARTTLS] = {sent_starttls, true},
    [VERB_AUTH] = {sent_auth, true},
    [VERB_XCLIENT] = {sent_other_client, false},
    [VERB_XFORWARD] = {sent_other_client, false},
    [VERB_VRFY] = {sent_query, false},
    [VERB_EXPN] = {sent_query, false},
};

void smtp_command(struct smtp *s, struct slice line)
{
    struct command c;
    struct due *front = smtp_due_front(s);

    command_read(line, &c);
    /* Client and server took turns: the reply that comes next is the one to this command. */
    if (s->adrift && !smtp_due_front(s) && s->owed == 0)
        s->adrift = false;
    /* RFC 2920 3.1: EHLO is the last of its group, so the client had the whole reply, or gave up
     * waiting for it. */
    if (s->reply_open && front && (front->verb == VERB_EHLO || front->verb == VERB_LHLO)) {
        s->facts->anomalies |= ANOMALY_EHLO_CUT_OFF;
        s->offer_unclear = true;
    }
    if (c.verb == VERB_UNKNOWN)
        sent_unknown(s, line);
    else if (meaning[c.verb].sent)
        meaning[c.verb].sent(s, &c);
    else
        sent_other(s, &c);
    if (meaning[c.verb].decides)
        smtp_moved_on(s);
}

void smtp_moved_on(struct smtp *s)
{
    if (s->moved_on || !s->facts->dialogue)
        return;
    s->moved_on = true;
    s->read_so_far = !s->alone && !s->missed[ROLE_CLIENT] && !s->midstream;
}

/* Of a command that a gap cut in two, the verb may be known. */
void smtp_command_cut(struct smtp *s, struct slice line)
{
    struct command c;

    command_read(line, &c);
    if (meaning[c.verb].decides && c.verb != VERB_STARTTLS && slice_find(line, ' ') < line.n)
        smtp_moved_on(s);
}

/* A line that can be nothing but a command, whatever octets are missing before it. */
bool smtp_known_command(struct slice line)
{
    struct command c;

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    command_read(line, &c);
    if (c.verb == VERB_MAIL)
        return slice_starts_nocase(c.argument, "FROM:");
    if (c.verb == VERB_RCPT)
        return slice_starts_nocase(c.argument, "TO:");
    if (c.verb == VERB_RSET || c.verb == VERB_QUIT || c.verb == VERB_DATA)
        return c.argument.n == 0;
    return c.verb == VERB_EHLO || c.verb == VERB_HELO || c.verb == VERB_LHLO;
}

/* A line that may be a command by its form; those without an argument have none. */
bool smtp_well_formed(struct slice line)
{
    struct command c;

    command_read(line, &c);
    if (c.verb == VERB_STARTTLS || c.verb == VERB_TURN)
        return c.argument.n == 0;
    if (c.verb == VERB_MAIL || c.verb == VERB_RCPT || c.verb == VERB_RSET || c.verb == VERB_QUIT ||
        c.verb == VERB_DATA)
        return smtp_known_command(line);
    return c.verb != VERB_UNKNOWN;
}

/* RFC 4954 4: base64, or "*" to cancel; and no word of those that a client says next. */
bool smtp_may_be_response(struct slice line)
{
    struct command c;

    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    command_read(line, &c);
    if (c.verb == VERB_NOOP || c.verb == VERB_STARTTLS || smtp_known_command(line))
        return false;
    return slice_equal(line, slice_of("*")) || auth_is_base64(line);
}

void smtp_response(struct smtp *s, struct slice line)
{
    if (s->auth.mechanism)
        auth_line(s, line, false);
    due(s, VERB_RESPONSE);
    smtp_wait_for(s, VERB_RESPONSE);
}

/* RFC 2033 4.2: LMTP answers the content once for each recipient that it accepted. */
static void due_for_content(struct smtp *s)
{
    if (!s->content.stuffed && !(s->lmtp && s->chunk_last))
        return; /* the reply to BDAT LAST is due already */
    smtp_due_push(s, (struct due){.verb = VERB_CONTENT, .whole = true, .each = s->lmtp});
}

static void keep_subject(void *facts, struct slice value)
{
    facts_keep(facts, KEEP_SUBJECTS, value);
}

static void keep_filename(void *facts, struct slice value)
{
    facts_keep(facts, KEEP_FILENAMES, value);
}

void smtp_content_begin(struct smtp *s, bool stuffed)
{
    struct message_keep keep = {
        .context = s->facts,
        .subject = s->facts->keep & KEEP_SUBJECTS ? keep_subject : NULL,
        .filename = s->facts->keep & KEEP_FILENAMES ? keep_filename : NULL,
    };

    if (!s->message)
        s->message = message_new(&keep);
    content_begin(&s->content, stuffed, s->message);
    s->content_open = true;
}

void smtp_content_over(struct smtp *s)
{
    const struct message_facts *m = content_over(&s->content);
    struct heard *f = s->facts;

    s->content_open = false;
    s->content_sent = true;
    f->content_octets += m->octets;
    f->exposure[ITEM_HEADER_FIELD].count += m->fields;
    f->exposure[ITEM_HEADER_FIELD].octets += m->header_octets;
    if (m->body_octets)
        smtp_expose(s, ITEM_BODY, m->body_octets);
    if (m->octets)
        facts_tally(f, m);
    due_for_content(s);
}
