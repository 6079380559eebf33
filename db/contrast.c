/*
 * contrast.c - every server that offers STARTTLS to some and not to others, compared with itself.
 *
 * The comparison of one client rests on the sessions of the whole database, and Holm's correction on
 * all comparisons; so all are corrected again when sessions came or went, and only what changed is
 * judged again.  The order in which captures came in cannot matter.
 *
 * Comparisons are remembered as they are before the correction.  Sessions that come make those of
 * their own servers again, and of another server's what rests on how its clients fare elsewhere.  A
 * renewal that is given up half-way goes on there the next time.
 */
#include "contrast_read.h"

#include <mailtap/err.h>
#include <mailtap/statistics.h>

#include <stdlib.h>
#include <string.h>

/* Below so many clients of a server, how many of them lack the offer tells nothing. */
#define FEW_CLIENTS 5

/* One client at one machine of a server. */
struct row {
    int64_t server, keyword_mark, name_mark;
    int64_t client;
    uint32_t number;           /* of the client, among those of the server */
    uint32_t clients;          /* of this machine */
    int64_t from_ns, until_ns; /* its sessions with others in this time count as elsewhere */
    struct contrast contrast;
};

struct rows {
    struct row *list;
    size_t count, room;
};

/* The comparisons of one server. */
struct compared {
    int64_t server;
    bool good; /* they are made, of all its sessions */
    uint32_t client_count;
    struct rows rows;
};

/* Of all servers that there is something to compare of, in the order of their numbers. */
struct contrasts {
    struct compared *list;
    size_t count;
    int64_t upto; /* the last session whose coming was looked at */
};

/* When sessions came of a client. */
struct news {
    int64_t client, from_ns, until_ns;
};

/* What there is to do: servers, and whether theirs changed; clients in the order of their numbers. */
struct renewal {
    int64_t *servers;
    bool *changed;
    size_t servers_count;
    struct news *news;
    size_t news_count;
    int64_t last; /* session */
};

/* ---- comparing */

static struct row *add_row(struct rows *rows)
{
    if (rows->count == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 64;
        rows->list = must_grow(rows->list, rows->room, sizeof *rows->list);
    }
    return &rows->list[rows->count++];
}

/* Sessions of one machine: `n` of them, in the order of time. */
struct machine {
    int64_t server, keyword_mark, name_mark;
    const struct baseline_session *sessions;
    size_t n;
};

/* While it was not offered it here. */
static void span_elsewhere(struct row *row, const struct machine *m)
{
    int64_t first = INT64_MAX, last = INT64_MIN;

    for (size_t i = 0; i < m->n; i++) {
        if (m->sessions[i].client != row->number || m->sessions[i].offered)
            continue;
        first = m->sessions[i].at_ns < first ? m->sessions[i].at_ns : first;
        last = m->sessions[i].at_ns > last ? m->sessions[i].at_ns : last;
    }
    row->from_ns = first - BOUND_SAME_TIME_SECONDS * INT64_C(1000000000);
    row->until_ns = last + BOUND_SAME_TIME_SECONDS * INT64_C(1000000000);
}

static int look_elsewhere(struct store *st, struct row *row, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_ELSEWHERE, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, row->client);
    sqlite3_bind_int64(s, 2, row->from_ns);
    sqlite3_bind_int64(s, 3, row->until_ns);
    sqlite3_bind_int64(s, 4, row->server);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        row->contrast.elsewhere = (uint64_t)sqlite3_column_int64(s, 0);
        row->contrast.elsewhere_missing = (uint64_t)sqlite3_column_int64(s, 1);
    } else {
        store_fail(st, e);
    }
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 0 : -1;
}

/* Each client of the machine that was not offered it at least once. */
static int compare_machine(struct store *st, const struct machine *m, const struct items *in,
                           struct rows *rows, struct err *e)
{
    bool *present = must_alloc(in->client_count + 1ul, sizeof *present);
    bool *lacks = must_alloc(in->client_count + 1ul, sizeof *lacks);
    uint32_t clients = 0;
    int rc = 0;

