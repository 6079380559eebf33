/*
 * compare_private.h - the sections of a comparison: what became better, what worse, and what does
 * not show.
 *
 * Figures are told apart by their names, and judged by the interval of their difference, so that
 * chance is not taken for progress; which way is better, their tone says.
 */
#ifndef MAILTAP_COMPARE_PRIVATE_H
#define MAILTAP_COMPARE_PRIVATE_H

#include "document.h"

#include <mailtap/err.h>
#include <mailtap/statistics.h>
#include <mailtap/store.h>

enum change {
    CHANGE_BETTER,
    CHANGE_WORSE,
    CHANGE_HIGHER,    /* and neither is better */
    CHANGE_LOWER,     /* the same */
    CHANGE_NOT_SHOWN, /* the difference may be chance */
    CHANGE_TOO_FEW,   /* below SHARE_MINIMUM on either side: nothing can be said */
    CHANGE_OF_COUNT,  /* a count, which has no interval */
    CHANGE_SAME,      /* a count */
    CHANGES
};

struct compared {
    enum change change;
    bool known;             /* of two shares with intervals: */
    double points;          /* after less before, from -1 to 1 */
    struct interval within; /* 95 % */
};

/* Two figures of one name.  A share on one side alone, as of messages where nothing went under TLS, is
 * of too few on the other. */
struct compared compare_figure(const struct figure *before, const struct figure *after);

/* A section of d: every figure of both reports, by what became of it, in the order of the first. */
void compare_figures(struct document *d, const struct document *before,
                     const struct document *after);

/* Servers of each database that are compared, those first where most messages could be read. */
#define COMPARED_SERVERS 10000u

/* A section of d: servers that expose mail in one of both, or more of it than before.  0, or -1. */
int compare_servers(struct document *d, struct store *before, struct store *after, struct err *e);

#endif
