/* simulate.c - what was asked, the draws, and figures over them; see simulate.h. */
#include "simulate_private.h"

#include <mailtap/bounds.h>
#include <mailtap/thread.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define TAIL 0.025

/* Steps that knowledge may take in all, of some 10 ns each, and the fewest draws it is had from. */
#define KNOWLEDGE_STEPS 2.5e9
#define KNOWLEDGE_DRAWS 20

/* Cases of a rate: beyond, a double no longer tells one more. */
#define MOST_TRIALS 9007199254740992.0

/* ---- what is wrong with what was asked */

static bool is_share(double p)
{
    return p >= 0 && p <= 1;
}

static int check_policies(const struct simulation *s, struct err *e)
{
    for (unsigned i = 0; i < s->policy_count; i++) {
        for (enum letter k = 0; k < LETTERS; k++) {
            if (!is_share(s->policies[i].follow[k]))
                return err_set(e, "policy %u: the share that follows 2.%c must be from 0 to 1",
                               i + 1, "abcd"[k]);
        }
    }
    return 0;
}

static int check_observers(const struct simulation *s, struct err *e)
{
    for (unsigned i = 0; i < s->observer_count; i++) {
        const struct observer *o = &s->observers[i];
        bool shares = o->kind == OBSERVER_SAMPLE || o->kind == OBSERVER_PATHS;
        if (o->kind > OBSERVER_PATHS)
            return err_set(e, "observer %u is of no kind that there is", i + 1);
        if (!is_share(o->strips))
            return err_set(e, "observer %u: the share it strips must be from 0 to 1", i + 1);
        if (shares && !is_share(o->share))
            return err_set(e, "observer %u: the share it sees must be from 0 to 1", i + 1);
        if (o->kind == OBSERVER_PREFIX && !o->prefixes)
            return err_set(e, "observer %u: no prefixes are given", i + 1);
    }
    return 0;
}

static int check_size(const struct simulation *s, struct err *e)
{
    double figures = (double)s->draws * s->policy_count * s->observer_count * FIGURES;

    if (!s->policy_count || s->policy_count > BOUND_POLICIES)
        return err_set(e, "there must be 1 to %u policies, and not %u", BOUND_POLICIES,
                       s->policy_count);
    if (!s->observer_count || s->observer_count > BOUND_OBSERVERS)
        return err_set(e, "there must be 1 to %u observers, and not %u", BOUND_OBSERVERS,
                       s->observer_count);
    if (!s->threads || s->threads > BOUND_THREADS)
        return err_set(e, "there must be 1 to %u threads, and not %u", BOUND_THREADS, s->threads);
    if (!s->draws)
        return err_set(e, "there must be 1 draw or more");
    if (figures * (s->resample ? 2 : 1) > BOUND_FIGURES_HELD)
        return err_set(e,
                       "%u draws of %u policies and %u observers are more than memory is kept "
                       "for; ask for fewer at once",
                       s->draws, s->policy_count, s->observer_count);
    if (!(s->wanted > 0 && s->wanted <= 1))
        return err_set(e, "the share of wanted messages must be above 0 and at most 1");
    return 0;
}

/* ---- what is wrong with the relations */

static bool is_trials(struct trials t)
{
    return t.did >= 0 && t.did <= t.of && t.of <= MOST_TRIALS;
}

static bool is_relation(const struct relations *r, const struct relation *p)
{
    bool good = p->client < r->client_count && p->server < r->server_count;

    for (unsigned fate = 0; fate < FATES; fate++) {
        good = good && p->messages[fate] >= 0 && isfinite(p->messages[fate]);
        good = good && p->credentials[fate] >= 0 && isfinite(p->credentials[fate]);
    }
    return good;
}

static bool is_correspondence(const struct relations *r, size_t i)
{
    const struct correspondence *c = &r->correspondences[i];

    return c->relation < r->count && c->transactions >= 0 && isfinite(c->transactions) &&
           (i == 0 || r->correspondences[i - 1].pair <= c->pair);
}

