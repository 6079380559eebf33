/*
 * first_exposure.h - how long it takes until a domain is first exposed: until an observer has read one
 * transaction of it.
 *
 * A transaction is read with a chance of its own, independently of others: 0 under TLS, 1 in the clear
 * for one who sees everything, in between for one who sees a sample or where an offer may be stripped.
 * So a domain is exposed by the time t with the chance 1 - prod(1 - p) over its transactions until
 * then, in closed form.  Domains are looked at from their own first transaction on, for different
 * lengths of time, as the capture ends for all at once: their curves are put together as Kaplan and
 * Meier (1958) do, where a domain counts as long as it is looked at.
 */
#ifndef MAILTAP_FIRST_EXPOSURE_H
#define MAILTAP_FIRST_EXPOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exposing {
    uint32_t domain; /* numbered from 0 */
    double after;    /* its first transaction, seconds */
    double
        readable; /* the chance that it is read; what is no chance counts as 0 or 1, the nearer */
};

struct first_exposure {
    double exposed;   /* share of domains, 0 to 1, by that time */
    uint64_t at_risk; /* domains that were looked at for so long */
    bool told;        /* false: there is none, and `exposed` is what was known last */
};

/* 1 hour, 1 day, 7 days, 30 days; in seconds. */
#define FIRST_EXPOSURE_TIMES 4u
extern const double first_exposure_times[FIRST_EXPOSURE_TIMES];

/*
 * followed[domain]: seconds from its first transaction until the capture ended.  `list` is sorted by
 * time, in place; transactions behind the end of their domain are left out.  times: ascending.
 */
void first_exposure(struct exposing *list, size_t count, const double *followed, size_t domains,
                    const double *times, unsigned time_count, struct first_exposure *exposure_r);

#endif
