/* rows.c - see rows.h. */
#include "rows.h"

#include "live_view.h"

#include <mailtap/clock.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct rows {
    pthread_mutex_t lock;
    pthread_cond_t came, went;
    struct row *oldest, *newest;
    uint64_t octets_most;
    uint64_t taken; /* octets of counts.octets that are with who stores */
    bool patient, closed;
    unsigned stopped; /* threads that wait for what waits */
    struct rows_counts counts;
    uint64_t dropped[LIVE_INTERFACES];
};

struct rows *rows_new(uint64_t octets_most)
{
    struct rows *r = must_alloc(1, sizeof *r);
    pthread_condattr_t steady;

    r->octets_most = octets_most;
    pthread_mutex_init(&r->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&r->came, &steady);
    pthread_cond_init(&r->went, NULL);
    pthread_condattr_destroy(&steady);
    return r;
}

struct rows *rows_new_patient(uint64_t octets_most)
{
    struct rows *r = rows_new(octets_most);

    r->patient = true;
    return r;
}

static void free_row(struct row *row)
{
    session_free(&row->session);
    free(row->dns);
    free(row);
}

static void free_list(struct row *list)
{
    while (list) {
        struct row *next = list->next;
        free_row(list);
        list = next;
    }
}

void rows_free(struct rows **r)
{
    if (!*r)
        return;
    free_list((*r)->oldest);
    pthread_cond_destroy(&(*r)->went);
    pthread_cond_destroy(&(*r)->came);
    pthread_mutex_destroy(&(*r)->lock);
    free(*r);
    *r = NULL;
}

static bool has_room(const struct rows *r, size_t octets)
{
    return r->counts.octets + octets <= r->octets_most;
}

/* To wake who stores for each finding costs more than to store it. */
static bool is_worth_it(const struct rows *r)
{
    return !r->patient || r->stopped || r->counts.octets - r->taken >= r->octets_most / 2;
}

static void append(struct rows *r, struct row *row)
{
    *(r->newest ? &r->newest->next : &r->oldest) = row;
    r->newest = row;
    r->counts.waiting++;
    r->counts.octets += row->octets;
    if (r->counts.octets > r->counts.most_octets)
        r->counts.most_octets = r->counts.octets;
    if (is_worth_it(r))
        pthread_cond_signal(&r->came);
}

/* Some of it, or all, is stored then. */
static void wait_for_it(struct rows *r)
{
    r->stopped++;
    pthread_cond_signal(&r->came);
    pthread_cond_wait(&r->went, &r->lock);
    r->stopped--;
}

static bool put(struct rows *r, struct row *row)
{
    pthread_mutex_lock(&r->lock);
    while (r->patient && r->counts.waiting && !has_room(r, row->octets))
        wait_for_it(r);
    bool room = r->patient || has_room(r, row->octets);
    if (room)
        append(r, row);
    else
        r->dropped[row->from]++;
    pthread_mutex_unlock(&r->lock);
    if (!room)
        free_row(row);
    return room;
}

bool rows_put_session(struct rows *r, int64_t from, struct session **s)
{
    struct row *row = must_alloc(1, sizeof *row);

    row->from = from;
    row->session = *s;
    row->octets = sizeof *row + session_octets(*s);
    *s = NULL;
    return put(r, row);
}

bool rows_put_dns(struct rows *r, int64_t from, int64_t seen_ns, const struct ip_address *asker,
                  const struct dns_message *m)
{
    struct row *row = must_alloc(1, sizeof *row);

    row->from = from;
    row->octets = sizeof *row + offsetof(struct dns_row, message) + dns_message_octets(m);
    row->dns = must_alloc(1, row->octets - sizeof *row);
    row->dns->seen_ns = seen_ns;
    row->dns->asker = *asker;
    memcpy(&row->dns->message, m, dns_message_octets(m));
    return put(r, row);
}

bool rows_wait(struct rows *r, int64_t wait_ns)
{
    const struct timespec until = clock_after(wait_ns);

    pthread_mutex_lock(&r->lock);
    while (!r->oldest && pthread_cond_timedwait(&r->came, &r->lock, &until) == 0)
        continue;
    bool some = r->oldest != NULL;
    pthread_mutex_unlock(&r->lock);
    return some;
}

struct row *rows_take(struct rows *r, unsigned most)
{
    pthread_mutex_lock(&r->lock);
    struct row *list = r->oldest, *last = list;
    for (unsigned i = 1; last && last->next && i < most; i++)
        last = last->next;
    if (last) {
        r->oldest = last->next;
        last->next = NULL;
    }
    if (!r->oldest)
        r->newest = NULL;
    pthread_mutex_unlock(&r->lock);
    return list;
}

struct row *rows_next(struct rows *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->closed && !(r->oldest && is_worth_it(r)))
        pthread_cond_wait(&r->came, &r->lock);
    struct row *list = r->oldest;
    r->oldest = r->newest = NULL;
    r->taken = r->counts.octets;
    pthread_mutex_unlock(&r->lock);
    return list;
}

void rows_rest(struct rows *r)
{
    pthread_mutex_lock(&r->lock);
    while (r->counts.waiting)
        wait_for_it(r);
    pthread_mutex_unlock(&r->lock);
}

void rows_close(struct rows *r)
{
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    pthread_cond_signal(&r->came);
    pthread_mutex_unlock(&r->lock);
}

void rows_done(struct rows *r, struct row *list)
{
    uint64_t octets = 0, count = 0;

    for (const struct row *row = list; row; row = row->next) {
        octets += row->octets;
        count++;
    }
    pthread_mutex_lock(&r->lock);
    r->counts.waiting -= count;
    r->counts.octets -= octets;
    r->taken = 0;
    pthread_cond_broadcast(&r->went);
    pthread_mutex_unlock(&r->lock);
    free_list(list);
}

void rows_give_back(struct rows *r, struct row *list)
{
    struct row *last = list;

    if (!list)
        return;
    while (last->next)
        last = last->next;
    pthread_mutex_lock(&r->lock);
    last->next = r->oldest;
    r->oldest = list;
    if (!r->newest)
        r->newest = last;
    pthread_mutex_unlock(&r->lock);
}

struct rows_counts rows_counts(struct rows *r)
{
    pthread_mutex_lock(&r->lock);
    struct rows_counts counts = r->counts;
    pthread_mutex_unlock(&r->lock);
    return counts;
}

uint64_t rows_dropped(struct rows *r, unsigned interface)
{
    pthread_mutex_lock(&r->lock);
    uint64_t dropped = r->dropped[interface];
    pthread_mutex_unlock(&r->lock);
    return dropped;
}
