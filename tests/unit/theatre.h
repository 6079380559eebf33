/* theatre.h - small scenarios for tests of synth, and what their connections say. */
#ifndef THEATRE_H
#define THEATRE_H

#include "../../synth/call.h"

/* Three servers that offer, ten clients that use it, 200 sessions of small messages. */
struct scenario theatre_scenario(void);

/* Owned by the caller; nothing of it is shared. */
struct stage theatre_new(const struct scenario *s, enum speaker near);
void theatre_free(struct stage *stage);

/* All that is said on a connection, of one side or (side < 0) of both, NUL-terminated; to be freed. */
char *theatre_said(const struct stage *stage, const struct speech *s, int side);

#endif
