/* smtp_command.c - a line of the client to a command; see smtp.h. */
#include <mailtap/smtp.h>

/* RFC 5321 4.1.1, 2033, 2034, 1985, 3030, 3207, 4954, and Postfix's XCLIENT and XFORWARD. */
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
};

static enum verb verb_of(struct slice word)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (slice_equal_nocase(word, slice_of(verbs[i].name)))
            return verbs[i].verb;
    return VERB_UNKNOWN;
}

/* Octets up to the '>' that ends a path: one inside a quoted local part does not (4.1.2). */
static size_t bracketed(struct slice s)
{
    bool quoted = false;

    for (size_t i = 0; i < s.n; i++) {
        if (quoted && s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            quoted = !quoted;
        else if (s.p[i] == '>' && !quoted)
            return i;
    }
    return s.n;
}

/* "FROM:<path> ...": what stands in the path, also where brackets are missing or a space is. */
static struct slice path_of(struct slice argument)
{
    struct slice rest = argument;

    slice_until(&rest, ':');
    rest = slice_trim(rest);
    if (rest.n && rest.p[0] == '<') {
        rest = slice_tail(rest, 1);
        return slice_head(rest, bracketed(rest));
    }
    return slice_until(&rest, ' ');
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
    } else if (c->verb == VERB_AUTH) {
        rest = c->argument;
        c->mechanism = slice_until(&rest, ' ');
        c->initial = slice_trim(rest);
    }
}
