/* clock.h - the host's clocks, in nanoseconds.  Captures have their own time: frame.h, steady.h. */
#ifndef MAILTAP_CLOCK_H
#define MAILTAP_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_SECOND INT64_C(1000000000)

int64_t clock_monotonic(void); /* for deadlines and pauses: CLOCK_MONOTONIC, which nobody sets */
int64_t clock_real(void);      /* since 1970: CLOCK_REALTIME */

/* What CLOCK_MONOTONIC shows so many nanoseconds, 0 or more, from now: for what waits until a time. */
struct timespec clock_after(int64_t ns);

#endif
