/* synth.c - see synth.h: workers make batches of sessions, one thread weaves them in order. */
#include <mailtap/synth.h>

#include "weave.h"

#include <mailtap/thread.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Batches made and not woven yet, for each thread. */
#define AHEAD 4u

struct slot {
    struct batch batch;
    bool ready;
};

/* What the threads share.  Batch n is made in slot n % slot_count. */
struct works {
    struct stage stage;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct slot *slots;
    unsigned slot_count;
    uint64_t batches;
    uint64_t begun, woven; /* batches */
    bool stopped;
    pthread_t *threads;
    unsigned thread_count;
};

static void *work(void *of)
{
    struct works *w = of;

    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (!w->stopped && w->begun < w->batches && w->begun >= w->woven + w->slot_count)
            pthread_cond_wait(&w->changed, &w->lock);
        if (w->stopped || w->begun == w->batches)
            break;
        uint64_t number = w->begun++;
        struct slot *slot = &w->slots[number % w->slot_count];
        pthread_mutex_unlock(&w->lock);
        batch_make(&w->stage, number, &slot->batch);
        pthread_mutex_lock(&w->lock);
        slot->ready = true;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* One thread fewer than is asked for: the one that weaves is the other. */
static void works_begin(struct works *w, unsigned threads)
{
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    w->slot_count = threads * AHEAD;
    w->slots = must_alloc(w->slot_count, sizeof *w->slots);
    w->threads = must_alloc(threads, sizeof *w->threads);
    struct err e; /* with fewer threads it takes longer */
    for (unsigned i = 1; i < threads; i++)
        if (thread_begin(&w->threads[w->thread_count], work, w, &e) == 0)
            w->thread_count++;
}

/* The next batch, made by a worker, or here when there is none. */
static struct batch works_take(struct works *w)
{
    struct batch batch;

    if (w->thread_count == 0) {
        batch_make(&w->stage, w->woven++, &batch);
        return batch;
    }
    pthread_mutex_lock(&w->lock);
    struct slot *slot = &w->slots[w->woven % w->slot_count];
    while (!slot->ready)
        pthread_cond_wait(&w->changed, &w->lock);
    batch = slot->batch;
    *slot = (struct slot){.ready = false};
    w->woven++;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    return batch;
}

static void works_end(struct works *w)
{
    pthread_mutex_lock(&w->lock);
    w->stopped = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->thread_count; i++)
        pthread_join(w->threads[i], NULL);
    for (unsigned i = 0; i < w->slot_count; i++)
        batch_free(&w->slots[i].batch);
    free(w->slots);
    free(w->threads);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
}

/* ---- weaving */

/* 0, or -1 with *e: the batch could not be made whole. */
static int weave_batch(struct weave *weave, struct batch *b, struct err *e)
{
    bool failed = b->error.text[0] != '\0';

    for (size_t i = 0; i < b->count && !failed; i++) {
        weave_add(weave, b->calls[i]);
        b->calls[i] = NULL;
    }
    if (failed)
        *e = b->error;
    batch_free(b);
    return failed ? -1 : 0;
}

static bool interrupted(const struct synth *s)
{
    return s->interrupt && *s->interrupt;
}

static int weave_all(const struct synth *s, struct works *w, struct weave *weave,
                     const struct recorder *to, struct err *e)
{
    int rc = 0;

    works_begin(w, s->threads);
    while (rc == 0 && w->woven < w->batches && !to->error) {
        struct batch b = works_take(w);
        rc = weave_batch(weave, &b, e);
        if (s->progress)
            s->progress(w->woven, w->batches);
        if (rc == 0 && interrupted(s))
            rc = 1;
    }
    works_end(w);
    if (rc >= 0)
        weave_end(weave);
    return rc;
}

static int record(const struct synth *s, struct works *w, struct synth_counts *n, struct err *e)
{
    struct truth_sums sums = {0};
    struct recorder to;

    recorder_begin(&to, s->capture);
    if (s->truth)
        truth_begin(s->truth, &s->scenario, s->server_side ? "server" : "client");
    struct weave *weave = weave_new(&s->scenario, w->stage.pools, &to, s->truth, &sums);
    int rc = weave_all(s, w, weave, &to, e);
    weave_free(&weave);
    if (s->truth)
        truth_end(s->truth, &sums);
    if (recorder_end(&to, e) < 0)
        rc = -1;
    *n = (struct synth_counts){
        .frames = to.frames,
        .octets = to.octets,
        .sessions = w->woven * BATCH_SESSIONS < s->scenario.sessions ? w->woven * BATCH_SESSIONS
                                                                     : s->scenario.sessions,
        .connections = sums.connections,
        .stripped = sums.classes[CLASS_STRIPPED],
        .messages = sums.messages,
        .content_octets = sums.content_octets,
    };
    return rc;
}

int synth_run(const struct synth *s, struct synth_counts *counts_r, struct err *e)
{
    struct handshakes *handshakes = handshakes_new(s->scenario.seed, s->scenario.start_ns, e);

    if (!handshakes)
        return -1;
    struct scenario_population *population = scenario_populate(&s->scenario);
    struct pools *pools = pools_new(s->scenario.seed);
    struct works w = {
        .stage = {population, pools, handshakes, s->server_side ? SPEAKER_SERVER : SPEAKER_CLIENT},
        .batches = batch_count(&s->scenario),
    };
    struct slice pem = handshakes_authority(handshakes);

    if (s->authority)
        fwrite(pem.p, 1, pem.n, s->authority);
    int rc = record(s, &w, counts_r, e);
    pools_free(&pools);
    scenario_population_free(&population);
    handshakes_free(&handshakes);
    return rc;
}
