/*
 * chart.h - charts of a report as SVG, without a script and without a style of their own.
 *
 * A chart is as wide as its place: lengths along it are shares of its width, lengths across it and
 * texts keep their size, so that it can be read on a phone and on paper.  A tone is a colour, which
 * style.css gives, and stripes.  Texts stand beside marks, on the page's own ground.
 *
 * A chart repeats what its table says, and leaves the rest to it: labels are cut.
 */
#ifndef MAILTAP_CHART_H
#define MAILTAP_CHART_H

#include "document.h"

/* Does the block have one?  Points need a share of enough cases. */
bool chart_drawn(const struct block *b);

/* The chart with what explains it; `id` is the block's, an id of markup_id(). */
void chart_put(FILE *out, const struct block *b, const char *id, struct slice title);

#endif
