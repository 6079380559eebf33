/*
 * message.c - which octets of a message are header, part and boundary; see message.h.
 *
 * Three things alone are held back: the header field under way, a line of a body that begins like
 * a delimiter, and the line end before it, which belongs to the delimiter (RFC 2046 5.1.1).
 */
#include "message_private.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

enum where {
    IN_HEADER,
    IN_LEAF,
    IN_BETWEEN, /* before, between or behind parts, or lost: only a delimiter leads on */
};

enum line {
    LINE_BEGINS,
    LINE_FIELD, /* of a header: the first of a field */
    LINE_FOLDED,
    LINE_HELD, /* of a body: it may be a delimiter */
    LINE_PLAIN,
};

struct level { /* of multiparts around what is read */
    char boundary[BOUND_BOUNDARY];
    size_t octets;
    bool digest, forwarded;
};

struct message {
    struct message_keep keep;
    struct message_facts facts;
    enum where where;
    bool top;       /* the header is the message's own */
    bool forwarded; /* what is read belongs to a message inside this one */
    bool placed;    /* whether octets are header or body is known */
    struct entity entity;
    struct level level[BOUND_MIME_DEPTH];
    unsigned levels;

    /* the field or line under way */
    uint8_t *text;
    unsigned long room;
    size_t n, line_at; /* its last line begins at text + line_at */
    bool cut;          /* longer than BOUND_LINE_OCTETS */
    bool in_field;     /* it is a field: its first line is whole and has a colon */
    bool colon;
    enum line line;
    uint64_t line_octets;
    enum header_field field;

    struct transfer transfer;
    uint8_t held[2]; /* line end that may belong to a delimiter */
    size_t held_n;
    bool text_part; /* an encrypted text would stand here as it is */
};

/* ---- leaves */

static void leaf_begin(struct message *m)
{
    const struct entity *e = &m->entity;

    m->where = IN_LEAF;
    m->held_n = 0;
    m->transfer = (struct transfer){.how = entity_transfer(e)};
    m->text_part = entity_is(e, "text/") && !e->attachment && !m->forwarded;
    if (e->enveloped && !m->forwarded)
        m->facts.end_to_end = true;
    if (e->attachment && e->name_octets && m->keep.filename)
        m->keep.filename(m->keep.context, (struct slice){e->name, e->name_octets});
}

static void leaf_over(struct message *m)
{
    struct message_facts *f = &m->facts;
    const struct transfer *t = &m->transfer;

    m->where = IN_BETWEEN;
    if (m->entity.attachment) {
        f->attachments++;
        f->attachment_octets += t->octets;
    }
    if (f->parts < BOUND_PARTS) {
        struct mime_part *part = &f->part[f->parts];
        memcpy(part->media_type, m->entity.media_type, sizeof part->media_type);
        memcpy(part->encoding, m->entity.encoding, sizeof part->encoding);
        part->attachment = m->entity.attachment;
        part->depth = m->levels;
        part->octets = t->octets;
        part->decoded = transfer_decoded(t);
    }
    f->parts++;
}

static void held_release(struct message *m)
{
    if (m->held_n)
        transfer_feed(&m->transfer, (struct slice){m->held, m->held_n});
    m->held_n = 0;
}

static size_t line_end_octets(struct slice s)
{
    if (s.n > 1 && s.p[s.n - 2] == '\r' && s.p[s.n - 1] == '\n')
        return 2;
    return s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r');
}

/* Octets of a body that are no delimiter: all but the line end they close with. */
static void leaf_feed(struct message *m, struct slice s)
{
    if (m->where != IN_LEAF || s.n == 0)
        return;
    if (m->held_n == 1 && m->held[0] == '\r' && s.p[0] == '\n') {
        m->held[m->held_n++] = '\n';
        s = slice_tail(s, 1);
    }
    if (s.n == 0)
        return;
    held_release(m);
    size_t n = s.n - line_end_octets(s);
    transfer_feed(&m->transfer, slice_head(s, n));
    for (; n < s.n; n++)
        m->held[m->held_n++] = s.p[n];
}

/* ---- the text under way */

static struct slice text_of_line(const struct message *m)
{
    return slice_tail((struct slice){m->text, m->n}, m->line_at);
}

