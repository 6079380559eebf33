/*
 * chart_series.h - the chart of a series: a column for each place, the lines on top of each other.
 */
#ifndef MAILTAP_CHART_SERIES_H
#define MAILTAP_CHART_SERIES_H

#include "document.h"

/* Columns that fit a phone: where there are more places, so many of them share one. */
#define SERIES_COLUMNS 60u

unsigned series_height(const struct block *b);
void series_put(FILE *out, const struct block *b);

/* Which line is which, and what is in a column. */
void series_legend(FILE *out, const struct block *b);

#endif
