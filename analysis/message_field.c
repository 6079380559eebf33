/* message_field.c - which field a name is, and what a Received field claims (RFC 5321 4.4). */
#include "message_private.h"

static const char *const names[HEADER_FIELDS] = {
    [HEADER_FROM] = "from",
    [HEADER_SENDER] = "sender",
    [HEADER_REPLY_TO] = "reply-to",
    [HEADER_TO] = "to",
    [HEADER_CC] = "cc",
    [HEADER_BCC] = "bcc",
    [HEADER_SUBJECT] = "subject",
    [HEADER_DATE] = "date",
    [HEADER_MESSAGE_ID] = "message-id",
    [HEADER_IN_REPLY_TO] = "in-reply-to",
    [HEADER_REFERENCES] = "references",
    [HEADER_RETURN_PATH] = "return-path",
    [HEADER_RECEIVED] = "received",
    [HEADER_USER_AGENT] = "user-agent",
    [HEADER_ORIGIN] = "origin",
    [HEADER_LIST] = "list",
    [HEADER_DKIM] = "dkim",
    [HEADER_MIME] = "mime",
    [HEADER_TLS_REQUIRED] = "tls-required",
    [HEADER_OTHER] = "other",
};

const char *header_field_name(enum header_field f)
{
    return names[f];
}

/* What fields are called: whole, or the beginning of a family ("List-Id"). */
#define NAME(text) (text), sizeof(text) - 1
static const struct {
    const char *name;
    size_t octets;
    enum header_field field;
    bool family;
} fields[] = {
    {NAME("from"), HEADER_FROM, false},
    {NAME("sender"), HEADER_SENDER, false},
    {NAME("reply-to"), HEADER_REPLY_TO, false},
    {NAME("to"), HEADER_TO, false},
    {NAME("cc"), HEADER_CC, false},
    {NAME("bcc"), HEADER_BCC, false},
    {NAME("subject"), HEADER_SUBJECT, false},
    {NAME("date"), HEADER_DATE, false},
    {NAME("message-id"), HEADER_MESSAGE_ID, false},
    {NAME("in-reply-to"), HEADER_IN_REPLY_TO, false},
    {NAME("references"), HEADER_REFERENCES, false},
    {NAME("return-path"), HEADER_RETURN_PATH, false},
    {NAME("received"), HEADER_RECEIVED, false},
    {NAME("user-agent"), HEADER_USER_AGENT, false},
    {NAME("tls-required"), HEADER_TLS_REQUIRED, false},
    {NAME("x-mailer"), HEADER_USER_AGENT, false},
    {NAME("x-originating-ip"), HEADER_ORIGIN, false},
    {NAME("x-client-ip"), HEADER_ORIGIN, false},
    {NAME("x-sender-ip"), HEADER_ORIGIN, false},
    {NAME("x-source-ip"), HEADER_ORIGIN, false},
    {NAME("x-remote-ip"), HEADER_ORIGIN, false},
    {NAME("list-"), HEADER_LIST, true},
    {NAME("dkim-signature"), HEADER_DKIM, false},
    {NAME("authentication-results"), HEADER_DKIM, false},
    {NAME("arc-"), HEADER_DKIM, true},
    {NAME("mime-version"), HEADER_MIME, false},
    {NAME("content-"), HEADER_MIME, true},
};

enum header_field header_field_of(struct slice name)
{
    uint8_t first = name.n ? name.p[0] | 0x20 : 0; /* in lower case, if it is a letter */

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t n = fields[i].octets;
        if ((uint8_t)fields[i].name[0] != first || name.n < n || (name.n > n && !fields[i].family))
            continue;
        if (slice_equal_nocase(slice_head(name, n),
                               (struct slice){(const uint8_t *)fields[i].name, n}))
            return fields[i].field;
    }
    return HEADER_OTHER;
}

/* ---- trace */

