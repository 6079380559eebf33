/* smtp_auth.c - what an AUTH exchange in the clear gives away (RFC 4954; RFC 4616, 2195, 5802). */
#include "smtp_private.h"

#include <mailtap/text.h>

/* After how many responses of the client an observer has something to use; 0: never. */
struct mechanism {
    const char *name;
    unsigned responses;
};

static const struct mechanism mechanisms[] = {
    {"PLAIN", 1},       {"LOGIN", 2},     {"CRAM-MD5", 1}, {"DIGEST-MD5", 1},  {"XOAUTH2", 1},
    {"OAUTHBEARER", 1}, {"XOAUTH", 1},    {"NTLM", 2},     {"SCRAM-SHA-1", 2}, {"SCRAM-SHA-256", 2},
    {"EXTERNAL", 0},    {"ANONYMOUS", 0}, {"GSSAPI", 0},
};
/* Of a mechanism that is not known the observer still has the whole exchange. */
static const struct mechanism other = {"", 1};

static const struct mechanism *mechanism_of(struct slice name)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++)
        if (slice_equal_nocase(name, slice_of(mechanisms[i].name)))
            return &mechanisms[i];
    return &other;
}

void smtp_auth_begin(struct smtp *s, const struct command *c)
{
    struct facts *f = s->facts;

    s->mechanism = mechanism_of(c->mechanism);
    s->responses = 0;
    if (f->auth_mechanism[0] == '\0') {
        text_escape(f->auth_mechanism, sizeof f->auth_mechanism, c->mechanism);
        text_upper(f->auth_mechanism);
    }
    if (c->initial.n)
        smtp_auth_response(s, c->initial);
}

void smtp_auth_response(struct smtp *s, struct slice response)
{
    const struct mechanism *m = s->mechanism ? s->mechanism : &other;
    struct exposure *x = &s->facts->exposure[ITEM_CREDENTIAL];

    response = slice_trim(response);
    /* RFC 4954 4: "*" cancels, "=" is the empty initial response. */
    if (response.n == 0 || slice_equal(response, slice_of("*")) ||
        (s->responses == 0 && slice_equal(response, slice_of("="))))
        return;
    s->responses++;
    if (m->responses == 0)
        return;
    x->octets += response.n;
    if (s->responses == m->responses) {
        x->count++;
        s->facts->credentials_exposed = true;
    }
}
