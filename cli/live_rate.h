/* live_rate.h - what changed between two views of a live capture: of the log's line, and of --watch. */
#ifndef MAILTAP_LIVE_RATE_H
#define MAILTAP_LIVE_RATE_H

#include "live_view.h"

/* Of one interface or of all together. */
struct live_rate {
    double frames, bits;                        /* a second */
    uint64_t seen;                              /* frames */
    uint64_t kernel_dropped, interface_dropped; /* in that time */
    bool drops_known;
    uint64_t evicted; /* connections given up for want of room, in that time */
};

/* What was added; a counter that went back, as that of an interface which came back, added nothing. */
uint64_t live_since(uint64_t now, uint64_t before);

/* What is there to show of a counter that the system may not tell (UINT64_MAX). */
uint64_t live_known(uint64_t n);

/* Of the interface `i` of `now`; the other view may have it elsewhere, or not yet. */
struct live_rate live_rate_of(const struct live_view *now, const struct live_view *before,
                              unsigned i);
struct live_rate live_rate_all(const struct live_view *now, const struct live_view *before);

/* Sessions of all classes; in `by_class` those of each. */
uint64_t live_sessions(const struct live_view *now, const struct live_view *before,
                       uint64_t by_class[CLASSES]);

/* What is wrong with the database, without its name where it begins with that: it is known. */
const char *live_trouble(const struct live_view *v);

#endif
