/*
 * weave.h - many connections to one capture: their frames in the order of time, some of them lost,
 * late or twice.
 *
 * Only connections that are open are held, each as what it says and where it is: a frame is made
 * when its time has come.
 */
#ifndef SYNTH_WEAVE_H
#define SYNTH_WEAVE_H

#include "call.h"
#include "record.h"

struct weave;

/* The truth of each connection is written to `truth` (NULL: to nowhere) once it is over. */
struct weave *weave_new(const struct scenario *s, const struct pools *pools, struct recorder *to,
                        FILE *truth, struct truth_sums *sums);

/* Takes the call over.  Calls come in the order of known_ns: what is before that has been written
 * when this returns. */
void weave_add(struct weave *w, struct call *c);

/* All that is left. */
void weave_end(struct weave *w);
void weave_free(struct weave **w);

#endif