    for (size_t i = 0; i < m->n; i++) {
        clients += !present[m->sessions[i].client];
        present[m->sessions[i].client] = true;
        lacks[m->sessions[i].client] |= !m->sessions[i].offered;
    }
    for (uint32_t c = 0; c < in->client_count && rc == 0; c++) {
        struct contrast contrast;
        if (!lacks[c])
            continue;
        if (guard_in_time(st, e) < 0) {
            rc = -1;
            break;
        }
        baseline_compare(m->sessions, m->n, c, &contrast);
        if (contrast.sign == CONTRAST_NONE)
            continue;
        struct row *row = add_row(rows);
        *row = (struct row){.server = m->server,
                            .keyword_mark = m->keyword_mark,
                            .name_mark = m->name_mark,
                            .client = in->clients[c],
                            .number = c,
                            .clients = clients,
                            .contrast = contrast};
        span_elsewhere(row, m);
        rc = look_elsewhere(st, row, e);
    }
    free(present);
    free(lacks);
    return rc;
}

/* The one name among the sessions [from, to), where there is one only: masked greetings are its. */
static int64_t only_name(const struct items *in, size_t from, size_t to)
{
    int64_t name = 0;

    for (size_t i = from; i < to; i++) {
        if (in->list[i].name_mark == 0)
            continue;
        if (name && name != in->list[i].name_mark)
            return 0;
        name = in->list[i].name_mark;
    }
    return name;
}

/* Sessions [from, to) have the same keywords: compare those of each name. */
static int compare_names(struct store *st, int64_t server, const struct items *in, size_t from,
                         size_t to, struct rows *rows, struct err *e)
{
    struct baseline_session *sessions = must_alloc(to - from, sizeof *sessions);
    bool *done = must_alloc(to - from, sizeof *done);
    int64_t only = only_name(in, from, to);
    int rc = 0;

    for (size_t i = from; i < to && rc == 0; i++) {
        if (done[i - from])
            continue;
        struct machine m = {server, in->list[i].keyword_mark, only ? only : in->list[i].name_mark,
                            sessions, 0};
        for (size_t k = i; k < to; k++) {
            if (!only && in->list[k].name_mark != m.name_mark)
                continue;
            done[k - from] = true;
            sessions[m.n++] = in->list[k].session;
        }
        rc = compare_machine(st, &m, in, rows, e);
    }
    free(sessions);
    free(done);
    return rc;
}

static int compare_server(struct store *st, int64_t server, struct items *in, struct rows *rows,
                          struct err *e)
{
    int rc = contrast_read(st, server, in, e);

    for (size_t from = 0, to; rc == 0 && from < in->count; from = to) {
        for (to = from; to < in->count && in->list[to].keyword_mark == in->list[from].keyword_mark;)
            to++;
        rc = compare_names(st, server, in, from, to, rows, e);
    }
    return rc;
}

/* ---- all comparisons together */

/*
 * The rows are of one server.  It is uneven for a client when it withholds the offer from
 * another one that gets it elsewhere, or when one in twenty others lack it and nothing is known of
 * them: machines of a balancer that is sticky by client look like that.
 */
static void note_uneven(struct rows *rows, uint32_t clients)
{
    bool *withheld = must_alloc(clients + 1ul, sizeof *withheld);
    bool *unknown = must_alloc(clients + 1ul, sizeof *unknown);
    size_t all_withheld = 0, all_unknown = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->list[i];
        withheld[row->number] |= baseline_withheld(&row->contrast);
        unknown[row->number] |= row->contrast.elsewhere == 0;
    }
    for (uint32_t c = 0; c < clients; c++) {
        all_withheld += withheld[c];
        all_unknown += unknown[c];
    }
    for (size_t i = 0; i < rows->count; i++) {
        struct row *row = &rows->list[i];
        size_t others = all_unknown - unknown[row->number];
        row->contrast.uneven = all_withheld > withheld[row->number] ||
                               (row->clients >= FEW_CLIENTS && others > 0 &&
                                others * 20 >= row->clients);
    }
    free(withheld);
    free(unknown);
}

static bool is_tested(const struct contrast *c)
{
    return c->sign == CONTRAST_OTHERS || c->sign == CONTRAST_AROUND;
}