static int check_relations(const struct relations *r, struct err *e)
{
    for (size_t i = 0; i < r->server_count; i++) {
        const struct relation_server *s = &r->servers[i];
        if (!is_trials(s->offered) || !is_trials(s->established) || !is_trials(s->alternatives))
            return err_set(e, "server %zu of the relations has a rate that cannot be", i);
    }
    for (size_t i = 0; i < r->client_count; i++) {
        const struct relation_client *c = &r->clients[i];
        if (!is_trials(c->used) || !is_trials(c->insisted) || !is_trials(c->control))
            return err_set(e, "client %zu of the relations has a rate that cannot be", i);
    }
    if (r->count > UINT32_MAX)
        return err_set(e, "%zu relations are too many", r->count);
    for (size_t i = 0; i < r->count; i++) {
        if (!is_relation(r, &r->list[i]))
            return err_set(e, "relation %zu has ends or numbers that cannot be", i);
    }
    for (size_t i = 0; i < r->correspondence_count; i++) {
        if (!is_correspondence(r, i))
            return err_set(e, "correspondence %zu has a number or a place that cannot be", i);
    }
    return 0;
}

/* ---- the stage */

static void ask(struct stage *g)
{
    g->server_asked = must_alloc(g->r->server_count, sizeof *g->server_asked);
    g->client_asked = must_alloc(g->r->client_count, sizeof *g->client_asked);
    g->server_messages = must_alloc(g->r->server_count, sizeof *g->server_messages);
    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        bool unoffered = p->messages[FATE_NOT_OFFERED] > 0 || p->credentials[FATE_NOT_OFFERED] > 0;
        bool unused = p->messages[FATE_UNUSED] > 0 || p->credentials[FATE_UNUSED] > 0;
        g->client_asked[p->client] |= unoffered;
        g->server_asked[p->server] |= unoffered || unused;
        for (unsigned fate = 0; fate < FATES; fate++)
            g->server_messages[p->server] += (double)p->messages[fate];
    }
    for (size_t i = 0; i < g->r->server_count; i++)
        g->messages += g->server_messages[i];
}

unsigned simulate_known_draws(const struct relations *r, const struct simulation *s)
{
    double size = (double)r->count + (double)r->correspondence_count + (double)r->client_count;
    double each = size * s->policy_count * s->observer_count * (s->resample ? 2 : 1);
    double draws = fmax(KNOWLEDGE_DRAWS, KNOWLEDGE_STEPS / fmax(1, each));
    double every = fmax(1, floor(s->draws / draws));

    return (unsigned)ceil(s->draws / every);
}

int stage_make(struct stage *g, const struct relations *r, const struct simulation *s,
               struct err *e)
{
    *g = (struct stage){.r = r, .s = s};
    if (vision_make(&g->vision, r, s, e) < 0)
        return -1;
    g->blocks = (s->policy_count + LANES - 1) / LANES;
    stage_make_ladders(g);
    for (unsigned i = 0; i < s->observer_count; i++)
        g->interferes |= s->observers[i].strips > 0;
    g->insisting = g->interferes || g->ladders[POLICY_D].shares[g->ladders[POLICY_D].count - 1] > 0;
    ask(g);
    g->priors = must_alloc(PRIORS, sizeof *g->priors);
    priors_fit(g->priors, r, world_hash(s->seed, UINT64_MAX));
    unsigned known = simulate_known_draws(r, s);
    g->every = (s->draws + known - 1) / known;
    return 0;
}

void stage_free(struct stage *g)
{
    stage_free_ladders(g);
    vision_free(&g->vision);
    free(g->priors);
    free(g->server_asked);
    free(g->client_asked);
    free(g->server_messages);
}

/* ---- the draws */

struct work {
    const struct stage *g;
    size_t width;      /* figures of a draw */
    double *figures;   /* of draws */
    double *resampled; /* likewise, with weights; NULL */
    atomic_uint done;
};

struct worker {
    struct work *work;
    unsigned first;
    bool tells; /* how far it is */
    pthread_t thread;
    bool started;
};

static void draw(struct work *work, struct world *w, struct sums *m, struct knowledge *k,
                 unsigned i)
{
    const struct stage *g = work->g;
    double *to[2] = {&work->figures[i * work->width],
                     work->resampled ? &work->resampled[i * work->width] : NULL};

    world_draw(w, g, i);
    for (unsigned round = 0; round < 2 && to[round]; round++) {
        w->weights = round ? w->drawn : NULL;
        world_sum(w, g, m, to[round]);
        if (i % g->every == 0)
            world_know(w, g, k, to[round]);
    }
}

/* Every so many-th draw, whichever thread gets to it: each has a seed of its own. */
static void *run(void *argument)
{
    struct worker *me = argument;
    const struct stage *g = me->work->g;
    const struct simulation *s = g->s;
    struct sums *m = sums_new(g);
    struct knowledge *k = knowledge_new(g);
    struct world w;

    world_make(&w, g);
    for (unsigned i = me->first; i < s->draws; i += s->threads) {
        draw(me->work, &w, m, k, i);
        unsigned done = atomic_fetch_add(&me->work->done, 1) + 1;
        if (me->tells && s->progress && done < s->draws)
            s->progress(s->of, done, s->draws);
    }
    world_free(&w);
    knowledge_free(&k);
    sums_free(&m);
    return NULL;
}

