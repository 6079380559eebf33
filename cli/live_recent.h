/*
 * live_recent.h - sessions that were stored a moment ago and have no verdict yet, so that their first
 * verdict can be counted and shown with their addresses.  Bounded: of a flood the oldest are
 * forgotten, and not counted.
 */
#ifndef MAILTAP_LIVE_RECENT_H
#define MAILTAP_LIVE_RECENT_H

#include "live_view.h"

struct recent;

struct recent *recent_new(void);
void recent_free(struct recent **r);

void recent_add(struct recent *r, const struct facts *f);
/* Its first verdict goes into the view: as the newest finding, and into the sums. */
void recent_judged(struct recent *r, const struct facts *f, const struct verdict *v,
                   struct live_view *view);

#endif
