/*
 * history.c - what the database knows of the server of a session, for the rules that look beyond it.
 * Each question is asked only of sessions to which its rule could apply.
 */
#include "store_private.h"

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* A TLSA record speaks for the sessions of a day around the answer: who asked had it in his cache. */
#define TLSA_NS (86400 * SECOND)

/* A statement about one session and a number, of nanoseconds or a limit: 1 with a row, 0 without, -1. */
static int ask(struct store *st, enum statement which, int64_t session, int64_t ns,
               sqlite3_stmt **s_r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    if (ns)
        sqlite3_bind_int64(s, 2, ns);
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        store_fail(st, e);
    *s_r = s;
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int load_contrast(struct store *st, int64_t session, struct contrast *c, struct err *e)
{
    sqlite3_stmt *s;
    int rc = ask(st, ST_CONTRAST_GET, session, 0, &s, e);
    uint64_t *const counts[] = {&c->missing, &c->offered,        &c->before, &c->after,
                                &c->others,  &c->others_missing, &c->outside};

    if (rc > 0) {
        for (int i = 0; i < 7; i++)
            *counts[i] = column_count(s, i);
        c->runs = (uint32_t)column_count(s, 7);
        c->elsewhere = column_count(s, 8);
        c->elsewhere_missing = column_count(s, 9);
        c->uneven = sqlite3_column_int(s, 10) != 0;
        c->tests = column_count(s, 11);
        c->p = sqlite3_column_double(s, 12);
        c->p_adjusted = sqlite3_column_double(s, 13);
        const char *sign = (const char *)sqlite3_column_text(s, 14);
        c->sign = contrast_sign_of(sign ? sign : "");
    }
    if (rc >= 0)
        sqlite3_reset(s);
    return rc;
}

static int load_requests(struct store *st, int64_t session, struct requests *r, struct err *e)
{
    sqlite3_stmt *s;
    int rc = ask(st, ST_REQUESTS_GET, session, BOUND_SAME_TIME_SECONDS * SECOND, &s, e);

    if (rc > 0)
        *r = (struct requests){column_count(s, 0), column_count(s, 1), column_count(s, 2),
                               column_count(s, 3)};
    if (rc >= 0)
        sqlite3_reset(s);
    return rc;
}

/* Two counts of a statement about one session. */
static int load_two(struct store *st, enum statement which, int64_t session, int64_t argument,
                    uint64_t *first_r, uint64_t *second_r, struct err *e)
{
    sqlite3_stmt *s;
    int rc = ask(st, which, session, argument, &s, e);

    if (rc > 0) {
        *first_r = column_count(s, 0);
        *second_r = column_count(s, 1);
    }
    if (rc >= 0)
        sqlite3_reset(s);
    return rc;
}

static int load_broken(struct store *st, int64_t session, struct broken *b, struct err *e)
{
    sqlite3_stmt *s;
    int rc = ask(st, ST_BROKEN_GET, session, BOUND_FALLBACK_SECONDS * SECOND, &s, e);

    if (rc > 0)
        *b = (struct broken){.connections = column_count(s, 0),
                             .resets = column_count(s, 1),
                             .garbled = column_count(s, 2),
                             .alerts = column_count(s, 3),
                             .last_session = sqlite3_column_int64(s, 4),
                             .last_ns = sqlite3_column_int64(s, 5)};
    if (rc >= 0)
        sqlite3_reset(s);
    if (rc < 0 || b->connections == 0)
        return rc;
    if (load_two(st, ST_BROKEN_OTHERS_GET, session, BOUND_COMPARED, &b->others_established,
                 &b->others_broken, e) < 0)
        return -1;
    return load_two(st, ST_BROKEN_ELSEWHERE_GET, session, BOUND_FALLBACK_SECONDS * SECOND,
                    &b->elsewhere_established, &b->elsewhere_broken, e);
}

static int load_refusals(struct store *st, int64_t session, uint64_t *refused_r, struct err *e)
{
    uint64_t unused;

    return load_two(st, ST_EHLO_REFUSED_GET, session, BOUND_COMPARED, refused_r, &unused, e);
}

/* The same connection at other places: the first that differs. */
#define VANTAGES 8
static int load_vantage(struct store *st, int64_t session, const struct facts *f, struct vantage *v,
                        struct err *e)
{
    sqlite3_stmt *s;
    int64_t other[VANTAGES];
    char source[VANTAGES][BOUND_NAME];
    struct facts there;
    if (!st->overlapping)
        return 0;
    int n = 0, rc = ask(st, ST_VANTAGE_GET, session, BOUND_SAME_TIME_SECONDS * SECOND, &s, e);

    while (rc > 0 && n < VANTAGES) {
        other[n] = sqlite3_column_int64(s, 0);
        column_text(s, 1, source[n++], BOUND_NAME);
        rc = sqlite3_step(s) == SQLITE_ROW;
    }
    if (rc < 0)
        return -1;
    sqlite3_reset(s);
    for (int i = 0; i < n; i++) {
        if (store_load(st, other[i], &there, e) < 0)
            return -1;
        vantage_compare(f, &there, v);
        if (!v->what)
            continue;
        v->session = other[i];
        memcpy(v->source, source[i], sizeof v->source);
        break;
    }
    return 0;
}

static void bind_server(sqlite3_stmt *s, const struct facts *f)
{
    char ip[ADDRESS_TEXT];

    address_text(ip, &f->server.address);
    bind_text(s, 1, f->server_name);
    sqlite3_bind_text(s, 2, ip, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(s, 3, f->server.port);
}

/* TLSA records seen so near to a time. */
static void bind_when(sqlite3_stmt *s, int64_t at_ns, int64_t around_ns)
{
    sqlite3_bind_int64(s, 4, at_ns);
    sqlite3_bind_int64(s, 5, around_ns);
}

/* 1 when it settles the question, 0 when it does not or there is no policy, -1. */
static int load_policy(struct store *st, const struct facts *f, struct expectation *x,
                       struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_POLICY_GET, e);
    bool settled = false;

    if (!s)
        return -1;
    bind_server(s, f);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        const char *source = (const char *)sqlite3_column_text(s, 0);
        bool list = source && strcmp(source, "list") == 0, must = sqlite3_column_int(s, 2) != 0;
        column_text(s, 1, x->name, sizeof x->name);
        column_text(s, 3, x->says, sizeof x->says);
        x->binding = must;
        /* "may" on the list is the operator's last word: nobody expects it then. */
        x->by = !list ? EXPECTED_BY_MTA_STS : must ? EXPECTED_BY_LIST : EXPECTED_BY_NOBODY;
        settled = list || must;
    } else if (rc != SQLITE_DONE) {
        store_fail(st, e);
    }
    sqlite3_reset(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? settled : -1;
}

static int load_tlsa(struct store *st, const struct facts *f, struct expectation *x, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_TLSA_GET, e);

    if (!s)
        return -1;
    bind_server(s, f);
    bind_when(s, f->started_ns, TLSA_NS);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        x->by = EXPECTED_BY_TLSA;
        column_text(s, 0, x->name, sizeof x->name);
        x->binding = sqlite3_column_int(s, 1) != 0;
        column_text(s, 2, x->says, sizeof x->says);
    } else if (rc != SQLITE_DONE) {
        store_fail(st, e);
    }
    sqlite3_reset(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

int history_any_expecters(struct store *st, struct err *e)
{
    int64_t any;

    if (st->expecters == UNKNOWN) {
        sqlite3_stmt *s = store_statement(st, ST_EXPECTERS, e);
        if (!s || store_number(st, s, &any, e) < 0)
            return -1;
        st->expecters = tri_of(any != 0);
    }
    return st->expecters == YES;
}

static int load_expectation(struct store *st, const struct facts *f, struct expectation *x,
                            struct err *e)
{
    struct expectation tlsa = {.by = EXPECTED_BY_NOBODY};
    int any = history_any_expecters(st, e), rc = any > 0 ? load_policy(st, f, x, e) : any;

    if (any <= 0 || rc != 0)
        return rc < 0 ? -1 : 0;
    if (load_tlsa(st, f, &tlsa, e) < 0)
        return -1;
    if (tlsa.by && (!x->by || tlsa.binding))
        *x = tlsa;
    return 0;
}

/* Has it a row for the server in the first row of `names`, whenever? */
static int any_expects(struct store *st, enum statement which, sqlite3_stmt *names, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

    if (!s)
        return -1;
    for (int i = 0; i < 3; i++)
        sqlite3_bind_value(s, i + 1, sqlite3_column_value(names, i));
    if (which == ST_TLSA_GET)
        bind_when(s, 0, INT64_MAX);
    return store_any(st, s, e);
}

static int ask_expected(struct store *st, int64_t server, int64_t banner, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_SERVER_NAMES, e);
    int found;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, server);
    sqlite3_bind_int64(s, 2, banner);
    if (sqlite3_step(s) != SQLITE_ROW)
        found = store_fail(st, e);
    else if ((found = any_expects(st, ST_POLICY_GET, s, e)) == 0)
        found = any_expects(st, ST_TLSA_GET, s, e);
    sqlite3_reset(s);
    return found;
}

