/*
 * functions.c - the statistics of mailtap as SQL functions, for questions that ask for rates, and the
 * times and the prefixes that questions are given.
 *
 * NULL in gives NULL out, and so does a share of nothing; a count that is none is an error that names
 * the function.  All are innocuous: a stranger's view may call them, and learns nothing by it.
 * One call is bounded, and every call looks at the clock first: SQLite itself does so only now and then.
 */
#include "store_private.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>
#include <mailtap/prefix.h>
#include <mailtap/signal.h>
#include <mailtap/statistics.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* Of a share that is 0 there is no number of bits. */
static double surprisal(const uint64_t *n, double p)
{
    (void)p;
    return n[0] ? signal_surprisal((double)n[0] / (double)n[1]) : NAN;
}

static const struct function functions[] = {
    {"wilson_low", 2, false, wilson_low},     {"wilson_high", 2, false, wilson_high},
    {"clopper_low", 2, false, clopper_low},   {"clopper_high", 2, false, clopper_high},
    {"newcombe_low", 4, false, newcombe_low}, {"newcombe_high", 4, false, newcombe_high},
    {"binomial_below", 2, true, below},       {"binomial_above", 2, true, above},
    {"fisher_below", 4, false, fisher},       {"surprisal_bits", 2, false, surprisal},
};

/* More than any database has rows; up to it an exact test takes some hundredths of a second. */
#define COUNT_MOST INT64_C(1000000000)

/* How SQLite calls back. */
struct binding {
    struct store *st;
    const struct function *function;   /* of one row */
    const struct aggregate *aggregate; /* over rows */
};

