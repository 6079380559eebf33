/* message_mime.c - what a header says of its body (RFC 2045 5 and 6, 2183, 2231, 8551 3.2). */
#include "message_private.h"

#include <mailtap/text.h>

#include <string.h>

/* ---- grammar (RFC 2045 5.1) */

static void skip_blanks(struct slice *s)
{
    while (s->n) {
        if (s->p[0] == '(')
            field_comment_take(s);
        else if (s->p[0] <= ' ')
            *s = slice_tail(*s, 1);
        else
            return;
    }
}

static bool is_token(uint8_t octet)
{
    static const char specials[] = "()<>@,;:\\\"/[]?=";

    return octet > ' ' && octet < 0x7f && !strchr(specials, octet);
}

static struct slice token_take(struct slice *s)
{
    size_t n = 0;

    while (n < s->n && is_token(s->p[n]))
        n++;
    struct slice token = slice_head(*s, n);
    *s = slice_tail(*s, n);
    return token;
}

/* A token into a text of its kind: "other" when there is none or it does not fit. */
static void keep_token(char *to, size_t cap, struct slice token)
{
    if (token.n == 0 || token.n >= cap)
        token = slice_of("other");
    memcpy(to, token.p, token.n);
    to[token.n] = '\0';
    text_lower(to);
}

struct parameter {
    struct slice name, value; /* value without its quotation marks */
    bool quoted;
};

static struct slice quoted_take(struct slice *s)
{
    struct slice inside = slice_tail(*s, 1);
    size_t i = 0;

    while (i < inside.n && inside.p[i] != '"')
        i += inside.p[i] == '\\' ? 2 : 1;
    *s = slice_tail(inside, i + 1);
    return slice_head(inside, i);
}

/* RFC 2045 asks for a token; values with "=" or ":" or a space in them are common all the same. */
static struct slice bare_take(struct slice *s)
{
    size_t n = 0;

    while (n < s->n && s->p[n] != ';' && s->p[n] != '(')
        n++;
    struct slice value = slice_trim(slice_head(*s, n));
    *s = slice_tail(*s, n);
    return value;
}

/* The next parameter that has a value. */
static bool parameter_next(struct slice *s, struct parameter *p)
{
    while (s->n) {
        skip_blanks(s);
        if (s->n == 0)
            return false;
        if (s->p[0] != ';') {
            *s = slice_tail(*s, 1);
            continue;
        }
        *s = slice_tail(*s, 1);
        skip_blanks(s);
        p->name = token_take(s);
        skip_blanks(s);
        if (p->name.n == 0 || s->n == 0 || s->p[0] != '=')
            continue;
        *s = slice_tail(*s, 1);
        skip_blanks(s);
        p->quoted = s->n && s->p[0] == '"';
        p->value = p->quoted ? quoted_take(s) : bare_take(s);
        return true;
    }
    return false;
}

/* ---- values, also in pieces and with a charset (RFC 2231 3, 4) */

struct pieces {
    struct parameter plain, piece[BOUND_PIECES]; /* piece[0] is also "name*" */
    bool extended[BOUND_PIECES];
};

/* "*0", "*0*", "*": what may follow the name. */
static void sort_in(struct pieces *all, struct slice suffix, const struct parameter *p)
{
    uint64_t index = 0;
    bool extended = suffix.n && suffix.p[suffix.n - 1] == '*';

    if (suffix.n == 0) {
        if (!all->plain.name.n)
            all->plain = *p;
        return;
    }
    suffix.n -= extended;
    if (suffix.n &&
        (suffix.p[0] != '*' || !slice_decimal(slice_tail(suffix, 1), BOUND_PIECES - 1, &index)))
        return;
    if (all->piece[index].name.n)
        return;
    all->piece[index] = *p;
    all->extended[index] = extended;
}

static bool pieces_find(struct pieces *all, struct slice parameters, const char *name)
{
    struct parameter p;

    memset(all, 0, sizeof *all);
    while (parameter_next(&parameters, &p))
        if (slice_starts_nocase(p.name, name))
            sort_in(all, slice_tail(p.name, strlen(name)), &p);
    return all->plain.name.n || all->piece[0].name.n;
}

static size_t put_octet(uint8_t *to, size_t cap, size_t n, uint8_t octet)
{
    if (n < cap)
        to[n++] = octet;
    return n;
}

/* RFC 5322 3.2.4: a backslash quotes the octet behind it. */
static size_t put_value(uint8_t *to, size_t cap, size_t n, const struct parameter *p)
{
    for (size_t i = 0; i < p->value.n; i++) {
        if (p->quoted && p->value.p[i] == '\\' && i + 1 < p->value.n)
            i++;
        n = put_octet(to, cap, n, p->value.p[i]);
    }
    return n;
}

static size_t put_percent(uint8_t *to, size_t cap, size_t n, struct slice s)
{
    while (s.n) {
        int octet = s.p[0] == '%' ? words_hex(slice_tail(s, 1)) : -1;
        n = put_octet(to, cap, n, octet < 0 ? s.p[0] : (uint8_t)octet);
        s = slice_tail(s, octet < 0 ? 1 : 3);
    }
    return n;
}

/* Whether its octets may be decoded; *first_r is what follows charset'language'. */
static bool decodable(const struct pieces *all, struct slice *first_r)
{
    *first_r = all->piece[0].value;
    if (!all->extended[0])
        return true;
    struct slice charset = slice_until(first_r, '\'');
    slice_until(first_r, '\'');
    return words_plain_charset(charset);
}