static void text_clear(struct message *m)
{
    m->n = m->line_at = 0;
    m->cut = m->in_field = m->colon = false;
    m->line = LINE_BEGINS;
    m->line_octets = 0;
}

static void text_keep(struct message *m, struct slice s)
{
    struct slice fits = slice_head(s, BOUND_LINE_OCTETS - m->n);

    m->cut = m->cut || fits.n < s.n;
    if (fits.n == 0)
        return;
    if (m->n + fits.n > m->room)
        m->text = must_grow_wiped(m->text, m->n, &m->room, m->n + fits.n, 256);
    memcpy(m->text + m->n, fits.p, fits.n);
    m->n += fits.n;
}

/* Octets that are known to be in the header or the body; where it is not known, in neither. */
static void account(struct message *m, struct slice s)
{
    m->facts.octets += s.n;
    m->line_octets += s.n;
    if (m->top && m->where == IN_HEADER) {
        m->facts.header_octets += s.n;
        m->facts.eai = m->facts.eai || slice_has_high(s);
    } else if (m->placed) {
        m->facts.body_octets += s.n;
    }
}

/* ---- header */

static void top_field(struct message *m, struct slice value)
{
    uint8_t subject[BOUND_KEPT_TEXT];
    struct message_facts *f = &m->facts;

    f->encoded_words += words_count(value);
    if (m->field == HEADER_RECEIVED && received_claims_tls(value))
        f->received_tls++;
    if (m->field != HEADER_SUBJECT || !m->keep.subject)
        return;
    size_t n = words_decode(subject, sizeof subject, slice_trim(value));
    m->keep.subject(m->keep.context, (struct slice){subject, n});
    explicit_bzero(subject, sizeof subject);
}

/* A field is whole when the next one begins, or the body. */
static void field_over(struct message *m)
{
    struct slice value = {m->text, m->n};

    if (m->in_field) {
        struct slice name = slice_trim(slice_until(&value, ':'));
        entity_field(&m->entity, name, value, m->cut);
        if (m->top)
            top_field(m, value);
    }
    text_clear(m);
}

/* The first line of a field counts as soon as it is whole, its continuations as they come. */
static void field_line_over(struct message *m)
{
    struct slice name = {m->text, m->n};
    struct message_facts *f = &m->facts;

    if (m->line == LINE_FIELD) {
        m->in_field = m->colon;
        m->field = header_field_of(slice_trim(slice_until(&name, ':')));
    }
    if (m->top && m->in_field) {
        f->field[m->field].octets += m->line_octets;
        f->field[m->field].count += m->line == LINE_FIELD;
        f->fields += m->line == LINE_FIELD;
        f->received += m->line == LINE_FIELD && m->field == HEADER_RECEIVED;
    }
    m->line = LINE_BEGINS;
    m->line_octets = 0;
}

static void level_begin(struct message *m)
{
    struct level *l = &m->level[m->levels++];

    memcpy(l->boundary, m->entity.boundary, m->entity.boundary_octets);
    l->octets = m->entity.boundary_octets;
    l->digest = entity_is(&m->entity, "multipart/digest");
    l->forwarded = m->forwarded;
    m->where = IN_BETWEEN;
}

/* RFC 3156 4, RFC 1847 2.2 */
static bool entity_nests(struct message *m)
{
    if (entity_is(&m->entity, "multipart/encrypted") && !m->forwarded)
        m->facts.end_to_end = true;
    return m->entity.boundary_octets && m->levels < BOUND_MIME_DEPTH;
}

/* RFC 2046 5.2.1, RFC 6532 3.7.  An attached one is a file; an encoded one cannot be read on. */
static bool entity_is_message(const struct entity *e)
{
    return (entity_is(e, "message/rfc822") || entity_is(e, "message/global")) && !e->attachment &&
           entity_transfer(e) == TRANSFER_AS_IS;
}

static void header_begin(struct message *m, bool in_digest)
{
    m->where = IN_HEADER;
    m->top = false;
    text_clear(m);
    entity_begin(&m->entity, in_digest);
}

static void header_over(struct message *m)
{
    field_over(m);
    if (entity_nests(m)) {
        level_begin(m);
    } else if (entity_is_message(&m->entity)) {
        m->forwarded = true;
        header_begin(m, false);
    } else {
        leaf_begin(m);
    }
    m->top = false;
}

