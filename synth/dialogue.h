/* dialogue.h - one connection of a scenario: what is said on it, and what is true of it. */
#ifndef SYNTH_DIALOGUE_H
#define SYNTH_DIALOGUE_H

#include "handshake.h"
#include "speech.h"
#include "truth.h"

#include <mailtap/scenario_population.h>

/* What all dialogues rest on; nothing of it is changed. */
struct stage {
    const struct scenario_population *population;
    const struct pools *pools;
    struct handshakes *handshakes;
    enum speaker near; /* whose side the capture is made on */
};

/* Connection `i` of a session: its octets into *speech_r, its truth into *truth_r.  Frames of it are
 * not counted yet.  0, or -1 with *e: a handshake could not be made. */
int dialogue_make(const struct stage *stage, const struct scenario_session *s, unsigned i,
                  struct speech *speech_r, struct truth *truth_r, struct err *e);

/* A number that depends on the seed, on what it is for and on the session, and on nothing else. */
uint64_t dialogue_seed(const struct scenario *s, uint64_t number, unsigned purpose);

#endif
