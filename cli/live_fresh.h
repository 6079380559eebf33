/*
 * live_fresh.h - sessions that were stored a moment ago and have no verdict yet, so that their first
 * verdict can be counted and shown with their addresses.  Bounded: of a flood the oldest are
 * forgotten, and not counted.
 */
#ifndef MAILTAP_LIVE_FRESH_H
#define MAILTAP_LIVE_FRESH_H

#include "live_view.h"

struct fresh;

struct fresh *fresh_new(void);
void fresh_free(struct fresh **r);

void fresh_add(struct fresh *r, const struct facts *f);
/* Its first verdict goes into the view: as the newest finding, and into the sums. */
void fresh_judged(struct fresh *r, const struct judged *judged, struct live_view *view);

#endif