/* ---- delimiters (RFC 2046 5.1.1) */

/* The level that the line delimits, from the inside out: 0 for none, else its number and 1. */
static unsigned delimits(const struct message *m, bool *closes_r)
{
    struct slice line = text_of_line(m);

    while (line.n && line.p[line.n - 1] <= ' ')
        line.n--;
    if (m->cut || line.n < 3 || line.p[0] != '-' || line.p[1] != '-')
        return 0;
    line = slice_tail(line, 2);
    for (unsigned i = m->levels; i > 0; i--) {
        const struct level *l = &m->level[i - 1];
        struct slice boundary = {(const uint8_t *)l->boundary, l->octets};
        if (!slice_equal(slice_head(line, boundary.n), boundary))
            continue;
        struct slice rest = slice_tail(line, boundary.n);
        *closes_r = slice_equal(rest, slice_of("--"));
        if (rest.n == 0 || *closes_r)
            return i;
    }
    return 0;
}

static bool delimiter(struct message *m)
{
    bool closes;
    unsigned level = delimits(m, &closes);

    if (level == 0)
        return false;
    if (!m->placed)
        m->facts.body_octets += m->line_octets;
    m->placed = true;
    if (m->where == IN_HEADER && !m->entity.boundary_octets)
        leaf_begin(m); /* of a header alone */
    if (m->where == IN_LEAF)
        leaf_over(m);
    m->levels = closes ? level - 1 : level;
    m->forwarded = m->level[level - 1].forwarded;
    m->where = IN_BETWEEN;
    text_clear(m);
    if (!closes)
        header_begin(m, m->level[level - 1].digest);
    return true;
}

static void header_line_over(struct message *m)
{
    if (m->line == LINE_BEGINS) {
        header_over(m);
        m->line_octets = 0;
        return;
    }
    while (m->n > m->line_at && m->text[m->n - 1] == '\r')
        m->n--;
    if (m->line == LINE_FIELD && m->levels && delimiter(m))
        return;
    field_line_over(m);
}

/* White space at its start makes a line a continuation (RFC 5322 2.2.3).  CR before is passed over. */
static struct slice header_line_begin(struct message *m, struct slice s)
{
    while (s.n && s.p[0] == '\r')
        s = slice_tail(s, 1);
    if (s.n == 0)
        return s;
    if (s.p[0] == ' ' || s.p[0] == '\t') {
        m->line = LINE_FOLDED;
    } else {
        uint64_t octets = m->line_octets;
        field_over(m);
        m->line_octets = octets;
        m->line = LINE_FIELD;
    }
    m->line_at = m->n;
    return s;
}

static size_t header_feed(struct message *m, struct slice s)
{
    size_t n = slice_find(s, '\n');
    bool whole = n < s.n;
    struct slice line = slice_head(s, n);

    account(m, slice_head(s, n + whole));
    if (m->line == LINE_BEGINS)
        line = header_line_begin(m, line);
    if (m->line == LINE_FIELD && !m->colon) {
        struct slice inside = slice_tail(line, m->n == 0); /* a name has at least one octet */
        m->colon = slice_find(inside, ':') < inside.n;
    }
    text_keep(m, line);
    if (whole)
        header_line_over(m);
    return n + whole;
}

/* ---- body */

static const char pgp[] = "-----BEGIN PGP MESSAGE-----"; /* RFC 9580 6.2.1 */

/* A line that was held is no delimiter. */
static void plain_line(struct message *m)
{
    struct slice line = text_of_line(m), bare = line;

    while (bare.n && bare.p[bare.n - 1] <= ' ')
        bare.n--;
    if (m->text_part && !m->cut && slice_equal(bare, slice_of(pgp)))
        m->facts.end_to_end = true;
    leaf_feed(m, line);
    text_clear(m);
}

static size_t held_line_feed(struct message *m, struct slice s)
{
    size_t n = slice_find(s, '\n');
    bool whole = n < s.n;
    struct slice line = slice_head(s, n);

    account(m, slice_head(s, n + whole));
    if (line.n > BOUND_LINE_OCTETS - m->n) {
        plain_line(m); /* too long for a delimiter */
        leaf_feed(m, slice_head(s, n + whole));
        m->line = whole ? LINE_BEGINS : LINE_PLAIN;
        return n + whole;
    }
    text_keep(m, line);
    if (!whole || delimiter(m))
        return n + whole;
    plain_line(m);
    leaf_feed(m, (struct slice){s.p + n, 1});
    return n + whole;
}

