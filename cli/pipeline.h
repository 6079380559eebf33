/*
 * pipeline.h - the program in one loop: frame, packet, flow, stream, session, facts, store.
 */
#ifndef MAILTAP_PIPELINE_H
#define MAILTAP_PIPELINE_H

#include "sink.h"

#include <mailtap/filter.h>
#include <mailtap/flow.h>
#include <mailtap/fragment.h>
#include <mailtap/session.h>

struct pipeline {
    struct flow_limits limits;
    struct fragment_limits fragments;
    struct session_options session;
    const struct filter *filter;   /* packets that do not pass are left out; or NULL */
    uint64_t frame_limit;          /* stop after so many frames; 0: never */
    uint32_t at_once;              /* ... of one call of pipeline_read(), which then is DONE */
    const volatile int *interrupt; /* stop when it is not 0 */
    /* Called now and then, with what has been read so far; or NULL. */
    void (*progress)(const struct source *source, const struct capture_counts *counts, bool done);
};

enum pipeline_end {
    PIPELINE_DONE,
    PIPELINE_DAMAGED,     /* the source ended badly: `damage` says where; the rest was analysed */
    PIPELINE_INTERRUPTED, /* stopped by `interrupt` */
    PIPELINE_FAILED,      /* the sink or nDPI failed: *e says why */
};

/* Connections under way: over one capture, or over several that follow each other in time. */
struct reading;

/* NULL when nDPI cannot start; *e says why.  `p` and `to` are copied. */
struct reading *pipeline_open(const struct pipeline *p, const struct sink *to, struct err *e);

/* Analyse one source; `part` must stay until the end, as it is still counted in.  Of an interface,
 * what is there now: DONE when there is nothing more. */
enum pipeline_end pipeline_read(struct reading *r, struct source *source, struct part *part,
                                struct err *damage_r, struct err *e);

/* Tell of every connection that is over at this time, though no frame came; 0, or -1 with *e. */
int pipeline_quiet(struct reading *r, int64_t now_ns, struct err *e);

/* Connections followed now. */
uint32_t pipeline_flows(const struct reading *r);

/* Tell of every connection that is left, and free; 0, or -1 when the sink failed. */
int pipeline_close(struct reading **r, struct err *e);

#endif
