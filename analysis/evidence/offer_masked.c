/*
 * offer_masked.c - no STARTTLS in the EHLO reply, and a keyword overwritten where it would stand.
 *
 * Cisco's PIX and ASA overwrite what they do not let through with the letter X, keeping its length,
 * some with a last letter that counts up: STARTTLS becomes XXXXXXXX or XXXXXXXA.  They also mask
 * other keywords of eight octets (CHUNKING, SMTPUTF8, 8BITMIME), so a mask of eight octets names
 * STARTTLS for certain only when those stand unmasked or the server offers STARTTLS elsewhere.
 */
#include <mailtap/evidence.h>

#include <string.h>

#define STARTTLS_OCTETS 8

/* What the keywords of one reply show. */
struct masks {
    unsigned eight, other; /* masks of eight octets, and of other lengths */
    bool chunking, smtputf8, eightbitmime;
    char example[BOUND_NAME]; /* the first mask of eight octets, else the first of all */
};

/* Runs of X, with or without a last letter; at least four octets, so that no keyword that happens
 * to begin with X is meant. */
static bool is_run(struct slice keyword)
{
    size_t n = 0;

    while (n < keyword.n && (keyword.p[n] == 'X' || keyword.p[n] == 'x'))
        n++;
    if (n < keyword.n) {
        uint8_t letter = keyword.p[n] & 0xdf;
        return n >= 3 && n + 1 == keyword.n && letter >= 'A' && letter <= 'Z';
    }
    return n >= 4;
}

/* One octet changed, one missing, or one too many. */
static bool one_edit_away(struct slice a, struct slice b)
{
    size_t front = 0, back = 0;
    size_t shorter = a.n < b.n ? a.n : b.n, longer = a.n < b.n ? b.n : a.n;

    if (longer - shorter > 1)
        return false;
    while (front < shorter && slice_equal_nocase(slice_head(slice_tail(a, front), 1),
                                                 slice_head(slice_tail(b, front), 1)))
        front++;
    while (back < shorter - front &&
           slice_equal_nocase(slice_head(slice_tail(a, a.n - 1 - back), 1),
                              slice_head(slice_tail(b, b.n - 1 - back), 1)))
        back++;
    return longer - front - back == 1;
}

static void note_example(struct masks *m, struct slice keyword)
{
    size_t n = keyword.n < sizeof m->example - 1 ? keyword.n : sizeof m->example - 1;

    memcpy(m->example, keyword.p, n);
    m->example[n] = '\0';
}

static void look_at(struct masks *m, struct slice keyword)
{
    m->chunking |= slice_equal_nocase(keyword, slice_of("CHUNKING"));
    m->smtputf8 |= slice_equal_nocase(keyword, slice_of("SMTPUTF8"));
    m->eightbitmime |= slice_equal_nocase(keyword, slice_of("8BITMIME"));
    if (!is_run(keyword) && !one_edit_away(keyword, slice_of("STARTTLS")))
        return;
    if (keyword.n == STARTTLS_OCTETS && m->eight++ == 0)
        note_example(m, keyword);
    if (keyword.n != STARTTLS_OCTETS && m->other++ == 0 && !m->eight)
        note_example(m, keyword);
}

static enum rank rank_of(const struct masks *m, const struct history *h)
{
    bool others_stand = m->chunking && m->smtputf8 && m->eightbitmime;

    if (m->eight)
        return others_stand || h->offered > 0 ? RANK_CERTAIN : RANK_STRONG;
    return m->other ? RANK_WEAK : RANK_NONE;
}

void offer_masked(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    struct masks m = {0};
    struct slice lines = slice_of(f->keywords);
    struct detail d;

    if (f->starttls_offered == YES || f->ehlo_accepted != YES)
        return;
    while (lines.n) {
        struct slice line = slice_until(&lines, '\n');
        look_at(&m, slice_until(&line, ' '));
    }
    finding_r->rank = rank_of(&m, h);
    if (finding_r->rank == RANK_NONE)
        return;
    detail_begin(&d, finding_r);
    detail_says(
        &d, f,
        "the reply to EHLO did not offer STARTTLS and held a keyword overwritten with other "
        "letters. A device between client and server rewrites the reply; it may be the "
        "server's own firewall.");
    detail_text(&d, "keyword", m.example);
    detail_number(&d, "masks_of_eight", m.eight);
    detail_number(&d, "masks_of_other_length", m.other);
    detail_number(&d, "unmasked_of_eight", (unsigned)m.chunking + m.smtputf8 + m.eightbitmime);
    detail_number(&d, "sessions_of_server_offered", h->offered);
    detail_number(&d, "sessions_of_server", h->sessions);
    if (greeting_is_masked(f->greeting))
        detail_flag(&d, "greeting_masked", true);
    detail_end(&d);
}
