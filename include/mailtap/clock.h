/* clock.h - the host's clocks, in nanoseconds.  Captures have their own time: frame.h, steady.h. */
#ifndef MAILTAP_CLOCK_H
#define MAILTAP_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)

int64_t clock_monotonic(void); /* for deadlines and pauses: CLOCK_MONOTONIC, which nobody sets */
int64_t clock_real(void);      /* since 1970: CLOCK_REALTIME */

#endif
