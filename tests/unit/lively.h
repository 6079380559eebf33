/*
 * lively.h - sessions of which many bear on each other's verdicts, and two live captures of them, for
 * tests.
 */
#ifndef LIVELY_H
#define LIVELY_H

#include <mailtap/store.h>

#define LIVE_ROOM 600

extern struct facts live_made[LIVE_ROOM];

/* Fill live_made: in the order of time, the same for the same seed. */
void lively_make(uint64_t seed);

/* Of a capture with so many sessions; something in all that only live captures have. */
struct capture_counts lively_figures(unsigned stored);

/* These assert that it can be done. */
struct store *lively_open(const char *path, enum store_mode mode);
void lively_close(struct store **st);

/* Two captures, eth0 and eth1; ended with so many sessions each, and committed. */
void lively_begin(struct store *st, int64_t of[2]);
void lively_end(struct store *st, const int64_t of[2], unsigned each);

/* Sessions [from, to) of live_made, to the two captures in turn: 0 or -1. */
int lively_put(struct store *st, const int64_t of[2], unsigned from, unsigned to, struct err *e);

/* store_check() finds nothing wrong, nor does SQLite. */
void lively_all_is_well(const char *path);

#endif
