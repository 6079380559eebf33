/* identify.c - is it mail, and which side is the server; see session.h. */
#include <mailtap/session.h>
#include <mailtap/smtp.h>
#include <mailtap/tls.h>

bool identify_mail_port(uint16_t port)
{
    /* LMTP, relay, submission over TLS (RFC 8314), submission (RFC 6409), and its common twin. */
    return port == 24 || port == 25 || port == 465 || port == 587 || port == 2525;
}

/* The first line as far as it has come; `whole` when its end has. */
static struct slice first_line(struct slice s, bool *whole)
{
    size_t n = slice_find(s, '\n');

    *whole = n < s.n;
    if (*whole && n && s.p[n - 1] == '\r')
        return slice_head(s, n - 1);
    return slice_head(s, n);
}

/* A reply line, as far as its first four octets tell. */
static tri looks_like_reply(struct slice s, bool over)
{
    struct reply_line l;
    bool whole;
    struct slice line = first_line(s, &whole);

    if (line.n >= 4 || whole || (over && line.n >= 3)) {
        reply_line_read(line, &l);
        return tri_of(l.code != 0);
    }
    static const char low[3] = {'2', '0', '0'}, high[3] = {'5', '5', '9'};
    for (size_t i = 0; i < line.n && i < 3; i++)
        if (line.p[i] < low[i] || line.p[i] > high[i])
            return NO;
    return UNKNOWN;
}

/* A command of mail; "hello" commands alone prove it where no server was heard. */
static tri looks_like_command(struct slice s)
{
    bool whole;
    struct slice line = first_line(s, &whole);
    struct command c;

    if (!whole && line.n < 8)
        return UNKNOWN;
    command_read(line, &c);
    if (c.verb == VERB_NOOP || c.verb == VERB_HELP || c.verb == VERB_UNKNOWN)
        return NO;
    return YES;
}

static bool greets(struct slice s)
{
    return slice_starts_nocase(s, "220 ") || slice_starts_nocase(s, "220-");
}

/* On which side the server is when nobody has said so yet: the opener connects to it; without a
 * handshake in the capture the mail port tells. */
static enum side likely_server(const struct first_octets *f)
{
    if (f->midstream && identify_mail_port(f->port[SIDE_OPENER]) &&
        !identify_mail_port(f->port[SIDE_RESPONDER]))
        return SIDE_OPENER;
    return SIDE_RESPONDER;
}

static enum identity identify_tls(const struct first_octets *f, enum side server, bool mail_port)
{
    tri client = tls_looks_like(f->from[!server]);
    tri answer = tls_looks_like(f->from[server]);

    if (!mail_port)
        return IDENTITY_OPEN;
    /* A record of one side alone is enough when the other was not captured or has not spoken. */
    if (client == YES && (answer == YES || f->from[server].n == 0))
        return answer == YES || f->over ? IDENTITY_TLS : IDENTITY_OPEN;
    if (answer == YES && f->from[!server].n == 0 && f->over)
        return IDENTITY_TLS;
    return IDENTITY_OPEN;
}

/* What nDPI takes for mail by other than its port has a reply in it, or a command. */
bool identify_asks(const struct first_octets *f)
{
    for (int side = 0; side < SIDES; side++)
        if (f->from[side].n && (looks_like_reply(f->from[side], f->over) != NO ||
                                looks_like_command(f->from[side]) == YES))
            return !identify_mail_port(f->port[likely_server(f)]);
    return false;
}

enum identity identify(const struct first_octets *f, enum side *server_r)
{
    enum side server = likely_server(f);
    bool mail_port = identify_mail_port(f->port[server]) || f->dpi_mail;
    enum identity tls = identify_tls(f, server, mail_port);

    /* Without a handshake and a mail port, the side that greets is the server. */
    if (f->midstream && !mail_port && greets(f->from[!server]))
        server = !server;
    *server_r = server;
    if (tls != IDENTITY_OPEN)
        return tls;

    struct slice said = f->from[server], asked = f->from[!server];
    tri reply = looks_like_reply(said, f->over), command = looks_like_command(asked);
    if (mail_port) {
        if (reply == YES)
            return IDENTITY_SMTP;
        if (command == YES && (said.n == 0 || reply != NO) && (f->over || asked.n >= 64))
            return IDENTITY_SMTP;
    } else if (greets(said) && command == YES &&
               (slice_starts_nocase(asked, "EHLO") || slice_starts_nocase(asked, "HELO") ||
                slice_starts_nocase(asked, "LHLO"))) {
        return IDENTITY_SMTP;
    }
    bool settled = reply == NO && tls_looks_like(said) == NO;
    if (f->over || settled || (!mail_port && asked.n && command == NO))
        return IDENTITY_NOT_MAIL;
    return IDENTITY_OPEN;
}
