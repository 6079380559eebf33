/* call.h - a connection that is to be captured, and what is true of it; and batches of them. */
#ifndef SYNTH_CALL_H
#define SYNTH_CALL_H

#include "connection.h"
#include "dialogue.h"

#include <mailtap/random.h>

struct call {
    struct connection connection;
    struct truth truth;
    bool mail;            /* otherwise background: it has no truth */
    int64_t known_ns;     /* it is not needed before; never after its beginning */
    struct random random; /* for what becomes of its frames */
    uint64_t order;       /* among frames of one moment */
};

/* Consecutive sessions, and the background beside them, in the order of known_ns. */
#define BATCH_SESSIONS 64u

struct batch {
    struct call **calls; /* owned until they are taken out (NULL) */
    size_t count, room;
    struct err error; /* empty when all could be made */
};

/* Batch `number`.  It rests on the stage and its number alone; any thread. */
void batch_make(const struct stage *stage, uint64_t number, struct batch *batch_r);
void batch_free(struct batch *b);

/* How many there are. */
uint64_t batch_count(const struct scenario *s);

void call_free(struct call **c);

#endif