/* RFC 3848, RFC 6531 4.3: S says TLS.  HTTPS is not registered; webmail and Exchange write it. */
static bool protocol_claims_tls(struct slice protocol)
{
    static const char *const secure[] = {
        "ESMTPS",     "ESMTPSA",   "LMTPS",      "LMTPSA", "UTF8SMTPS",
        "UTF8SMTPSA", "UTF8LMTPS", "UTF8LMTPSA", "HTTPS",
    };

    for (size_t i = 0; i < sizeof secure / sizeof *secure; i++)
        if (slice_equal_nocase(protocol, slice_of(secure[i])))
            return true;
    return false;
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool ends_word(struct slice s)
{
    if (s.n == 0)
        return true;
    switch (s.p[0]) {
    case ' ':
    case '\t':
    case ',':
    case ';':
    case ':':
    case '/':
    case '(':
    case ')':
    case '=':
        return true;
    default:
        return false;
    }
}

/* "TLSv1.3", "TLS1.3", "TLS1_2", "TLSv1": and not the host "TLS1.example.com". */
static bool is_version(struct slice s)
{
    if (!slice_equal(slice_head(s, 3), slice_of("TLS")))
        return false;
    s = slice_tail(s, 3);
    if (s.n && s.p[0] == 'v')
        s = slice_tail(s, 1);
    if (s.n == 0 || s.p[0] != '1')
        return false;
    s = slice_tail(s, 1);
    if (s.n > 1 && (s.p[0] == '.' || s.p[0] == '_') && is_digit(s.p[1]))
        s = slice_tail(s, 2);
    return ends_word(s);
}

/*
 * Postfix "(using TLSv1.3 with cipher", Sendmail and Google "(version=TLSv1.3 cipher=", Microsoft
 * "(version=TLS1_2, cipher=" and once "(TLS)", Exim "(TLS1.3)", OpenSMTPD "(TLSv1.3:", Courier
 * "(TLS: TLSv1.2,256bits,".
 */
static bool comment_claims_tls(struct slice comment)
{
    bool begins = true;

    if (slice_equal(comment, slice_of("TLS")))
        return true;
    for (size_t i = 0; i < comment.n; i++) {
        if (begins && comment.p[i] == 'T' && is_version(slice_tail(comment, i)))
            return true;
        begins = ends_word(slice_tail(comment, i));
    }
    return false;
}

struct slice field_comment_take(struct slice *s)
{
    struct slice inside = slice_tail(*s, 1);
    size_t i = 0;

    for (unsigned depth = 1; i < inside.n; i++) {
        if (inside.p[i] == '\\')
            i++;
        else if (inside.p[i] == '(')
            depth++;
        else if (inside.p[i] == ')' && --depth == 0)
            break;
    }
    *s = slice_tail(inside, i + 1);
    return slice_head(inside, i);
}

static bool is_word(uint8_t octet)
{
    return octet != ' ' && octet != '\t' && octet != '(' && octet != ')' && octet != ';';
}

static struct slice word_take(struct slice *s)
{
    size_t n = 0;

    while (n < s->n && is_word(s->p[n]))
        n++;
    struct slice word = slice_head(*s, n);
    *s = slice_tail(*s, n);
    return word;
}

/* Clauses are a keyword and its value: "by with" names a host (RFC 5321 4.4). */
static bool is_clause(struct slice word)
{
    static const char *const keywords[] = {"from", "by", "via", "with", "id", "for", "tls"};

    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (slice_equal_nocase(word, slice_of(keywords[i])))
            return true;
    return false;
}

bool received_claims_tls(struct slice value)
{
    struct slice keyword = {NULL, 0};

    while (value.n && value.p[0] != ';') { /* the date follows it */
        if (value.p[0] == '(') {
            if (comment_claims_tls(field_comment_take(&value)))
                return true;
            continue;
        }
        struct slice word = word_take(&value);
        if (word.n == 0) {
            value = slice_tail(value, 1);
            continue;
        }
        if (keyword.n == 0) {
            if (is_clause(word))
                keyword = word;
            continue;
        }
        if (slice_equal_nocase(keyword, slice_of("tls")) ||
            (slice_equal_nocase(keyword, slice_of("with")) && protocol_claims_tls(word)))
            return true;
        keyword.n = 0;
    }
    return false;
}
