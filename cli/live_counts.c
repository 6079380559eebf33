/* live_counts.c - figures of interfaces, from what their readers counted; see live.h. */
#include "live.h"

#define AT(member) offsetof(struct capture_counts, member)

/* What adds up; what concerns the interface as a whole, every reader sees. */
static const size_t sums[] = {
    AT(frames),
    AT(octets),
    AT(kernel_dropped),
    AT(damaged_frames),
    AT(other_frames),
    AT(fragments),
    AT(unknown_link),
    AT(flows),
    AT(mail_flows),
    AT(mail_port_other),
    AT(gap_octets),
    AT(evicted),
    AT(held_refused),
    AT(holes_given_up),
    AT(fragments_completed),
    AT(fragments_expired),
    AT(fragments_evicted),
    AT(fragments_discarded),
};
static const size_t wholes[] = {AT(interface_dropped), AT(outages), AT(clock_steps)};

static uint64_t *at(struct capture_counts *c, size_t offset)
{
    return (uint64_t *)(void *)((char *)c + offset);
}

static uint64_t value(const struct capture_counts *c, size_t offset)
{
    return *(const uint64_t *)(const void *)((const char *)c + offset);
}

static void add(struct capture_counts *to, const struct capture_counts *c)
{
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        *at(to, sums[i]) += value(c, sums[i]);
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        if (value(c, wholes[i]) > value(to, wholes[i]))
            *at(to, wholes[i]) = value(c, wholes[i]);
    if (c->started_ns && (!to->started_ns || c->started_ns < to->started_ns))
        to->started_ns = c->started_ns;
    if (c->ended_ns > to->ended_ns)
        to->ended_ns = c->ended_ns;
    if (c->clock_set_ns)
        to->clock_set_ns = c->clock_set_ns;
    to->drops_known = to->drops_known || c->drops_known;
}

void live_counts(struct capture_counts *to, struct live_reader *reader, unsigned readers,
                 unsigned interface)
{
    *to = (struct capture_counts){.live = true};
    for (unsigned i = 0; i < readers; i++) {
        struct live_told told = live_reader_told(&reader[i]);
        add(to, &told.counts[interface]);
    }
}

/* A figure that is not known stays so, also when it was not known before; none is below 0. */
static void take(struct capture_counts *counts, const struct capture_counts *base, size_t offset)
{
    uint64_t *now = at(counts, offset), before = value(base, offset);

    if (*now != UINT64_MAX)
        *now = before == UINT64_MAX ? before : *now > before ? *now - before : 0;
}

void live_counts_since(struct capture_counts *counts, const struct capture_counts *base)
{
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        take(counts, base, sums[i]);
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        take(counts, base, wholes[i]);
    /* Connections that began before are still told of: this part begins where that one ended, by the clock as
     * it is now.  Readers may not have noticed at the same moment that it was set. */
    if (base->ended_ns && counts->started_ns)
        counts->started_ns = base->ended_ns + counts->clock_set_ns - base->clock_set_ns;
    if (counts->started_ns > counts->ended_ns)
        counts->started_ns = counts->ended_ns;
    if (counts->frames == 0)
        counts->started_ns = counts->ended_ns = 0;
}