/* The thread that asked does a share itself, and that of any thread that cannot be had. */
static void run_all(struct work *work)
{
    const struct simulation *s = work->g->s;
    struct worker *workers = must_alloc(s->threads, sizeof *workers);
    struct err e;

    for (unsigned i = 0; i < s->threads; i++) {
        struct worker *one = &workers[i];
        *one = (struct worker){.work = work, .first = i, .tells = i == 0};
        one->started = i && thread_begin(&one->thread, run, one, &e) == 0;
    }
    for (unsigned i = 0; i < s->threads; i++) {
        if (!workers[i].started)
            run(&workers[i]);
    }
    for (unsigned i = 0; i < s->threads; i++) {
        if (workers[i].started)
            pthread_join(workers[i].thread, NULL);
    }
    free(workers);
    if (s->progress)
        s->progress(s->of, s->draws, s->draws);
}

/* ---- figures over the draws */

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static size_t column(double *to, const double *figures, size_t width, size_t at, unsigned draws,
                     unsigned every)
{
    size_t n = 0;

    for (unsigned i = 0; i < draws; i += every)
        to[n++] = figures[i * width + at];
    return n;
}

/* The percentiles of statistics.h; equal values have exactly their mean. */
static struct outcome outcome_of(const struct work *work, size_t at, double *room)
{
    const struct stage *g = work->g;
    enum figure f = (enum figure)(at % FIGURES);
    bool known = f == FIGURE_CORRESPONDENTS || f == FIGURE_BITS;
    unsigned draws = g->s->draws, every = known ? g->every : 1;
    size_t n = column(room, work->figures, work->width, at, draws, every);
    size_t k = (size_t)(((double)n + 1) * TAIL);
    double mean = 0;

    for (size_t i = 0; i < n; i++)
        mean += (room[i] - room[0]) / (double)n;
    mean += room[0];
    if (work->resampled)
        column(room, work->resampled, work->width, at, draws, every);
    qsort(room, n, sizeof *room, by_value);
    k = k ? k : 1;
    return (struct outcome){mean, fmin(mean, room[k - 1]), fmax(mean, room[n - k])};
}

static void tell(const struct work *work, struct simulated *results_r)
{
    static const size_t places[FIGURES] = {
        [FIGURE_MESSAGES] = offsetof(struct simulated, messages),
        [FIGURE_READABLE] = offsetof(struct simulated, readable),
        [FIGURE_SHARE] = offsetof(struct simulated, share),
        [FIGURE_STRIPPED] = offsetof(struct simulated, stripped),
        [FIGURE_CORRESPONDENTS] = offsetof(struct simulated, correspondents),
        [FIGURE_CREDENTIALS] = offsetof(struct simulated, credentials),
        [FIGURE_REROUTED] = offsetof(struct simulated, rerouted),
        [FIGURE_UNDELIVERED] = offsetof(struct simulated, undelivered),
        [FIGURE_BITS] = offsetof(struct simulated, bits),
        [FIGURE_ENCRYPTED] = offsetof(struct simulated, encrypted),
        [FIGURE_BURDEN] = offsetof(struct simulated, burden),
        [FIGURE_SELECTIVE] = offsetof(struct simulated, burden_selective),
    };
    double *room = must_alloc(work->g->s->draws, sizeof *room);

    for (size_t i = 0; i < work->width; i++) {
        char *result = (char *)&results_r[i / FIGURES];
        *(struct outcome *)(void *)(result + places[i % FIGURES]) = outcome_of(work, i, room);
    }
    free(room);
}

int simulate(const struct relations *r, const struct simulation *s, struct simulated *results_r,
             struct err *e)
{
    struct stage g;
    struct work work = {.g = &g};

    if (check_size(s, e) < 0 || check_policies(s, e) < 0 || check_observers(s, e) < 0 ||
        check_relations(r, e) < 0 || stage_make(&g, r, s, e) < 0)
        return -1;
    work.width = (size_t)s->policy_count * s->observer_count * FIGURES;
    work.figures = must_alloc(s->draws, work.width * sizeof *work.figures);
    if (s->resample)
        work.resampled = must_alloc(s->draws, work.width * sizeof *work.resampled);
    run_all(&work);
    tell(&work, results_r);
    free(work.figures);
    free(work.resampled);
    stage_free(&g);
    return 0;
}
