/*
 * chart_curves.h - the chart of curves: lines over an axis, each with the band of its intervals.
 *
 * Lines differ by dashes and by the shape of their points as well as by colour, and each has its
 * name where it ends.
 */
#ifndef MAILTAP_CHART_CURVES_H
#define MAILTAP_CHART_CURVES_H

#include "document.h"

#define CURVES_HEIGHT 300u

/* `id` is the block's: its bands have ids that begin with it. */
void curves_put(FILE *out, const struct block *b, const char *id);

/* Which line is which, and what the bands are. */
void curves_legend(FILE *out, const struct block *b);

#endif
