/* smtp_command.c - a line of the client to a command; see smtp.h. */
#include <mailtap/smtp.h>

/*
 * RFC 5321 4.1.1 and F.6, 821 (SEND, SOML and SAML carry a path as MAIL does), 2033, 1985, 2645, 3030,
 * 3207, 4468, 4954, and Postfix's XCLIENT and XFORWARD.
 */
static const struct {
    const char *name;
    enum verb verb;
} verbs[] = {
    {"EHLO", VERB_EHLO}, {"HELO", VERB_HELO},       {"LHLO", VERB_LHLO},
    {"MAIL", VERB_MAIL}, {"RCPT", VERB_RCPT},       {"DATA", VERB_DATA},
    {"BDAT", VERB_BDAT}, {"RSET", VERB_RSET},       {"NOOP", VERB_NOOP},
    {"QUIT", VERB_QUIT}, {"HELP", VERB_HELP},       {"VRFY", VERB_VRFY},
    {"EXPN", VERB_EXPN}, {"ETRN", VERB_ETRN},       {"STARTTLS", VERB_STARTTLS},
    {"AUTH", VERB_AUTH}, {"XCLIENT", VERB_XCLIENT}, {"XFORWARD", VERB_XFORWARD},
    {"BURL", VERB_BURL}, {"TURN", VERB_TURN},       {"ATRN", VERB_TURN},
    {"SEND", VERB_MAIL}, {"SOML", VERB_MAIL},       {"SAML", VERB_MAIL},
};

static enum verb verb_of(struct slice word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (slice_equal_nocase(word, slice_of(verbs[i].name)))
            return verbs[i].verb;
    return VERB_UNKNOWN;
}

/* Octets up to the first `end`: one inside a quoted local part does not count (4.1.2). */
static size_t unquoted(struct slice s, uint8_t end)
{
    bool quoted = false;

    for (size_t i = 0; i < s.n; i++) {
        if (quoted && s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            quoted = !quoted;
        else if (s.p[i] == end && !quoted)
            return i;
    }
    return s.n;
}

/* "FROM:<path> ...": what stands in the path, also where brackets, the colon, or a space is amiss. */
static struct slice path_of(struct slice argument)
{
    struct slice rest = argument;

    if (slice_find(rest, '<') < slice_find(rest, ':'))
        rest = slice_tail(rest, slice_find(rest, '<'));
    else
        slice_until(&rest, ':');
    rest = slice_trim(rest);
    if (rest.n && rest.p[0] == '<') {
        rest = slice_tail(rest, 1);
        size_t end = unquoted(rest, '>');
        if (end < rest.n)
            return slice_head(rest, end);
    }
    return slice_head(rest, unquoted(rest, ' '));
}

/* RFC 4468 3.1: BURL SP absolute-URI [SP LAST]. */
static bool burl_is_last(struct slice argument)
{
    slice_until(&argument, ' ');
    return slice_equal_nocase(slice_trim(argument), slice_of("LAST"));
}

/* RFC 3030 2: BDAT SP chunk-size [SP LAST]. */
static bool chunk_read(struct command *c)
{
    struct slice rest = c->argument;
    struct slice size = slice_until(&rest, ' ');

    rest = slice_trim(rest);
    c->last = slice_equal_nocase(rest, slice_of("LAST"));
    return (c->last || rest.n == 0) && slice_decimal(size, UINT64_MAX / 16, &c->chunk);
}

void command_read(struct slice line, struct command *command_r)
{
    struct command *c = command_r;
    struct slice rest = slice_trim(line);

    *c = (struct command){0};
    c->verb = verb_of(slice_until(&rest, ' '));
    c->argument = slice_trim(rest);
    if (c->verb == VERB_MAIL || c->verb == VERB_RCPT) {
        c->path = path_of(c->argument);
    } else if (c->verb == VERB_BDAT) {
        if (!chunk_read(c))
            c->verb = VERB_UNKNOWN;
    } else if (c->verb == VERB_BURL) {
        c->last = burl_is_last(c->argument);
    } else if (c->verb == VERB_AUTH) {
        rest = c->argument;
        c->mechanism = slice_until(&rest, ' ');
        c->initial = slice_trim(rest);
    }
}
