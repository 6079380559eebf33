/* baseline.c - a server compared with itself; see baseline.h. */
#include <mailtap/baseline.h>

#include <mailtap/bounds.h>
#include <mailtap/evidence.h>
#include <mailtap/slice.h>
#include <mailtap/statistics.h>

#include <math.h>
#include <string.h>

/* Contract: offer-missing is strong below this. */
#define LEVEL 0.01

#define SAME_TIME_NS (BOUND_SAME_TIME_SECONDS * INT64_C(1000000000))

/* ---- comparing */

/* From the first to the last session without the offer. */
struct span {
    int64_t first_ns, last_ns;
    bool any;
};

static struct span span_without(const struct baseline_session *s, size_t n, uint32_t client)
{
    struct span t = {0, 0, false};

    for (size_t i = 0; i < n; i++) {
        if (s[i].client != client || s[i].offered)
            continue;
        if (!t.any)
            t.first_ns = s[i].at_ns;
        t.last_ns = s[i].at_ns;
        t.any = true;
    }
    return t;
}

static bool around(const struct span *t, int64_t at_ns)
{
    return at_ns >= t->first_ns - SAME_TIME_NS && at_ns <= t->last_ns + SAME_TIME_NS;
}

static void count_own(struct contrast *c, const struct span *t, const struct baseline_session *s)
{
    if (!s->offered)
        c->missing++;
    else if (s->at_ns < t->first_ns)
        c->before++;
    else if (s->at_ns > t->last_ns)
        c->after++;
    else
        c->offered++;
}

/* What the sessions of others add to the counts of the client. */
struct others {
    bool offered_by_then; /* one was offered it up to the client's last session without */
    bool offered_since;   /* and one from the first on */
};

static void count_other(struct contrast *c, struct others *o, const struct span *t,
                        const struct baseline_session *s)
{
    if (!around(t, s->at_ns)) {
        c->outside += s->offered;
        return;
    }
    c->others++;
    c->others_missing += !s->offered;
    o->offered_by_then |= s->offered && s->at_ns <= t->last_ns;
    o->offered_since |= s->offered && s->at_ns >= t->first_ns;
}

/* Stretches without the offer that are the client's alone: nobody is offered it in them, and nobody
 * else lacks it. */
static uint32_t count_runs(const struct baseline_session *s, size_t n, uint32_t client)
{
    bool own = false, shared = false;
    uint32_t runs = 0;

    for (size_t i = 0; i <= n; i++) {
        if (i == n || s[i].offered) {
            runs += own && !shared;
            own = shared = false;
        } else {
            own |= s[i].client == client;
            shared |= s[i].client != client;
        }
    }
    return runs;
}

static double at_most_1(double p)
{
    return p < 1 ? p : 1;
}

/* So many sessions without the offer beside those with it, against what others got: the larger of
 * two exact tests, one that takes the rate of others for known and one for as uncertain as it is. */
static double against(uint64_t without, uint64_t with, uint64_t others_without, uint64_t others)
{
    double rate = ((double)others_without + 0.5) / ((double)others + 1);

    return fmax(binomial_above(without, without + with, rate),
                fisher_below(with, without, others - others_without, others_without));
}

/*
 * One stretch can be one change of mind of the operator, in which only this client came along: as
 * likely as that so many sessions in a row are all its own.  Where another one came along and lacks
 * it too, in every stretch, nothing speaks against it.
 */
static double by_one_change(const struct contrast *c, size_t n)
{
    uint64_t own = c->missing + c->offered + c->before + c->after;

    if (c->runs != 1)
        return c->runs ? 0 : 1;
    return pow((double)own / (double)n, (double)c->missing);
}

void baseline_compare(const struct baseline_session *sessions, size_t n, uint32_t client,
                      struct contrast *contrast_r)
{
    struct span t = span_without(sessions, n, client);
    struct contrast *c = contrast_r;
    struct others o = {false, false};

    *c = (struct contrast){.p = 1, .p_adjusted = 1};
    for (size_t i = 0; t.any && i < n; i++) {
        if (sessions[i].client == client)
            count_own(c, &t, &sessions[i]);
        else
            count_other(c, &o, &t, &sessions[i]);
    }
    if (c->missing == 0)
        return;
    c->runs = count_runs(sessions, n, client);
    if (c->before + c->after + c->offered + c->outside + c->others > c->others_missing)
        c->sign = CONTRAST_CHANGED;
    if (c->before && c->after && c->others_missing == 0) {
        c->sign = CONTRAST_AROUND;
        c->p = at_most_1(against(c->missing, c->offered, 0, c->before + c->after));
    }
    if (o.offered_by_then && o.offered_since) {
        double p = against(c->missing, c->offered, c->others_missing, c->others);
        p = at_most_1(fmax(p, by_one_change(c, n)));
        if (c->sign == CONTRAST_CHANGED || p < c->p) {
            c->sign = CONTRAST_OTHERS;
            c->p = p;
        }
    }
}

/* ---- judging */

/* Other servers offer it to this client as they do to anybody: no box on its way takes it away. */
static bool is_served_elsewhere(const struct contrast *c)
{
    return c->elsewhere > 0 && c->elsewhere_missing * 4 < c->elsewhere;
}

enum contrast_sign baseline_judge(const struct contrast *c)
{
    if (c->sign != CONTRAST_OTHERS && c->sign != CONTRAST_AROUND)
        return c->sign;
    if (is_served_elsewhere(c))
        return CONTRAST_OWN;
    if (c->uneven)
        return CONTRAST_UNEVEN;
    return c->p_adjusted < LEVEL ? c->sign : CONTRAST_CHANCE;
}

bool baseline_withheld(const struct contrast *c)
{
    return c->missing > 0 && is_served_elsewhere(c);
}

const char *contrast_name(enum contrast_sign s)
{
    static const char *const names[CONTRASTS] = {
        [CONTRAST_NONE] = "none",       [CONTRAST_OTHERS] = "others", [CONTRAST_AROUND] = "around",
        [CONTRAST_CHANGED] = "changed", [CONTRAST_CHANCE] = "chance", [CONTRAST_UNEVEN] = "uneven",
        [CONTRAST_OWN] = "own-policy",
    };
    return s < CONTRASTS ? names[s] : "none";
}

/* ---- marks */

/* FNV-1a, letters folded.  Whoever forges a collision makes two of his own machines look like one. */
static uint64_t mark_of(struct slice s)
{
    struct cursor c = cursor_open(s);
    uint64_t mark = UINT64_C(0xcbf29ce484222325);

    while (cursor_more(&c)) {
        uint8_t octet = cursor_u8(&c);
        mark = (mark ^ (octet >= 'A' && octet <= 'Z' ? octet + 32u : octet)) *
               UINT64_C(0x100000001b3);
    }
    return mark;
}

uint64_t baseline_name_mark(const char *server_name)
{
    return *server_name && !greeting_is_masked(server_name) ? mark_of(slice_of(server_name)) : 0;
}

static bool is_left_out(struct slice keyword)
{
    return slice_equal_nocase(keyword, slice_of("STARTTLS")) ||
           slice_starts_nocase(keyword, "AUTH") || slice_starts_nocase(keyword, "XXX");
}

uint64_t baseline_keyword_mark(const char *keywords)
{
    struct slice lines = slice_of(keywords);
    uint64_t sum = 0;

    while (lines.n) {
        struct slice line = slice_until(&lines, '\n');
        struct slice keyword = slice_until(&line, ' ');
        if (!is_left_out(keyword))
            sum += mark_of(keyword); /* in any order */
    }
    return sum;
}
