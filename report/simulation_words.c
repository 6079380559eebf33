/* simulation_words.c - numbers and observers of a simulation in words. */
#include "simulation_private.h"

#include "page.h"

#include <mailtap/prefix.h>
#include <mailtap/rates.h>

#include <math.h>
#include <string.h>

/* ---- numbers */

bool share_enough(const struct simulated *r)
{
    return r->messages.mean >= SHARE_MINIMUM;
}

static uint64_t rounded(double value)
{
    return value > 0 && value < 0x1p63 ? (uint64_t)(value + 0.5) : value > 0 ? UINT64_MAX : 0;
}

const char *count_words(struct document *d, const struct outcome *o)
{
    char mean[NUMBER_TEXT], low[NUMBER_TEXT], high[NUMBER_TEXT];

    number_text(mean, rounded(o->mean));
    number_text(low, rounded(o->low));
    number_text(high, rounded(o->high));
    if (rounded(o->low) == rounded(o->high))
        return document_words(d, "%s", mean);
    return document_words(d, "%s (%s to %s)", mean, low, high);
}

#define REAL_TEXT 40
static const char *real_text(char to[REAL_TEXT], double value)
{
    char number[NUMBER_TEXT];

    if (!isfinite(value))
        snprintf(to, REAL_TEXT, "-");
    else if (value >= 100)
        snprintf(to, REAL_TEXT, "%s", number_text(number, rounded(value)));
    else
        snprintf(to, REAL_TEXT, "%.*f", value < 10 ? 2 : 1, fmax(value, 0));
    return to;
}

const char *real_words(struct document *d, const struct outcome *o)
{
    char mean[REAL_TEXT], low[REAL_TEXT], high[REAL_TEXT];

    real_text(mean, o->mean);
    real_text(low, o->low);
    real_text(high, o->high);
    if (strcmp(low, high) == 0 || !isfinite(o->mean))
        return document_words(d, "%s", mean);
    return document_words(d, "%s (%s to %s)", mean, low, high);
}

const char *share_words(struct document *d, const struct simulated *r, const struct outcome *of)
{
    char count[NUMBER_TEXT], all[NUMBER_TEXT];
    struct outcome share = of_messages(r, of);

    if (!share_enough(r))
        return document_words(d, "%s of %s", number_text(count, rounded(of->mean)),
                              number_text(all, rounded(r->messages.mean)));
    if (of == &r->readable)
        share = r->share;
    if (share.low >= share.high)
        return document_words(d, "%.1f %%", 100 * share.mean);
    return document_words(d, "%.1f %% (%.1f to %.1f)", 100 * share.mean, 100 * share.low,
                          100 * share.high);
}

struct outcome of_messages(const struct simulated *r, const struct outcome *o)
{
    double all = r->messages.mean;

    if (!(all > 0))
        return (struct outcome){0, 0, 0};
    return (struct outcome){fmin(o->mean / all, 1), fmin(o->low / all, 1), fmin(o->high / all, 1)};
}

/* ---- what a policy does */

/*
 * The two are of the same draws, where a stricter policy never raises what is read: as if they were
 * independent, the interval is too wide rather than too narrow.
 */
struct lowered lowered(const struct simulated *was, const struct simulated *is)
{
    struct interval before = {was->share.low, was->share.high};
    struct interval after = {is->share.low, is->share.high};
    struct interval less = difference(was->share.mean, before, is->share.mean, after);
    struct lowered l = {EFFECT_NOT_SHOWN, was->share.mean - is->share.mean, less.low, less.high};

    if (!share_enough(was) || !share_enough(is))
        l.effect = EFFECT_TOO_FEW;
    else if (l.low > 0)
        l.effect = EFFECT_SHOWN;
    else if (was->readable.mean == is->readable.mean)
        l.effect = EFFECT_NONE;
    return l;
}

/* Without a -0.0. */
static double points_of(double share)
{
    return fabs(100 * share) < 0.05 ? 0 : 100 * share;
}

const char *points_words(struct document *d, const struct lowered *l)
{
    if (points_of(l->low) == points_of(l->high))
        return document_words(d, "%.1f", points_of(l->by));
    return document_words(d, "%.1f (%.1f to %.1f)", points_of(l->by), points_of(l->low),
                          points_of(l->high));
}

const char *lowered_words(struct document *d, const struct lowered *l)
{
    switch (l->effect) {
    case EFFECT_TOO_FEW:
        return "too few messages to tell";
    case EFFECT_NONE:
        return "no less";
    case EFFECT_NOT_SHOWN:
        return document_words(d, "no effect shown: less by %s points", points_words(d, l));
    case EFFECT_SHOWN:
        break;
    }
    return document_words(d, "less by %s points", points_words(d, l));
}

/* ---- observers */

unsigned first_interferer(const struct simulation *s)
{
    unsigned i = 0;

    while (i < s->observer_count && !(s->observers[i].strips > 0))
        i++;
    return i;
}

static const char *prefix_words(struct document *d, const struct prefix_list *list)
{
    char address[ADDRESS_TEXT];

    if (!list || list->count == 0)
        return "what has an end in no prefix";
    address_text(address, &list->prefix[0].address);
    const char *first = document_words(d, "what has an end in %s/%u", address,
                                       list->prefix[0].bits);
    if (list->count == 1)
        return first;
    return document_words(d, "%s or %u more prefix%s", first, list->count - 1,
                          list->count == 2 ? "" : "es");
}

const char *observer_sees(struct document *d, const struct observer *o)
{
    char number[NUMBER_TEXT];

    switch (o->kind) {
    case OBSERVER_GLOBAL:
        break;
    case OBSERVER_SAMPLE:
        return document_words(d, "%.1f %% of the sessions", 100 * o->share);
    case OBSERVER_PREFIX:
        return prefix_words(d, o->prefixes);
    case OBSERVER_BUSIEST:
        return o->servers == 1
                   ? "the busiest server"
                   : document_words(d, "the %s busiest servers", number_text(number, o->servers));
    case OBSERVER_PATHS:
        return document_words(d, "%.1f %% of the paths", 100 * o->share);
    }
    return "everything";
}

const char *offers_words(struct document *d, const struct observer *o)
{
    if (o->strips >= 1)
        return "all offers";
    return document_words(d, "%.3g %% of the offers", 100 * o->strips);
}
