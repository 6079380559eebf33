/*
 * simulation_private.h - the parts of the document of a simulation (mailtap/simulation_report.h).
 */
#ifndef MAILTAP_SIMULATION_PRIVATE_H
#define MAILTAP_SIMULATION_PRIVATE_H

#include <mailtap/exposures_read.h>
#include <mailtap/simulation_report.h>

#include "document.h"

/* What is written, and what it is made of. */
struct scene {
    struct document *d;
    const struct simulation *s;
    const struct simulated *results;
    const struct simulation_words *words;
};

/* ---- policies */

/* Rows of a table. */
enum row {
    ROW_OBSERVED,
    ROW_A_SHOULD,
    ROW_B_SHOULD,
    ROW_C_SHOULD,
    ROW_D_SHOULD,
    ROW_A_MUST,
    ROW_B_MUST,
    ROW_C_MUST,
    ROW_D_MUST,
    ROW_BC_MUST,
    ROW_ABC_MUST,
    ROW_BCD_MUST,
    ROW_ALL_MUST,
    ROWS
};

/* Lines of a chart. */
enum sweep { SWEEP_A, SWEEP_B, SWEEP_C, SWEEP_D, SWEEP_BC, SWEEP_ALL, SWEEPS };

/* The shares that follow along a line: from none to all. */
#define SWEEP_STEPS 10u
double sweep_share(unsigned step);

const char *row_name(enum row row);  /* "b-must": for scripts */
const char *row_label(enum row row); /* "2.b MUST" */
const char *sweep_name(enum sweep sweep);
const char *sweep_label(enum sweep sweep); /* "2.b", "b + c" */

const struct simulated *row_result(const struct scene *of, unsigned observer, enum row row);
const struct simulated *sweep_result(const struct scene *of, unsigned observer, enum sweep sweep,
                                     unsigned step);

/* ---- numbers in words */

/* "12.3 % (10.1 to 14.0)", or "3 of about 12" where that is too few for a share. */
const char *share_words(struct document *d, const struct simulated *r, const struct outcome *of);
bool share_enough(const struct simulated *r);

/* "1,234 (1,200 to 1,300)", "0.42 (0.40 to 0.44)": without an interval that has no width as told. */
const char *count_words(struct document *d, const struct outcome *o);
const char *real_words(struct document *d, const struct outcome *o);

/* o as a share of r->messages. */
struct outcome of_messages(const struct simulated *r, const struct outcome *o);

/* How much less of the messages is readable than was. */
enum effect {
    EFFECT_TOO_FEW,   /* messages, for a share */
    EFFECT_NONE,      /* in no draw */
    EFFECT_NOT_SHOWN, /* the interval holds 0 */
    EFFECT_SHOWN,
};
struct lowered {
    enum effect effect;
    double by, low, high;
};
struct lowered lowered(const struct simulated *was, const struct simulated *is);

/* "47.8 (40.2 to 55.0)", in percentage points. */
const char *points_words(struct document *d, const struct lowered *l);

/* "less by 47.8 (40.2 to 55.0) points", "no effect shown: ...", "no less". */
const char *lowered_words(struct document *d, const struct lowered *l);

/* ---- observers */

/* The first who interferes, or s->observer_count. */
unsigned first_interferer(const struct simulation *s);

/* "everything", "the 10 busiest servers". */
const char *observer_sees(struct document *d, const struct observer *o);

/* "all offers", "20 % of the offers": that it strips. */
const char *offers_words(struct document *d, const struct observer *o);

/* ---- sections */

void simulation_answer(const struct scene *of);
void simulation_observer(const struct scene *of, unsigned observer);

void simulation_exposure(const struct scene *of); /* how long until a domain is first read */

#endif
