/* simulate_observe.c - who sees which relations; see simulate_private.h. */
#include "simulate_private.h"

#include <mailtap/bounds.h>
#include <mailtap/prefix.h>

#include <stdlib.h>
#include <string.h>

/* ---- the busiest servers */

struct busy {
    double messages;
    size_t server;
};

/* Of equals the first one, so that the order is the same everywhere. */
static int by_messages(const void *a, const void *b)
{
    const struct busy *x = a, *y = b;

    if (x->messages != y->messages)
        return x->messages < y->messages ? 1 : -1;
    return (x->server > y->server) - (x->server < y->server);
}

/* rank[server]: how many are busier. */
static uint64_t *ranks(const struct relations *r)
{
    struct busy *list = must_alloc(r->server_count, sizeof *list);
    uint64_t *rank = must_alloc(r->server_count, sizeof *rank);

    for (size_t i = 0; i < r->server_count; i++)
        list[i].server = i;
    for (size_t i = 0; i < r->count; i++) {
        for (unsigned fate = 0; fate < FATES; fate++)
            list[r->list[i].server].messages += (double)r->list[i].messages[fate];
    }
    qsort(list, r->server_count, sizeof *list, by_messages);
    for (size_t i = 0; i < r->server_count; i++)
        rank[list[i].server] = i;
    free(list);
    return rank;
}

/* ---- masks */

static uint64_t bits_of_server(const struct simulation *s, const struct ip_address *a,
                               uint64_t rank)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < s->observer_count; i++) {
        const struct observer *o = &s->observers[i];
        bool sees = true;
        if (o->kind == OBSERVER_PREFIX)
            sees = prefix_within(o->prefixes, a);
        else if (o->kind == OBSERVER_BUSIEST)
            sees = rank < o->servers;
        bits |= (uint64_t)sees << i;
    }
    return bits;
}

/* What an observer sees for the client's sake: prefixes alone look at it. */
static uint64_t bits_of_client(const struct simulation *s, const struct ip_address *a)
{
    uint64_t bits = 0;

    for (unsigned i = 0; i < s->observer_count; i++) {
        const struct observer *o = &s->observers[i];
        if (o->kind == OBSERVER_PREFIX && prefix_within(o->prefixes, a))
            bits |= UINT64_C(1) << i;
    }
    return bits;
}

static uint64_t *masks(const struct relations *r, const struct simulation *s)
{
    uint64_t *rank = ranks(r), *mask = must_alloc(r->count, sizeof *mask);
    uint64_t *of_server = must_alloc(r->server_count, sizeof *of_server);
    uint64_t *of_client = must_alloc(r->client_count, sizeof *of_client);

    for (size_t i = 0; i < r->server_count; i++)
        of_server[i] = bits_of_server(s, &r->servers[i].address, rank[i]);
    for (size_t i = 0; i < r->client_count; i++)
        of_client[i] = bits_of_client(s, &r->clients[i].address);
    for (size_t i = 0; i < r->count; i++)
        mask[i] = of_server[r->list[i].server] | of_client[r->list[i].client];
    free(rank);
    free(of_server);
    free(of_client);
    return mask;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Distinct masks in order, and which of them each relation has. */
static int number_sets(struct vision *v, const uint64_t *mask, size_t n, struct err *e)
{
    uint64_t *sorted = must_alloc(n, sizeof *sorted);
    size_t count = 0;

    if (n)
        memcpy(sorted, mask, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (size_t i = 0; i < n; i++) {
        if (!count || sorted[i] != sorted[count - 1])
            sorted[count++] = sorted[i];
    }
    v->masks = sorted;
    if (count * (v->level_count + 1) > BOUND_GROUPS)
        return err_set(e,
                       "the observers see %zu different parts of the mail, and %u can be told "
                       "apart; ask for fewer observers at once",
                       count * (v->level_count + 1), BOUND_GROUPS);
    v->sets = (unsigned)count;
    for (size_t i = 0; i < n; i++) {
        const uint64_t *found = bsearch(&mask[i], sorted, count, sizeof *sorted, by_value);
        v->set[i] = (uint16_t)(found - sorted);
    }
    return 0;
}

/* ---- paths */

static uint64_t network(const struct ip_address *a)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < (a->version == 6 ? 4 : 2); i++)
        n = n << 8 | a->octets[i];
    return n;
}

static int by_share(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* The shares asked for, in order, and how many of them each observer has: those not above its own. */
static void make_levels(struct vision *v, const struct simulation *s)
{
    size_t count = 0;

    v->levels = must_alloc(s->observer_count, sizeof *v->levels);
    v->level_of = must_alloc(s->observer_count, sizeof *v->level_of);
    for (unsigned i = 0; i < s->observer_count; i++) {
        if (s->observers[i].kind == OBSERVER_PATHS)
            v->levels[count++] = s->observers[i].share;
    }
    qsort(v->levels, count, sizeof *v->levels, by_share);
    for (size_t i = 0; i < count; i++) {
        if (!v->level_count || v->levels[i] != v->levels[v->level_count - 1])
            v->levels[v->level_count++] = v->levels[i];
    }
    for (unsigned i = 0; i < s->observer_count; i++) {
        v->level_of[i] = v->level_count + 1;
        for (unsigned k = 0; k < v->level_count; k++) {
            if (s->observers[i].kind == OBSERVER_PATHS && s->observers[i].share == v->levels[k])
                v->level_of[i] = k + 1;
        }
    }
}

/* IPv4 and IPv6 are apart: no IPv6 network in use begins with 16 zero bits. */
static void make_paths(struct vision *v, const struct relations *r)
{
    v->paths = must_alloc(r->count, sizeof *v->paths);
    for (size_t i = 0; i < r->count; i++) {
        const struct ip_address *from = &r->clients[r->list[i].client].address;
        const struct ip_address *to = &r->servers[r->list[i].server].address;
        v->paths[i] = network(from) << 32 | network(to);
    }
}

/* ---- */

int vision_make(struct vision *v_r, const struct relations *r, const struct simulation *s,
                struct err *e)
{
    *v_r = (struct vision){.set = must_alloc(r->count, sizeof *v_r->set)};
    make_levels(v_r, s);
    if (v_r->level_count)
        make_paths(v_r, r);
    uint64_t *mask = masks(r, s);
    int rc = number_sets(v_r, mask, r->count, e);
    free(mask);
    v_r->groups = v_r->sets * (v_r->level_count + 1);
    if (rc < 0)
        vision_free(v_r);
    return rc;
}

void vision_free(struct vision *v)
{
    free(v->set);
    free(v->masks);
    free(v->paths);
    free(v->levels);
    free(v->level_of);
    *v = (struct vision){0};
}

/* A path's number below a share: whoever sees a larger share sees the same paths and more. */
void vision_groups(const struct vision *v, size_t relations, uint64_t world, uint16_t *group_r)
{
    for (size_t i = 0; i < relations; i++) {
        double number = (double)(world_hash(v->paths[i], world) >> 11) * 0x1p-53;
        unsigned level = 0;
        while (level < v->level_count && v->levels[level] <= number)
            level++;
        group_r[i] = (uint16_t)(v->set[i] * (v->level_count + 1) + level);
    }
}

bool vision_sees(const struct vision *v, unsigned observer, unsigned group)
{
    unsigned set = group / (v->level_count + 1), level = group % (v->level_count + 1);

    return (v->masks[set] >> observer & 1) && level < v->level_of[observer];
}
