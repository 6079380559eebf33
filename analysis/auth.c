/*
 * auth.c - what a mechanism gives away, response by response; see auth.h.
 *
 * A response is decoded only as far as its shape tells what it holds, in a buffer that is wiped.
 */
#include <mailtap/auth.h>

#include <mailtap/bounds.h>
#include <mailtap/err.h>
#include <mailtap/text.h>

#include <stdlib.h>
#include <string.h>

/* Given the n-th response (1 for the first), decoded: what it adds. */
typedef enum given (*response_reader)(struct auth *a, unsigned n, struct slice plain);

struct mechanism {
    const char *name; /* or, with a '*' at its end, how it begins */
    response_reader read;
};

static void note_user(struct auth *a, struct slice user)
{
    if (user.n)
        text_escape(a->user, sizeof a->user, user);
}

/*
 * RFC 4616 2: [authzid] NUL authcid NUL passwd.  What does not look like that may be anything, and
 * a name is known for one only where both NULs stand.
 */
static enum given read_plain(struct auth *a, unsigned n, struct slice plain)
{
    struct slice rest = plain;

    if (n != 1)
        return GIVEN_NOTHING;
    slice_until(&rest, 0);
    size_t end = slice_find(rest, 0);
    if (end == rest.n)
        return GIVEN_PASSWORD;
    note_user(a, slice_head(rest, end));
    return end + 1 == rest.n && end ? GIVEN_NAME : GIVEN_PASSWORD;
}

/* draft-murchison-sasl-login: the name, then the password. */
static enum given read_login(struct auth *a, unsigned n, struct slice plain)
{
    if (n == 1)
        note_user(a, plain);
    return n == 1 ? GIVEN_NAME : n == 2 ? GIVEN_PASSWORD : GIVEN_NOTHING;
}

/* RFC 2195 2: name, space, digest over the challenge. */
static enum given read_cram(struct auth *a, unsigned n, struct slice plain)
{
    size_t end = plain.n;

    while (end && plain.p[end - 1] != ' ')
        end--;
    note_user(a, slice_head(plain, end ? end - 1 : 0));
    return n == 1 ? GIVEN_VERIFIER : GIVEN_NOTHING;
}

/* RFC 2831 2.1.2: the first response holds the digest, and the name as username="...". */
static enum given read_digest(struct auth *a, unsigned n, struct slice plain)
{
    struct slice rest = plain;

    while (n == 1 && rest.n) {
        struct slice directive = slice_trim(slice_until(&rest, ','));
        struct slice name = slice_trim(slice_until(&directive, '='));
        struct slice value = slice_trim(directive);
        if (slice_equal_nocase(name, slice_of("username")) && slice_starts_nocase(value, "\""))
            note_user(a, slice_head(slice_tail(value, 1), slice_find(slice_tail(value, 1), '"')));
    }
    return n == 1 ? GIVEN_VERIFIER : GIVEN_NOTHING;
}

/* RFC 5802 5: the name first, then the proof; salt and count are in the challenge between. */
static enum given read_scram(struct auth *a, unsigned n, struct slice plain)
{
    struct slice rest = plain;

    while (n == 1 && rest.n) {
        struct slice attribute = slice_until(&rest, ',');
        if (slice_starts_nocase(attribute, "n="))
            note_user(a, slice_tail(attribute, 2));
    }
    return n == 1 ? GIVEN_NAME : n == 2 ? GIVEN_VERIFIER : GIVEN_NOTHING;
}

/* MS-NLMP 2.2.1: a signature, and the type of the message: 1 negotiates, 3 answers the challenge. */
static bool is_ntlm_answer(struct slice plain)
{
    static const uint8_t answer[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 3};

    return slice_equal(slice_head(plain, sizeof answer), (struct slice){answer, sizeof answer});
}

/* MS-SMTPNTLM: NEGOTIATE, then AUTHENTICATE; the first may be missing. */
static enum given read_ntlm(struct auth *a, unsigned n, struct slice plain)
{
    (void)a;
    return n == 2 || is_ntlm_answer(plain) ? GIVEN_VERIFIER : GIVEN_NOTHING;
}

/* RFC 7628 3.1 and its forerunner: a bearer token; later responses are empty acknowledgements. */
static enum given read_token(struct auth *a, unsigned n, struct slice plain)
{
    struct slice rest = plain, first = slice_until(&rest, 1);

    if (n == 1 && slice_starts_nocase(first, "user="))
        note_user(a, slice_tail(first, 5));
    return n == 1 ? GIVEN_TOKEN : GIVEN_NOTHING;
}

/* RFC 2444 3: a name, then a one-time password, which is a hash chain to guess against. */
static enum given read_otp(struct auth *a, unsigned n, struct slice plain)
{
    struct slice rest = plain;

    if (n == 1 && slice_find(plain, 0) < plain.n) {
        slice_until(&rest, 0); /* [authzid] NUL authcid */
        note_user(a, rest);
    }
    return n == 1 ? GIVEN_NAME : n == 2 ? GIVEN_VERIFIER : GIVEN_NOTHING;
}

/* RFC 2808 2: [authzid] NUL authcid NUL passcode NUL [pin]: it opens the door for a minute. */
static enum given read_passcode(struct auth *a, unsigned n, struct slice plain)
{
    struct slice rest = plain;

    slice_until(&rest, 0);
    size_t end = slice_find(rest, 0);
    if (n == 1 && end < rest.n)
        note_user(a, slice_head(rest, end));
    return n == 1 ? GIVEN_TOKEN : GIVEN_NOTHING;
}

