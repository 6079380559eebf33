/*
 * steady.h - a clock that does not jump, for connections that are watched while the host's clock is
 * set.
 *
 * Frames carry the host's clock (CLOCK_REALTIME).  What measures silence and age must not see it
 * jump: a step of an hour would end every connection.  So a live capture reckons in steady time, the
 * host's clock as it went on since the start, and adds what it was set by only to what it tells.
 */
#ifndef MAILTAP_STEADY_H
#define MAILTAP_STEADY_H

#include <stdbool.h>
#include <stdint.h>

/* A jump of the host's clock smaller than this is left to NTP: no timer of ours minds it. */
#define STEADY_STEP_NS INT64_C(1000000000)

struct steady {
    int64_t behind_ns;          /* what the host's clock was set by, all steps together */
    int64_t before_ns;          /* the same before the last step: for frames stamped before it */
    int64_t real_ns, steady_ns; /* the host's clock and this one, when it was last looked at */
    int64_t monotonic_ns;
    uint64_t steps;
};

/* All times are nanoseconds: of CLOCK_REALTIME since 1970, of CLOCK_MONOTONIC. */
void steady_begin(struct steady *s, int64_t real_ns, int64_t monotonic_ns);

/* Look at the clocks again: true when the host's was set since the last look. */
bool steady_look(struct steady *s, int64_t real_ns, int64_t monotonic_ns);

/* Steady time of a stamp of the host's clock, taken before or after a step. */
int64_t steady_of(const struct steady *s, int64_t stamp_ns);

/* And back, to the host's clock as it is now. */
int64_t steady_told(const struct steady *s, int64_t steady_ns);

#endif
