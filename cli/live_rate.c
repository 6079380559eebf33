/* live_rate.c - see live_rate.h. */
#include "live_rate.h"

#include <string.h>

uint64_t live_since(uint64_t now, uint64_t before)
{
    return now > before ? now - before : 0;
}

uint64_t live_known(uint64_t n)
{
    return n == UINT64_MAX ? 0 : n;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static struct capture_counts counts_before(const struct live_view *before, const char *name)
{
    for (unsigned i = 0; i < before->interfaces && i < LIVE_INTERFACES; i++)
        if (strncmp(before->interface[i].name, name, sizeof before->interface[i].name) == 0)
            return before->interface[i].counts;
    return (struct capture_counts){0};
}

struct live_rate live_rate_of(const struct live_view *now, const struct live_view *before,
                              unsigned i)
{
    const struct capture_counts *c = &now->interface[i].counts;
    const struct capture_counts old = counts_before(before, now->interface[i].name);
    double seconds = now->seconds - before->seconds;
    struct live_rate r = {
        .seen = live_since(c->frames, old.frames),
        .kernel_dropped = live_since(c->kernel_dropped, old.kernel_dropped),
        .interface_dropped = live_since(live_known(c->interface_dropped), old.interface_dropped),
        .drops_known = c->drops_known,
        .evicted = live_since(c->evicted, old.evicted),
    };

    if (seconds > 0) {
        r.frames = (double)r.seen / seconds;
        r.bits = 8 * (double)live_since(c->octets, old.octets) / seconds;
    }
    return r;
}

struct live_rate live_rate_all(const struct live_view *now, const struct live_view *before)
{
    struct live_rate all = {.drops_known = true};

    for (unsigned i = 0; i < now->interfaces && i < LIVE_INTERFACES; i++) {
        struct live_rate r = live_rate_of(now, before, i);
        all.frames += r.frames;
        all.bits += r.bits;
        all.seen = sum(all.seen, r.seen);
        all.kernel_dropped = sum(all.kernel_dropped, r.kernel_dropped);
        all.interface_dropped = sum(all.interface_dropped, r.interface_dropped);
        all.evicted = sum(all.evicted, r.evicted);
        all.drops_known = all.drops_known && r.drops_known;
    }
    return all;
}

uint64_t live_sessions(const struct live_view *now, const struct live_view *before,
                       uint64_t by_class[CLASSES])
{
    uint64_t all = 0;

    for (unsigned c = 0; c < CLASSES; c++) {
        by_class[c] = live_since(now->sessions[c], before->sessions[c]);
        all = sum(all, by_class[c]);
    }
    return all;
}

const char *live_trouble(const struct live_view *v)
{
    size_t n = strlen(v->database);
    bool named = n && strncmp(v->trouble, v->database, n) == 0;

    return named && strncmp(v->trouble + n, ": ", 2) == 0 ? v->trouble + n + 2 : v->trouble;
}