/* Octets up to the next line that could be a delimiter. */
static size_t plain_octets(struct message *m, struct slice s)
{
    size_t end = slice_find_pair(s, '\n', '-');

    if (end == s.n)
        end--;
    m->line = s.p[end] == '\n' ? LINE_BEGINS : LINE_PLAIN;
    return end + 1;
}

static size_t body_feed(struct message *m, struct slice s)
{
    bool watched = m->levels || (m->where == IN_LEAF && m->text_part && !m->facts.end_to_end);

    if (watched && m->line == LINE_BEGINS && s.p[0] == '-')
        m->line = LINE_HELD;
    if (m->line == LINE_HELD)
        return held_line_feed(m, s);
    struct slice plain = slice_head(s, watched ? plain_octets(m, s) : s.n);
    account(m, plain);
    leaf_feed(m, plain);
    m->line_octets = 0;
    return plain.n;
}

/* ---- the message */

struct message *message_new(const struct message_keep *keep)
{
    struct message *m = must_alloc(1, sizeof *m);

    if (keep)
        m->keep = *keep;
    message_begin(m);
    return m;
}

/* Few messages have many parts. */
static void facts_clear(struct message_facts *f)
{
    uint32_t parts = f->parts < BOUND_PARTS ? f->parts : BOUND_PARTS;

    memset(f->part, 0, parts * sizeof *f->part);
    memset(f, 0, offsetof(struct message_facts, part));
}

void message_keep_in(struct message *m, void *context)
{
    m->keep.context = context;
}

void message_begin(struct message *m)
{
    facts_clear(&m->facts);
    m->levels = 0;
    m->forwarded = false;
    m->placed = true;
    m->held_n = 0;
    header_begin(m, false);
    m->top = true;
}

void message_feed(struct message *m, struct slice s)
{
    while (s.n)
        s = slice_tail(s, m->where == IN_HEADER ? header_feed(m, s) : body_feed(m, s));
}

/* What is under way is not known to its end: a line may be a delimiter, a line end belong to one. */
static void leaf_break(struct message *m)
{
    if (m->levels) {
        m->held_n = 0;
        leaf_over(m);
        return;
    }
    if (m->line == LINE_HELD)
        leaf_feed(m, text_of_line(m));
    held_release(m);
    transfer_gap(&m->transfer);
}

void message_gap(struct message *m)
{
    m->facts.missing = true;
    if (m->where == IN_LEAF)
        leaf_break(m);
    if (m->where == IN_HEADER) {
        m->placed = m->placed && !m->top;
        m->where = IN_BETWEEN;
        m->top = false;
        if (entity_nests(m))
            level_begin(m);
    }
    text_clear(m);
    m->line = LINE_PLAIN;
}

/* A last line without a line end may be a delimiter; a field whose line is not whole is none. */
const struct message_facts *message_end(struct message *m)
{
    if (m->where == IN_HEADER && m->line == LINE_BEGINS)
        field_over(m);
    if (m->line == LINE_HELD || (m->where == IN_HEADER && m->line == LINE_FIELD && m->levels))
        delimiter(m);
    if (m->line == LINE_HELD)
        plain_line(m);
    if (m->where == IN_LEAF) {
        if (m->levels == 0)
            held_release(m);
        leaf_over(m);
    }
    text_clear(m);
    return &m->facts;
}

struct message_facts *message_so_far(const struct message *m)
{
    struct message ended = *m; /* shares the text of the line under way, which the gap forgets */
    struct message_facts *facts = must_alloc(1, sizeof *facts);

    *facts = *message_end(&ended);
    facts->missing = true;
    explicit_bzero(&ended, sizeof ended);
    return facts;
}

void message_free(struct message **m)
{
    if (!*m)
        return;
    if ((*m)->text)
        explicit_bzero((*m)->text, (*m)->room);
    free((*m)->text);
    explicit_bzero(*m, sizeof **m);
    free(*m);
    *m = NULL;
}