int history_expected(struct store *st, int64_t server, int64_t banner, struct err *e)
{
    int any = history_any_expecters(st, e);

    if (any <= 0)
        return any;
    struct interned *known = known_expected(st->known, server, banner);
    if (!known->id) {
        int found = ask_expected(st, server, banner, e);
        if (found < 0)
            return -1;
        known->id = 1;
        known->note = (uint32_t)found;
    }
    return (int)known->note;
}

unsigned history_wanted(const struct facts *f)
{
    bool without = f->starttls_offered == NO;
    unsigned wanted = 0;

    if (f->tls_established == YES)
        return 0;
    if (without && f->ehlo_accepted == YES)
        wanted |= HISTORY_CONTRAST;
    if (f->starttls_requested == YES && f->starttls_reply != 220)
        wanted |= HISTORY_REQUESTS;
    if (f->starttls_offered == YES && f->starttls_requested != YES && f->transactions)
        wanted |= HISTORY_BROKEN;
    if (f->ehlo_accepted == NO)
        wanted |= HISTORY_REFUSALS;
    if (without)
        wanted |= HISTORY_EXPECTED;
    return wanted;
}

int history_load(struct store *st, int64_t session, const struct facts *f,
                 struct history *history_r, struct err *e)
{
    struct history *h = history_r;
    unsigned wanted = history_wanted(f);

    if ((wanted & HISTORY_CONTRAST && load_contrast(st, session, &h->contrast, e) < 0) ||
        (wanted & HISTORY_REQUESTS && load_requests(st, session, &h->requests, e) < 0) ||
        (wanted & HISTORY_BROKEN && load_broken(st, session, &h->broken, e) < 0) ||
        (wanted & HISTORY_REFUSALS && load_refusals(st, session, &h->ehlo_refused, e) < 0) ||
        (wanted & HISTORY_EXPECTED && load_expectation(st, f, &h->expected, e) < 0))
        return -1;
    return load_vantage(st, session, f, &h->vantage, e);
}