/* The value of a parameter, decoded where its charset is UTF-8; at most cap octets, how many. */
static size_t parameter_value(struct slice parameters, const char *name, uint8_t *to, size_t cap)
{
    struct pieces all;
    struct slice first;
    size_t n = 0;

    if (!pieces_find(&all, parameters, name))
        return 0;
    if (!all.piece[0].name.n)
        return put_value(to, cap, 0, &all.plain);
    bool decode = decodable(&all, &first);
    for (size_t i = 0; i < BOUND_PIECES && all.piece[i].name.n; i++) {
        if (decode && all.extended[i])
            n = put_percent(to, cap, n, i ? all.piece[i].value : first);
        else
            n = put_value(to, cap, n, &all.piece[i]);
    }
    return n;
}

/* ---- entities */

void entity_begin(struct entity *e, bool in_digest)
{
    memset(e, 0, sizeof *e);
    keep_token(e->media_type, sizeof e->media_type,
               slice_of(in_digest ? "message/rfc822" : "text/plain"));
}

/* A name makes an attachment; the one in Content-Disposition is the better one (RFC 2183 2.3). */
static void keep_name_of(struct entity *e, struct slice parameters, const char *parameter)
{
    uint8_t name[BOUND_KEPT_TEXT];
    size_t n = parameter_value(parameters, parameter, name, sizeof name);

    if (n == 0)
        return;
    e->attachment = true;
    e->name_octets = words_decode(e->name, sizeof e->name, (struct slice){name, n});
    explicit_bzero(name, sizeof name);
}

/* A boundary never ends with white space, which may have been added behind it. */
static void keep_boundary(struct entity *e, struct slice parameters)
{
    uint8_t boundary[BOUND_BOUNDARY + 1];
    struct slice b = {boundary, parameter_value(parameters, "boundary", boundary, sizeof boundary)};

    while (b.n && b.p[b.n - 1] <= ' ')
        b.n--;
    if (b.n == 0 || b.n > BOUND_BOUNDARY)
        return;
    memcpy(e->boundary, b.p, b.n);
    e->boundary_octets = b.n;
}

/* RFC 8551 3.2.2.  A signature hides nothing, and neither does compression. */
static bool says_enveloped(struct slice parameters)
{
    uint8_t kind[24];
    struct slice k = {kind, parameter_value(parameters, "smime-type", kind, sizeof kind)};

    return slice_equal_nocase(k, slice_of("enveloped-data")) ||
           slice_equal_nocase(k, slice_of("authEnveloped-data"));
}

static void keep_media_type(struct entity *e, struct slice *value)
{
    struct slice type, subtype = {NULL, 0};
    size_t cap = sizeof e->media_type;

    skip_blanks(value);
    type = token_take(value);
    skip_blanks(value);
    if (value->n && value->p[0] == '/') {
        *value = slice_tail(*value, 1);
        skip_blanks(value);
        subtype = token_take(value);
    }
    if (type.n == 0 || subtype.n == 0 || type.n + 1 + subtype.n >= cap) {
        keep_token(e->media_type, cap, (struct slice){NULL, 0});
        return;
    }
    memcpy(e->media_type, type.p, type.n);
    e->media_type[type.n] = '/';
    keep_token(e->media_type + type.n + 1, cap - type.n - 1, subtype);
    text_lower(e->media_type);
}

static void content_type(struct entity *e, struct slice value)
{
    keep_media_type(e, &value);
    if (entity_is(e, "multipart/"))
        keep_boundary(e, value);
    else if (e->name_octets == 0)
        keep_name_of(e, value, "name");
    if (entity_is(e, "application/pkcs7-mime") || entity_is(e, "application/x-pkcs7-mime"))
        e->enveloped = says_enveloped(value);
}

static void content_disposition(struct entity *e, struct slice value)
{
    skip_blanks(&value);
    if (slice_equal_nocase(token_take(&value), slice_of("attachment")))
        e->attachment = true;
    keep_name_of(e, value, "filename");
}

void entity_field(struct entity *e, struct slice name, struct slice value, bool cut)
{
    if (slice_equal_nocase(name, slice_of("Content-Type")) && !e->typed) {
        e->typed = true;
        content_type(e, cut ? (struct slice){NULL, 0} : value);
    }
    if (slice_equal_nocase(name, slice_of("Content-Transfer-Encoding")) && !e->encoded) {
        e->encoded = true;
        skip_blanks(&value);
        keep_token(e->encoding, sizeof e->encoding, token_take(&value));
    }
    if (slice_equal_nocase(name, slice_of("Content-Disposition")) && !e->disposed) {
        e->disposed = true;
        content_disposition(e, cut ? (struct slice){NULL, 0} : value);
    }
}

bool entity_is(const struct entity *e, const char *type)
{
    struct slice media = slice_of(e->media_type), whole = slice_of(type);

    if (type[whole.n - 1] == '/')
        return slice_equal(slice_head(media, whole.n), whole);
    return slice_equal(media, whole);
}

enum encoding entity_transfer(const struct entity *e)
{
    if (strcmp(e->encoding, "base64") == 0)
        return TRANSFER_BASE64;
    return strcmp(e->encoding, "quoted-printable") == 0 ? TRANSFER_QUOTED : TRANSFER_AS_IS;
}
