/* watched.h - a live capture as a view of it, for tests of what shows it. */
#ifndef WATCHED_H
#define WATCHED_H

#include "../../cli/live_view.h"

/* A minute of one interface, eth0, with sessions of every class and `findings` of them. */
void watched_minute(struct live_view *now, struct live_view *before, unsigned findings);

/* Further interfaces like it: eth1, eth2... */
void watched_interfaces(struct live_view *now, struct live_view *before, unsigned count);

/* Every text as long and as bad as it can be, every number the largest. */
void watched_hostile(struct live_view *now);

#endif