static void refuse(sqlite3_context *c, const char *name, const char *why)
{
    char said[256];

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

static bool read_probability(sqlite3_value *v, double *p_r)
{
    int type = sqlite3_value_numeric_type(v);

    *p_r = sqlite3_value_double(v);
    return (type == SQLITE_INTEGER || type == SQLITE_FLOAT) && *p_r >= 0 && *p_r <= 1;
}

static const char no_count[] = "takes counts, whole numbers from 0 to 1000000000";

/* Is there nothing that a share could be of?  Four counts are two shares, but to Fisher's test. */
static bool of_nothing(const struct function *f, const uint64_t *n)
{
    if (f->value == fisher)
        return n[0] + n[1] + n[2] + n[3] == 0;
    return n[1] == 0 || (f->counts == 4 && n[3] == 0);
}

static void call(sqlite3_context *c, int n, sqlite3_value **argument)
{
    const struct binding *b = sqlite3_user_data(c);
    const struct function *f = b->function;
    uint64_t count[COUNTS_MOST] = {0};
    double p = 0;

    if (guard_overdue(b->st)) {
        sqlite3_result_error_code(c, SQLITE_INTERRUPT);
        return;
    }
    if (is_null(argument, n))
        return;
    for (int i = 0; i < f->counts; i++)
        if (!read_count(argument[i], &count[i])) {
            refuse(c, f->name, no_count);
            return;
        }
    if (f->probability && !read_probability(argument[f->counts], &p)) {
        refuse(c, f->name, "takes a probability from 0 to 1 at last");
        return;
    }
    if (!of_nothing(f, count))
        sqlite3_result_double(c, f->value(count, p));
}

/* ---- over rows */

struct row {
    uint64_t n, hits; /* hits: 0 where a row has one count only */
};

struct rows {
    struct row *list;
    size_t count, room;
    const char *wrong;
};

struct aggregate {
    const char *name;
    int counts;
    double (*value)(struct store *st, const uint64_t *n, const uint64_t *hits, size_t count);
};

/* One question may nest aggregates without end: what they hold together is bounded, too. */
static bool more_room(struct store *st, struct rows *all)
{
    size_t more = all->room ? all->room : 64;

    if (st->rows_held + more > BOUND_ROWS_HELD)
        return false;
    st->rows_held += more;
    all->room += more;
    all->list = must_grow(all->list, all->room, sizeof *all->list);
    return true;
}

/* Rows with a NULL are left out, as SQL's own aggregates do. */
static void add_row(sqlite3_context *c, int n, sqlite3_value **argument)
{
    const struct binding *b = sqlite3_user_data(c);
    struct rows *all = sqlite3_aggregate_context(c, sizeof *all);
    struct row one = {0};

    if (!all || all->wrong || is_null(argument, n))
        return;
    if (!read_count(argument[n - 1], &one.n) || (n > 1 && !read_count(argument[0], &one.hits))) {
        all->wrong = no_count;
        return;
    }
    if (one.n == 0)
        return;
    if (all->count == BOUND_CLUSTERS) {
        all->wrong = "has room for 50000 clusters or categories";
        return;
    }
    if (all->count == all->room && !more_room(b->st, all)) {
        all->wrong = "has no room beside so many others in one question";
        return;
    }
    all->list[all->count++] = one;
}

static int by_counts(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->hits < y->hits ? -1 : x->hits > y->hits;
}

/* In an order of their own: the same rows give the same answer, however SQLite came by them. */
static double value_of_rows(const struct binding *b, const struct rows *all)
{
    uint64_t *hits = must_alloc(all->count, sizeof *hits), *n = must_alloc(all->count, sizeof *n);

    qsort(all->list, all->count, sizeof *all->list, by_counts);
    for (size_t i = 0; i < all->count; i++) {
        hits[i] = all->list[i].hits;
        n[i] = all->list[i].n;
    }
    double value = b->aggregate->value(b->st, n, hits, all->count);
    free(hits);
    free(n);
    return value;
}

static void end_rows(sqlite3_context *c)
{
    const struct binding *b = sqlite3_user_data(c);
    struct rows *all = sqlite3_aggregate_context(c, 0);

    if (!all)
        return;
    if (guard_overdue(b->st))
        sqlite3_result_error_code(c, SQLITE_INTERRUPT);
    else if (all->wrong)
        refuse(c, b->aggregate->name, all->wrong);
    else if (all->count)
        sqlite3_result_double(c, value_of_rows(b, all));
    b->st->rows_held -= all->room;
    free(all->list);
}

#define DRAWS 2000
#define SEED 1

static struct slice octets_of(const uint64_t *list, size_t count)
{
    return (struct slice){(const uint8_t *)list, count * sizeof *list};
}

static void digest_of_rows(const uint64_t *n, const uint64_t *hits, size_t count,
                           uint8_t out[DIGEST_OCTETS])
{
    struct digest *d = digest_new();

    digest_add(d, octets_of(n, count));
    digest_add(d, octets_of(hits, count));
    digest_finish(&d, out);
}

/* A question asks for the lower end of a share and then for the upper one, which is the same work. */
static struct interval bootstrap(struct store *st, const uint64_t *n, const uint64_t *hits,
                                 size_t count)
{
    uint8_t of[DIGEST_OCTETS];

    digest_of_rows(n, hits, count, of);
    if (!st->last_share.known || memcmp(st->last_share.of, of, sizeof of) != 0) {
        st->last_share.is = cluster_bootstrap(hits, n, count, DRAWS, SEED);
        memcpy(st->last_share.of, of, sizeof of);
        st->last_share.known = true;
    }
    return st->last_share.is;
}

static double bootstrap_low(struct store *st, const uint64_t *n, const uint64_t *hits, size_t count)
{
    return bootstrap(st, n, hits, count).low;
}

static double bootstrap_high(struct store *st, const uint64_t *n, const uint64_t *hits,
                             size_t count)
{
    return bootstrap(st, n, hits, count).high;
}

static double entropy(struct store *st, const uint64_t *n, const uint64_t *hits, size_t count)
{
    (void)st, (void)hits;
    return entropy_bits(n, count);
}

static double of_weights(double (*measure)(const double *weights, size_t n), const uint64_t *n,
                         size_t count)
{
    double *weight = must_alloc(count, sizeof *weight);

    for (size_t i = 0; i < count; i++)
        weight[i] = (double)n[i];
    double value = measure(weight, count);
    free(weight);
    return value;
}

static double effective_size(struct store *st, const uint64_t *n, const uint64_t *hits,
                             size_t count)
{
    (void)st, (void)hits;
    return of_weights(signal_anonymity, n, count);
}

static double degree(struct store *st, const uint64_t *n, const uint64_t *hits, size_t count)
{
    (void)st, (void)hits;
    return of_weights(signal_anonymity_degree, n, count);
}

static double signal_of(struct store *st, const uint64_t *n, const uint64_t *hits, size_t count)
{
    struct signal_senders s = {0};

    (void)st;
    for (size_t i = 0; i < count; i++) {
        uint64_t encrypted = hits[i] < n[i] ? hits[i] : n[i];
        signal_senders_add(&s, (double)encrypted, (double)(n[i] - encrypted));
    }
    return signal_senders_bits(&s);
}

static const struct aggregate aggregates[] = {
    {"bootstrap_low", 2, bootstrap_low}, {"bootstrap_high", 2, bootstrap_high},
    {"entropy_bits", 1, entropy},        {"effective_size", 1, effective_size},
    {"anonymity_degree", 1, degree},     {"signal_bits", 2, signal_of},
};

/* ---- times */

/* The digits from `at` on, 0 where the text is shorter. */
static int64_t digits_at(struct slice s, size_t at, size_t n)
{
    uint64_t value = 0;

    slice_decimal(slice_head(slice_tail(s, at), n), 999999, &value);
    return (int64_t)value;
}

int64_t function_time_ns(struct slice time)
{
    struct slice fraction = slice_tail(time, time.n < 20 ? time.n : 20);
    int64_t micro = digits_at(fraction, 0, fraction.n), ns;
    struct tm tm = {.tm_year = (int)digits_at(time, 0, 4) - 1900,
                    .tm_mon = (int)digits_at(time, 5, 2) - 1,
                    .tm_mday = (int)digits_at(time, 8, 2),
                    .tm_hour = (int)digits_at(time, 11, 2),
                    .tm_min = (int)digits_at(time, 14, 2),
                    .tm_sec = (int)digits_at(time, 17, 2)};

    for (size_t n = fraction.n; n < 6; n++)
        micro *= 10;
    int64_t seconds = timegm(&tm);
    if (__builtin_mul_overflow(seconds, 1000000000, &ns))
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return __builtin_add_overflow(ns, micro * 1000, &ns) ? INT64_MAX : ns;
}

/* time_ns(TEXT): nanoseconds since 1970 of a TIME parameter; NULL of NULL. */
static void call_time(sqlite3_context *c, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    struct slice s = slice_of(text ? text : "");

    (void)count;
    if (s.n >= 10)
        sqlite3_result_int64(c, function_time_ns(s));
}

/* ---- addresses */

/* The list of the second argument, read once where it is the same for all rows; NULL: it is wrong,
 * and the call has failed. */
static const struct prefix_list *list_of(sqlite3_context *c, sqlite3_value *text)
{
    struct prefix_list *list = sqlite3_get_auxdata(c, 1);
    const uint8_t *octets = sqlite3_value_text(text);
    struct slice s = {octets, (size_t)sqlite3_value_bytes(text)};
    struct err e = {""};

    if (list)
        return list;
    list = must_alloc(1, sizeof *list);
    if (!octets || prefix_read(list, s, &e) < 0) {
        refuse(c, "within", e.text);
        free(list);
        return NULL;
    }
    sqlite3_set_auxdata(c, 1, list, free);
    return must_have(sqlite3_get_auxdata(c, 1)); /* SQLite frees it where it has no memory */
}

/* within(IP, PREFIXES): 1 where one of them holds the address, else 0; NULL of what is no address. */
static void call_within(sqlite3_context *c, int n, sqlite3_value **argument)
{
    struct binding *b = sqlite3_user_data(c);
    const struct prefix_list *list;
    struct ip_address a;

    if (guard_overdue(b->st)) {
        sqlite3_result_error_code(c, SQLITE_INTERRUPT);
        return;
    }
    if (is_null(argument, n))
        return;
    const char *ip = (const char *)sqlite3_value_text(argument[0]);
    list = list_of(c, argument[1]);
    if (ip && list && address_parse(ip, &a))
        sqlite3_result_int(c, prefix_within(list, &a));
}

/* network(IP, IPV4_BITS, IPV6_BITS): the prefix that the address lies in; NULL of what is no address. */
static void call_network(sqlite3_context *c, int n, sqlite3_value **argument)
{
    const struct binding *b = sqlite3_user_data(c);
    uint64_t v4, v6;
    struct ip_address a;
    char text[NETWORK_TEXT];

    if (guard_overdue(b->st)) {
        sqlite3_result_error_code(c, SQLITE_INTERRUPT);
        return;
    }
    if (is_null(argument, n))
        return;
    if (!read_count(argument[1], &v4) || v4 > 32 || !read_count(argument[2], &v6) || v6 > 128) {
        refuse(c, "network",
               "takes bits, 0 to 32 of IPv4 and 0 to 128 of IPv6, behind the address");
        return;
    }
    const char *ip = (const char *)sqlite3_value_text(argument[0]);
    if (!ip || !address_parse(ip, &a))
        return;
    prefix_network(text, &a, (unsigned)v4, (unsigned)v6);
    sqlite3_result_text(c, text, -1, SQLITE_TRANSIENT);
}

/* ---- all of them */

/* Those that give no statistics. */
static const struct {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *c, int n, sqlite3_value **argument);
} others[] = {{"time_ns", 1, call_time}, {"within", 2, call_within}, {"network", 3, call_network}};

#define FLAGS (SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS)

/* SQLite frees it with the function, also when it does not take the function. */
static struct binding *bound(struct store *st, const struct function *f, const struct aggregate *a)
{
    struct binding *b = must_alloc(1, sizeof *b);

    *b = (struct binding){st, f, a};
    return b;
}

int functions_add(struct store *st, struct err *e)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < sizeof functions / sizeof *functions && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function_v2(st->db, functions[i].name,
                                        functions[i].counts + functions[i].probability, FLAGS,
                                        bound(st, &functions[i], NULL), call, NULL, NULL, free);
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function_v2(st->db, aggregates[i].name, aggregates[i].counts, FLAGS,
                                        bound(st, NULL, &aggregates[i]), NULL, add_row, end_rows,
                                        free);
    for (size_t i = 0; i < sizeof others / sizeof *others && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function_v2(st->db, others[i].name, others[i].arguments, FLAGS,
                                        bound(st, NULL, NULL), others[i].call, NULL, NULL, free);
    return rc == SQLITE_OK ? 0 : store_fail(st, e);
}
