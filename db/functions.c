/*
 * functions.c - the statistics of mailtap as SQL functions, for questions that ask for rates.
 *
 * NULL in gives NULL out, and so does a share of nothing; a count that is none is an error that names
 * the function.  All are innocuous: a stranger's view may call them, and learns nothing by it.
 */
#include "store_private.h"

#include <mailtap/err.h>
#include <mailtap/statistics.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTS_MOST = 4 };

struct function {
    const char *name;
    int counts;       /* arguments that are counts */
    bool probability; /* one more, from 0 to 1 */
    double (*value)(const uint64_t *n, double p);
};

static double wilson_low(const uint64_t *n, double p)
{
    (void)p;
    return wilson(n[0], n[1]).low;
}

static double wilson_high(const uint64_t *n, double p)
{
    (void)p;
    return wilson(n[0], n[1]).high;
}

static double clopper_low(const uint64_t *n, double p)
{
    (void)p;
    return clopper_pearson(n[0], n[1]).low;
}

static double clopper_high(const uint64_t *n, double p)
{
    (void)p;
    return clopper_pearson(n[0], n[1]).high;
}

static double newcombe_low(const uint64_t *n, double p)
{
    (void)p;
    return newcombe(n[0], n[1], n[2], n[3]).low;
}

static double newcombe_high(const uint64_t *n, double p)
{
    (void)p;
    return newcombe(n[0], n[1], n[2], n[3]).high;
}

static double below(const uint64_t *n, double p)
{
    return binomial_below(n[0], n[1], p);
}

static double above(const uint64_t *n, double p)
{
    return binomial_above(n[0], n[1], p);
}

static double fisher(const uint64_t *n, double p)
{
    (void)p;
    return fisher_below(n[0], n[1], n[2], n[3]);
}

static const struct function functions[] = {
    {"wilson_low", 2, false, wilson_low},     {"wilson_high", 2, false, wilson_high},
    {"clopper_low", 2, false, clopper_low},   {"clopper_high", 2, false, clopper_high},
    {"newcombe_low", 4, false, newcombe_low}, {"newcombe_high", 4, false, newcombe_high},
    {"binomial_below", 2, true, below},       {"binomial_above", 2, true, above},
    {"fisher_below", 4, false, fisher},
};

/* More than any database has rows; the exact tests are quick and precise up to it. */
#define COUNT_MOST INT64_C(1000000000)

static void refuse(sqlite3_context *c, const char *name, const char *why)
{
    char said[128];

    snprintf(said, sizeof said, "%s: %s", name, why);
    sqlite3_result_error(c, said, -1);
}

static bool is_null(sqlite3_value **argument, int n)
{
    for (int i = 0; i < n; i++)
        if (sqlite3_value_type(argument[i]) == SQLITE_NULL)
            return true;
    return false;
}

static bool read_count(sqlite3_value *v, uint64_t *count_r)
{
    int64_t value = sqlite3_value_int64(v);

    *count_r = (uint64_t)value;
    return sqlite3_value_numeric_type(v) == SQLITE_INTEGER && value >= 0 && value <= COUNT_MOST;
}

static void call(sqlite3_context *c, int n, sqlite3_value **argument)
{
    const struct function *f = sqlite3_user_data(c);
    uint64_t count[COUNTS_MOST] = {0};
    double p = 0;

    if (is_null(argument, n))
        return;
    for (int i = 0; i < f->counts; i++)
        if (!read_count(argument[i], &count[i])) {
            refuse(c, f->name, "takes counts, whole numbers from 0");
            return;
        }
    if (f->probability) {
        p = sqlite3_value_double(argument[f->counts]);
        if (!(p >= 0 && p <= 1)) {
            refuse(c, f->name, "takes a probability from 0 to 1 at last");
            return;
        }
    }
    if (f->value != fisher && count[1] == 0)
        return; /* a share of nothing */
    sqlite3_result_double(c, f->value(count, p));
}

/* ---- over rows: the bootstrap that resamples clusters */

struct cluster {
    uint64_t hits, n;
};

struct clusters {
    struct cluster *list;
    size_t count, room;
    const char *wrong;
};

static void add_cluster(sqlite3_context *c, int n, sqlite3_value **argument)
{
    struct clusters *all = sqlite3_aggregate_context(c, sizeof *all);
    struct cluster one;

    if (!all || all->wrong || is_null(argument, n))
        return;
    if (!read_count(argument[0], &one.hits) || !read_count(argument[1], &one.n)) {
        all->wrong = "takes counts, whole numbers from 0";
        return;
    }
    if (all->count == BOUND_CLUSTERS) {
        all->wrong = "has room for 50000 clusters";
        return;
    }
    if (all->count == all->room) {
        all->room = all->room ? all->room * 2 : 64;
        all->list = must_grow(all->list, all->room, sizeof *all->list);
    }
    all->list[all->count++] = one;
}

static int by_counts(const void *a, const void *b)
{
    const struct cluster *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->hits < y->hits ? -1 : x->hits > y->hits;
}

#define DRAWS 2000
#define SEED 1

/* Seeded, and over clusters in an order of their own: the same rows give the same interval. */
static struct interval resample(const struct clusters *all)
{
    uint64_t *hits = must_alloc(all->count, sizeof *hits), *n = must_alloc(all->count, sizeof *n);

    qsort(all->list, all->count, sizeof *all->list, by_counts);
    for (size_t i = 0; i < all->count; i++) {
        hits[i] = all->list[i].hits;
        n[i] = all->list[i].n;
    }
    struct interval interval = cluster_bootstrap(hits, n, all->count, DRAWS, SEED);
    free(hits);
    free(n);
    return interval;
}

static void end_clusters(sqlite3_context *c, bool high)
{
    struct clusters *all = sqlite3_aggregate_context(c, 0);

    if (!all)
        return;
    if (all->wrong) {
        refuse(c, high ? "bootstrap_high" : "bootstrap_low", all->wrong);
    } else if (all->count) {
        struct interval i = resample(all);
        sqlite3_result_double(c, high ? i.high : i.low);
    }
    free(all->list);
}

static void bootstrap_low(sqlite3_context *c)
{
    end_clusters(c, false);
}

static void bootstrap_high(sqlite3_context *c)
{
    end_clusters(c, true);
}

/* ---- all of them */

static const struct {
    const char *name;
    void (*end)(sqlite3_context *c);
} aggregates[] = {
    {"bootstrap_low", bootstrap_low},
    {"bootstrap_high", bootstrap_high},
};

#define FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)

int functions_add(struct store *st, struct err *e)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < sizeof functions / sizeof *functions && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function_v2(st->db, functions[i].name,
                                        functions[i].counts + functions[i].probability, FLAGS,
                                        (void *)&functions[i], call, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function_v2(st->db, aggregates[i].name, 2, FLAGS, NULL, NULL,
                                        add_cluster, aggregates[i].end, NULL);
    return rc == SQLITE_OK ? 0 : store_fail(st, e);
}