/* RFC 4422 A, 4505, 6595, 6616: who one claims to be, or who is to vouch for it elsewhere. */
static enum given read_identity(struct auth *a, unsigned n, struct slice plain)
{
    if (n == 1)
        note_user(a, plain);
    return n == 1 ? GIVEN_NAME : GIVEN_NOTHING;
}

/* RFC 4752: tickets, of use to nobody without the session key; SPNEGO may carry NTLM instead. */
static enum given read_ticket(struct auth *a, unsigned n, struct slice plain)
{
    (void)a;
    (void)n;
    return is_ntlm_answer(plain) ? GIVEN_VERIFIER : GIVEN_NOTHING;
}

static enum given read_any(struct auth *a, unsigned n, struct slice plain)
{
    (void)a;
    (void)n;
    (void)plain;
    return GIVEN_UNKNOWN;
}

/* IANA's registry of SASL mechanisms, and those in use that are not in it. */
static const struct mechanism mechanisms[] = {
    {"PLAIN", read_plain},        {"LOGIN", read_login},       {"CRAM-MD5", read_cram},
    {"DIGEST-MD5", read_digest},  {"SCRAM-*", read_scram},     {"NTLM", read_ntlm},
    {"XOAUTH2", read_token},      {"OAUTHBEARER", read_token}, {"XOAUTH", read_token},
    {"OAUTH10A", read_token},     {"OTP", read_otp},           {"SKEY", read_otp},
    {"SECURID", read_passcode},   {"EXTERNAL", read_identity}, {"ANONYMOUS", read_identity},
    {"SAML20", read_identity},    {"OPENID20", read_identity}, {"GSSAPI", read_ticket},
    {"GSS-SPNEGO", read_ticket},  {"GS2-*", read_ticket},      {"KERBEROS_V4", read_ticket},
    {"KERBEROS_V5", read_ticket}, {"9798-*", read_ticket}, /* RFC 3163: signatures */
};
static const struct mechanism other = {"", read_any};

static bool is_named(const struct mechanism *m, struct slice name)
{
    size_t n = strlen(m->name);

    if (m->name[n - 1] == '*')
        return name.n >= n && slice_equal_nocase(slice_head(name, n - 1),
                                                 (struct slice){(const uint8_t *)m->name, n - 1});
    return slice_equal_nocase(name, slice_of(m->name));
}

static const struct mechanism *mechanism_of(struct slice name)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++)
        if (is_named(&mechanisms[i], name))
            return &mechanisms[i];
    return &other;
}

void auth_begin(struct auth *a, struct slice mechanism)
{
    explicit_bzero(a, sizeof *a);
    a->mechanism = mechanism_of(mechanism);
    text_escape(a->facts.mechanism, sizeof a->facts.mechanism, mechanism);
    text_upper(a->facts.mechanism);
}

/* ---- base64 (RFC 4648 4) */

bool auth_is_base64(struct slice line)
{
    while (line.n && line.p[line.n - 1] == '=')
        line.n--;
    for (size_t i = 0; i < line.n; i++)
        if (text_base64_digit(line.p[i]) < 0)
            return false;
    return true;
}

/* Octets written to `to`, which has room for s.n; 0 when it is no base64. */
static size_t decode(uint8_t *to, struct slice s)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t n = 0;

    if (!auth_is_base64(s))
        return 0;
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        bits = bits << 6 | (uint32_t)text_base64_digit(s.p[i]);
        held += 6;
        if (held >= 8) {
            held -= 8;
            to[n++] = (uint8_t)(bits >> held & 0xff);
        }
    }
    return n;
}

/* ---- responses */

void auth_response(struct auth *a, struct slice response, bool initial)
{
    struct auth_facts *f = &a->facts;

    response = slice_trim(response);
    if (slice_equal(response, slice_of("*")) && !initial) {
        f->outcome = AUTH_CANCELLED;
        return;
    }
    if (!a->mechanism || (initial && response.n == 0))
        return;
    a->turns++;
    /* RFC 4954 4: "=" is the empty initial response. */
    if (response.n == 0 || (initial && slice_equal(response, slice_of("="))))
        return;
    f->responses++;
    f->octets += response.n;
    uint8_t *room = must_alloc(1, response.n);
    size_t n = decode(room, response);
    /* What was not encoded can be read as it stands. */
    struct slice plain = n ? (struct slice){room, n} : response;
    enum given given = a->mechanism->read(a, a->turns, plain);
    if (given > f->given)
        f->given = given;
    explicit_bzero(room, response.n);
    free(room);
}

const char *given_name(enum given g)
{
    static const char *const names[GIVENS] = {
        [GIVEN_NOTHING] = "nothing",   [GIVEN_NAME] = "name",   [GIVEN_UNKNOWN] = "unknown",
        [GIVEN_VERIFIER] = "verifier", [GIVEN_TOKEN] = "token", [GIVEN_PASSWORD] = "password",
    };
    return g < GIVENS ? names[g] : "unknown";
}

const char *auth_outcome_name(enum auth_outcome o)
{
    static const char *const names[AUTH_OUTCOMES] = {
        [AUTH_OPEN] = "open",
        [AUTH_ACCEPTED] = "accepted",
        [AUTH_REFUSED] = "refused",
        [AUTH_CANCELLED] = "cancelled",
    };
    return o < AUTH_OUTCOMES ? names[o] : "open";
}
