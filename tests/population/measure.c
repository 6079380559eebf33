/*
 * measure.c - how often findings of stripping are right: made populations, whose truth is known, are
 * stored and judged as the program does it, and the verdicts are compared with the truth.
 *
 *   measure            the full table, on standard output
 *   measure --quick    small populations, for every run of the tests
 *   measure --seed N   other populations; 1 when it is not given
 *
 * Exits 1 when more sessions are accused falsely than the limit allows, beyond what chance explains,
 * when nothing was found at all, or when the order in which captures come in changes a verdict.
 */
#include "population.h"
#include "table.h"

#include "../../cli/pipeline.h"
#include <mailtap/query.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/mailtap-population-XXXXXX";

static void give_up(const char *what, const struct err *e)
{
    fprintf(stderr, "%s: %s\n", what, e ? e->text : "failed");
    exit(1);
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the database */

static const char *database(void)
{
    static char path[sizeof folder + 32];

    snprintf(path, sizeof path, "%s/population.db", folder);
    return path;
}

static struct store *start(void)
{
    struct err e = {""};

    unlink(database());
    struct store *st = store_open(database(), STORE_WRITE, &e);
    if (!st)
        give_up("store", &e);
    return st;
}

static void finish(struct store *st)
{
    struct err e = {""};

    if (store_close(&st, &e) < 0)
        give_up("store", &e);
    unlink(database());
}

/* One capture of those sessions whose capture it is; `of` NULL: all. */
static void ingest(struct store *st, const struct population *p, const uint8_t *of, uint8_t which)
{
    static struct facts f;
    const uint8_t digest[DIGEST_OCTETS] = {1, which};
    struct capture_counts counts = {.frames = 0};
    struct err e = {""};
    int64_t capture;

    if (store_capture_begin(st, "population.pcap", digest, &capture, &e) != 1)
        give_up("capture", &e);
    for (size_t i = 0; i < p->visit_count; i++) {
        if (of && of[i] != which)
            continue;
        visit_facts(p, &p->visits[i], &f);
        if (counts.flows++ == 0)
            counts.started_ns = f.started_ns;
        counts.mail_flows++;
        counts.frames += 20;
        counts.octets += 6000;
        counts.ended_ns = f.ended_ns;
        if (store_session(st, capture, &f, &e) < 0)
            give_up("session", &e);
    }
    if (store_capture_end(st, capture, digest, &counts, NULL, &e) != 1)
        give_up("capture", &e);
}

static void judge(struct store *st)
{
    struct err e = {""};

    if (store_judge_waiting(st, NULL, &e) < 0)
        give_up("judge", &e);
}

static void cell_copy(const struct query *q, unsigned column, char *to, size_t room)
{
    struct cell c = query_cell((struct query *)q, column);

    snprintf(to, room, "%.*s", c.kind == CELL_TEXT ? (int)c.text.n : 0,
             c.kind == CELL_TEXT ? (const char *)c.text.p : "");
}

/* ---- right or wrong */

/* All verdicts, in the order in which the sessions were stored. */
static void compare(struct store *st, const struct population *p, struct table *t)
{
    static const char sql[] = "SELECT s.client_port, s.class, s.strip_rule, s.strip_rank, e.detail"
                              " FROM v_session s LEFT JOIN v_evidence e"
                              " ON e.session_id = s.session_id AND e.rule = s.strip_rule"
                              " ORDER BY s.session_id";
    struct err e = {""};
    struct query *q = query_open(st, sql, &e);
    size_t i = 0;

    if (!q)
        give_up("query", &e);
    while (query_next(q, &e) > 0) {
        struct answered j;
        if (i == p->visit_count || query_cell(q, 0).integer != p->visits[i].port)
            give_up("a session is not where it was stored", NULL);
        cell_copy(q, 1, j.class, sizeof j.class);
        cell_copy(q, 2, j.rule, sizeof j.rule);
        cell_copy(q, 3, j.rank, sizeof j.rank);
        cell_copy(q, 4, j.detail, sizeof j.detail);
        table_add(t, p, &p->visits[i++], &j);
    }
    query_close(&q);
    if (e.text[0] || i != p->visit_count)
        give_up("query", &e);
}

static void measure(struct table *t, uint64_t seed, const struct population_size *size,
                    double boxed)
{
    double began = seconds();
    struct population *p = population_new(seed, size, boxed);
    double made = seconds();
    struct store *st = start();

    ingest(st, p, NULL, 0);
    double ingested = seconds();
    judge(st);
    double judged = seconds();
    table_begin(t, p, boxed);
    compare(st, p, t);
    finish(st);
    fprintf(stderr,
            "share %.3f: %zu sessions made in %.1f s, ingested in %.1f s, judged in %.1f s,"
            " compared in %.1f s\n",
            boxed, p->visit_count, made - began, ingested - made, judged - ingested,
            seconds() - judged);
    population_free(&p);
}

/* ---- the order of captures */

#define PARTS 5u
#define ORDERS 3u

/* All verdicts as text, a line each, in an order that does not depend on the database; to be freed. */
static char *verdicts(struct store *st)
{
    static const char sql[] =
        "SELECT client_ip || ' ' || client_port || ' ' || server_ip || ' ' || started_at || ' ' ||"
        " class || ' ' || coalesce(strip_rule, '-') || ' ' || coalesce(strip_rank, '-')"
        " FROM v_session ORDER BY 1";
    struct err e = {""};
    struct query *q = query_open(st, sql, &e);
    size_t n = 0, room = 0;
    char *text = NULL;

    if (!q)
        give_up("query", &e);
    while (query_next(q, &e) > 0) {
        struct slice line = query_cell(q, 0).text;
        while (n + line.n + 2 > room)
            text = must_grow(text, room = room ? 2 * room : 1u << 20, 1);
        memcpy(text + n, line.p, line.n);
        n += line.n;
        text[n++] = '\n';
        text[n] = '\0';
    }
    query_close(&q);
    return text;
}

/* How many lines differ; the first one is told. */
static unsigned differences(const char *want, const char *got)
{
    unsigned count = 0;

    while (*want && *got) {
        size_t n = strcspn(want, "\n"), m = strcspn(got, "\n");
        if ((n != m || memcmp(want, got, n) != 0) && count++ == 0)
            fprintf(stderr, "  at once:  %.*s\n  in parts: %.*s\n", (int)n, want, (int)m, got);
        want += n + 1;
        got += m + 1;
    }
    return count + (*want != *got);
}

/* The same sessions at once, and as five captures in three orders, judged after each of them. */
static unsigned check_order(uint64_t seed, const struct population_size *size)
{
    struct population *p = population_new(seed, size, 0.2);
    struct random r = random_seeded(seed + 1000);
    uint8_t *of = must_alloc(p->visit_count, 1), order[PARTS] = {0, 1, 2, 3, 4};
    struct store *st = start();
    unsigned differ = 0;

    for (size_t i = 0; i < p->visit_count; i++)
        of[i] = (uint8_t)random_below(&r, PARTS);
    ingest(st, p, NULL, 0);
    judge(st);
    char *want = verdicts(st);
    finish(st);
    for (unsigned k = 0; k < ORDERS; k++) {
        for (uint8_t i = PARTS; i > 1; i--) {
            uint64_t j = random_below(&r, i);
            uint8_t kept = order[j];
            order[j] = order[i - 1];
            order[i - 1] = kept;
        }
        st = start();
        for (unsigned i = 0; i < PARTS; i++) {
            ingest(st, p, of, order[i]);
            judge(st);
        }
        char *got = verdicts(st);
        differ += differences(want, got);
        free(got);
        finish(st);
    }
    printf("\nOrder of ingestion: %zu sessions as one capture, and as %u captures in %u random"
           " orders, judged after each: %u verdicts differ.\n",
           p->visit_count, PARTS, ORDERS, differ);
    free(want);
    free(of);
    population_free(&p);
    return differ;
}

int main(int argc, char **argv)
{
    /* Few boxes are not alike: where there are few, several populations are made. */
    static const struct {
        double boxed;
        unsigned populations;
    } shares[] = {{0, 2}, {0.001, 4}, {0.01, 2}, {0.2, 1}};
    const struct population_size full = {10000, 3000, 1000, 200000};
    const struct population_size small = {1000, 300, 200, 20000}, least = {400, 150, 100, 5000};
    struct table *t = table_new();
    uint64_t seed = 1;
    bool quick = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            quick = true;
        else if (strcmp(argv[i], "--seed") == 0 && argv[i + 1])
            seed = strtoull(argv[++i], NULL, 10);
        else
            give_up("usage: measure [--quick] [--seed N]", NULL);
    }
    if (!mkdtemp(folder))
        give_up(folder, NULL);
    for (size_t i = quick ? 2 : 0; i < sizeof shares / sizeof *shares; i++)
        for (unsigned k = 0; k < (quick ? 1 : shares[i].populations); k++)
            measure(t, seed + k, quick ? &small : &full, shares[i].boxed);
    table_print(t);
    bool good = table_is_good(t, quick ? TABLE_LIMIT_SMALL : TABLE_LIMIT);
    good = check_order(seed, quick ? &least : &small) == 0 && good;
    table_free(&t);
    rmdir(folder);
    return good ? 0 : 1;
}