static void correct(struct rows *rows)
{
    double *p = must_alloc(rows->count + 1, sizeof *p);
    size_t n = 0, k = 0;

    for (size_t i = 0; i < rows->count; i++)
        if (is_tested(&rows->list[i].contrast))
            p[n++] = rows->list[i].contrast.p;
    holm(p, n);
    for (size_t i = 0; i < rows->count; i++) {
        struct contrast *c = &rows->list[i].contrast;
        c->tests = n;
        if (is_tested(c))
            c->p_adjusted = p[k++];
        c->sign = baseline_judge(c);
    }
    free(p);
}

static int write_row(struct store *st, const struct row *row, struct err *e)
{
    const struct contrast *c = &row->contrast;
    const uint64_t counts[] = {c->missing,   c->offered,          c->before,  c->after,
                               c->others,    c->others_missing,   c->outside, c->runs,
                               c->elsewhere, c->elsewhere_missing};
    sqlite3_stmt *s = store_statement(st, ST_CONTRAST_ADD, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, row->server);
    sqlite3_bind_int64(s, 2, row->keyword_mark);
    sqlite3_bind_int64(s, 3, row->name_mark);
    sqlite3_bind_int64(s, 4, row->client);
    for (int i = 0; i < 10; i++)
        bind_count(s, 5 + i, counts[i]);
    sqlite3_bind_int(s, 15, c->uneven);
    sqlite3_bind_double(s, 16, c->p);
    sqlite3_bind_double(s, 17, c->p_adjusted);
    bind_count(s, 18, c->tests);
    sqlite3_bind_text(s, 19, contrast_name(c->sign), -1, SQLITE_STATIC);
    return store_run(st, s, e);
}

/* "+": by the index of clients; a server may have very many sessions, a client has few. */
static int write_rows(struct store *st, const struct rows *rows, struct err *e)
{
    int rc = store_sql(st, "DELETE FROM temp.contrast_new", e);

    for (size_t i = 0; i < rows->count && rc == 0; i++)
        rc = write_row(st, &rows->list[i], e);
    return rc < 0 ? -1
                  : store_sql(st,
                              "INSERT OR IGNORE INTO unjudged SELECT s.session_id FROM"
                              " (SELECT * FROM (SELECT * FROM contrast EXCEPT"
                              "   SELECT * FROM temp.contrast_new)"
                              "  UNION SELECT * FROM (SELECT * FROM temp.contrast_new EXCEPT"
                              "   SELECT * FROM contrast)) c CROSS JOIN session s"
                              " ON s.client_id = c.client_id AND +s.server_id = c.server_id;"
                              "DELETE FROM contrast WHERE (server_id, keyword_mark, name_mark,"
                              " client_id) IN (SELECT server_id, keyword_mark, name_mark, client_id"
                              "  FROM (SELECT * FROM contrast EXCEPT"
                              "   SELECT * FROM temp.contrast_new));"
                              "INSERT INTO contrast SELECT * FROM temp.contrast_new EXCEPT"
                              " SELECT * FROM contrast;"
                              "DELETE FROM temp.contrast_new",
                              e);
}

/* ---- what came since the last time */

static void add_server(struct renewal *r, sqlite3_stmt *s)
{
    size_t n = r->servers_count++;

    if ((n & (n - 1)) == 0) { /* there is room for a power of two */
        r->servers = must_grow(r->servers, n ? 2 * n : 1, sizeof *r->servers);
        r->changed = must_grow(r->changed, n ? 2 * n : 1, sizeof *r->changed);
    }
    r->servers[n] = sqlite3_column_int64(s, 0);
    r->changed[n] = sqlite3_column_int(s, 1) != 0;
}

static void add_news(struct renewal *r, sqlite3_stmt *s)
{
    size_t n = r->news_count++;

    if ((n & (n - 1)) == 0)
        r->news = must_grow(r->news, n ? 2 * n : 1, sizeof *r->news);
    r->news[n] = (struct news){.client = sqlite3_column_int64(s, 0),
                               .from_ns = sqlite3_column_int64(s, 1),
                               .until_ns = sqlite3_column_int64(s, 2)};
}

static void note_last(struct renewal *r, sqlite3_stmt *s)
{
    r->last = sqlite3_column_int64(s, 0);
}

static int list(struct store *st, enum statement which, int64_t after,
                void (*add)(struct renewal *r, sqlite3_stmt *s), struct renewal *r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);
    int rc;

    if (!s)
        return -1;
    if (after >= 0)
        sqlite3_bind_int64(s, 1, after);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        add(r, s);
    if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? 0 : -1;
}

