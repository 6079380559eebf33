/* smtp_command.c - a line of the client to a command; see smtp.h. */
#include <mailtap/smtp.h>

/*
 * RFC 5321 4.1.1 and F.6, 821 (SEND, SOML and SAML carry a path as MAIL does), 2033, 1985, 2645, 3030,
 * 3207, 4468, 4954, and Postfix's XCLIENT and XFORWARD.
 */
#define WORD(name) (name), sizeof(name) - 1
static const struct {
    const char *name;
    size_t octets;
    enum verb verb;
} verbs[] = {
    {WORD("EHLO"), VERB_EHLO}, {WORD("HELO"), VERB_HELO},       {WORD("LHLO"), VERB_LHLO},
    {WORD("MAIL"), VERB_MAIL}, {WORD("RCPT"), VERB_RCPT},       {WORD("DATA"), VERB_DATA},
    {WORD("BDAT"), VERB_BDAT}, {WORD("RSET"), VERB_RSET},       {WORD("NOOP"), VERB_NOOP},
    {WORD("QUIT"), VERB_QUIT}, {WORD("HELP"), VERB_HELP},       {WORD("VRFY"), VERB_VRFY},
    {WORD("EXPN"), VERB_EXPN}, {WORD("ETRN"), VERB_ETRN},       {WORD("STARTTLS"), VERB_STARTTLS},
    {WORD("AUTH"), VERB_AUTH}, {WORD("XCLIENT"), VERB_XCLIENT}, {WORD("XFORWARD"), VERB_XFORWARD},
    {WORD("BURL"), VERB_BURL}, {WORD("TURN"), VERB_TURN},       {WORD("ATRN"), VERB_TURN},
    {WORD("SEND"), VERB_MAIL}, {WORD("SOML"), VERB_MAIL},       {WORD("SAML"), VERB_MAIL},
};

static enum verb verb_of(struct slice word)
{
    uint8_t first = word.n ? word.p[0] & 0xdf : 0; /* in upper case, if it is a letter */

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (verbs[i].octets == word.n && (uint8_t)verbs[i].name[0] == first &&
            slice_equal_nocase(word, (struct slice){(const uint8_t *)verbs[i].name, word.n}))
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
