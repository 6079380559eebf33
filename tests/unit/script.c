/* script.c - see script.h. */
#include "test.h"

#include "facts_compare.h"
#include "script.h"

#include <mailtap/err.h>
#include <stdlib.h>
#include <string.h>

/* The octets of the next line of a script, in `room`; its role; how many.  False at the end. */
static bool next_line(const char **script, uint8_t *room, size_t *n_r, enum role *role_r)
{
    const char *line = *script;
    size_t n;

    if (!*line)
        return false;
    *role_r = line[0] == 'S' ? ROLE_SERVER : ROLE_CLIENT;
    bool raw = line[1] == '+';
    line += raw ? 2 : 3;
    n = strcspn(line, "\n");
    memcpy(room, line, n);
    *script = line + n + (line[n] == '\n');
    if (!raw) {
        room[n++] = '\r';
        room[n++] = '\n';
    }
    for (size_t i = 0; raw && i < n; i++) {
        if (room[i] == 0x01)
            room[i] = '\n'; /* a bare LF, which a script cannot write as itself */
        if (room[i] == 0x02)
            room[i] = '\r';
    }
    *n_r = n;
    return true;
}

size_t script_octets(const char *script)
{
    uint8_t room[8192];
    size_t n, all = 0;
    enum role role;

    while (next_line(&script, room, &n, &role))
        all += n;
    return all;
}

struct reading {
    struct smtp *smtp;
    size_t at, cut; /* octets so far, and where a segment must end; 0 for nowhere */
};

static void feed(struct reading *r, enum role role, struct slice s)
{
    /* A copy of exactly the size: reading past a segment is an error the sanitizer sees. */
    size_t first = r->cut > r->at && r->cut < r->at + s.n ? r->cut - r->at : s.n;

    for (struct slice piece = slice_head(s, first); s.n; piece = s) {
        uint8_t *copy = must_alloc(1, piece.n);
        memcpy(copy, piece.p, piece.n);
        if (!smtp_in_tls(r->smtp))
            smtp_feed(r->smtp, role, (struct slice){copy, piece.n});
        free(copy);
        s = slice_tail(s, piece.n);
        r->at += piece.n;
    }
}

static struct facts read_script(const char *script, enum cutting cutting, bool midstream,
                                bool closed, size_t cut)
{
    struct facts facts = {0};
    struct reading r = {smtp_new(&facts.heard, midstream), 0, cut};
    static uint8_t segment[1 << 20];
    uint8_t room[8192];
    size_t n, held = 0;
    enum role role = ROLE_SERVER, was = ROLE_SERVER;

    while (next_line(&script, room, &n, &role)) {
        if (held && (role != was || cutting != CUT_NOWHERE)) {
            feed(&r, was, (struct slice){segment, held});
            held = 0;
        }
        was = role;
        for (size_t i = 0; cutting == CUT_OCTETS && i < n; i++)
            feed(&r, role, (struct slice){room + i, 1});
        if (cutting != CUT_OCTETS) {
            memcpy(segment + held, room, n);
            held += n;
        }
    }
    if (held)
        feed(&r, was, (struct slice){segment, held});
    smtp_finish(r.smtp, closed);
    smtp_free(&r.smtp);
    return facts;
}

struct facts script_read(const char *script, enum cutting cutting, bool midstream, bool closed)
{
    return read_script(script, cutting, midstream, closed, 0);
}

struct facts script_read_cut_at(const char *script, size_t at)
{
    return read_script(script, CUT_NOWHERE, false, true, at);
}

void script_free(struct facts *f)
{
    facts_free(&f->heard);
}

void assert_same_facts(const struct facts *a, const struct facts *b)
{
    const char *name = facts_difference(a, b);

    if (name)
        fail_msg("two readings differ: %s", name);
}

struct facts script_facts(const char *script)
{
    struct facts whole = script_read(script, CUT_NOWHERE, false, true);
    const enum cutting cuttings[] = {CUT_LINES, CUT_OCTETS};
    size_t all = script_octets(script);

    for (size_t i = 0; i < sizeof cuttings / sizeof *cuttings; i++) {
        struct facts cut = script_read(script, cuttings[i], false, true);
        assert_same_facts(&whole, &cut);
        script_free(&cut);
    }
    for (size_t at = 1; at < all && all < 20000; at++) {
        struct facts cut = script_read_cut_at(script, at);
        assert_same_facts(&whole, &cut);
        script_free(&cut);
    }
    return whole;
}