static int by_client(const void *a, const void *b)
{
    int64_t x = ((const struct news *)a)->client, y = ((const struct news *)b)->client;

    return x < y ? -1 : x > y;
}

/* ---- what is remembered */

void contrast_free(struct contrasts **all)
{
    for (size_t i = 0; *all && i < (*all)->count; i++)
        free((*all)->list[i].rows.list);
    if (*all)
        free((*all)->list);
    free(*all);
    *all = NULL;
}

/* As many as there are servers now; what is good of those that did not change stays. */
static void keep(struct contrasts *all, const struct renewal *r)
{
    struct compared *now = must_alloc(r->servers_count + 1, sizeof *now);
    size_t before = 0;

    for (size_t i = 0; i < r->servers_count; i++) {
        for (; before < all->count && all->list[before].server < r->servers[i]; before++)
            free(all->list[before].rows.list);
        if (before < all->count && all->list[before].server == r->servers[i])
            now[i] = all->list[before++];
        now[i].server = r->servers[i];
        now[i].good = now[i].good && !r->changed[i];
    }
    for (; before < all->count; before++)
        free(all->list[before].rows.list);
    free(all->list);
    all->list = now;
    all->count = r->servers_count;
}

/* Its clients may have met other servers since. */
static int renew_elsewhere(struct store *st, struct compared *k, const struct renewal *r,
                           struct err *e)
{
    for (size_t i = 0; i < k->rows.count; i++) {
        struct row *row = &k->rows.list[i];
        const struct news key = {.client = row->client}, *n = NULL;
        if (r->news_count)
            n = bsearch(&key, r->news, r->news_count, sizeof key, by_client);
        if (n && n->from_ns <= row->until_ns && n->until_ns >= row->from_ns &&
            look_elsewhere(st, row, e) < 0)
            return -1;
    }
    return 0;
}

static int renew_all(struct store *st, struct contrasts *all, const struct renewal *r,
                     struct err *e)
{
    struct items in = {0};
    int rc = 0;

    for (size_t i = 0; i < all->count && rc == 0; i++) {
        struct compared *k = &all->list[i];
        if (k->good) {
            rc = renew_elsewhere(st, k, r, e);
        } else {
            k->rows.count = 0;
            rc = compare_server(st, k->server, &in, &k->rows, e);
            k->client_count = in.client_count;
            k->good = rc == 0;
        }
        if (rc == 0)
            note_uneven(&k->rows, k->client_count);
    }
    contrast_read_free(&in);
    return rc;
}

static int correct_and_write(struct store *st, const struct contrasts *all, struct err *e)
{
    struct rows rows = {0};

    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->list[i].rows.count; k++)
            *add_row(&rows) = all->list[i].rows.list[k];
    correct(&rows);
    int rc = write_rows(st, &rows, e);
    free(rows.list);
    return rc;
}

int contrast_renew(struct store *st, struct err *e)
{
    struct renewal r = {0};
    int rc = store_sql(st,
                       "CREATE TEMP TABLE IF NOT EXISTS contrast_new AS"
                       " SELECT * FROM contrast WHERE 0",
                       e);

    if (rc == 0)
        rc = list(st, ST_COMPARED_SERVERS, -1, add_server, &r, e);
    if (rc == 0)
        rc = list(st, ST_LAST_SESSION, -1, note_last, &r, e);
    if (rc == 0 && !st->contrasts) {
        st->contrasts = must_alloc(1, sizeof *st->contrasts);
        st->contrasts->upto = r.last;
    }
    if (rc == 0)
        rc = list(st, ST_NEWS, st->contrasts->upto, add_news, &r, e);
    if (rc == 0) {
        keep(st->contrasts, &r);
        rc = renew_all(st, st->contrasts, &r, e);
    }
    if (rc == 0)
        rc = correct_and_write(st, st->contrasts, e);
    if (rc == 0)
        st->contrasts->upto = r.last;
    free(r.servers);
    free(r.changed);
    free(r.news);
    return rc;
}

enum contrast_sign contrast_sign_of(const char *name)
{
    for (int i = 0; i < CONTRASTS; i++)
        if (strcmp(name, contrast_name((enum contrast_sign)i)) == 0)
            return (enum contrast_sign)i;
    return CONTRAST_NONE;
}
