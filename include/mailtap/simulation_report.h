/*
 * simulation_report.h - what people see of a simulation (simulate.h): would it be worth it, for each
 * policy, against each observer, and what would it cost.
 */
#ifndef MAILTAP_SIMULATION_REPORT_H
#define MAILTAP_SIMULATION_REPORT_H

#include <mailtap/lens.h>
#include <mailtap/simulate.h>

enum level { LEVEL_MAY, LEVEL_SHOULD, LEVEL_MUST, LEVELS };

struct exposures;

struct simulation_words {
    const char *name; /* of the database or the scenario, as it is to be called */
    bool scenario;
    double follow[LEVELS]; /* the share of the operators that follows a policy of this level */
    const struct relations *relations;
    uint64_t not_estimated;      /* sessions under TLS that count no message */
    unsigned curve_draws;        /* draws of the points of curves; 0: as many as of the tables */
    struct exposures *exposures; /* when domains could be read (exposures_read.h), or NULL */
    struct lens lens;            /* what a database is looked at through */
};

/*
 * The policies that a document of a simulation tells of, in its order: `to` has room for
 * SIMULATION_POLICIES of them.
 */
#define SIMULATION_POLICIES 73u
/* Of them those of the tables, which come first; the others are the points of curves. */
#define SIMULATION_ROWS 13u
void simulation_policies(const double follow[LEVELS], struct policy_mix *to);

struct document;

/*
 * The document of a simulation of those policies; results as simulate() gave them.  Its observers
 * are at first those who only listen, of whom the first is the global one, and then those who
 * interfere, of whom the first is the global one too; or none.  It is written with report_write() and
 * freed with report_free(); NULL: *e says what is wrong with s.
 */
struct document *simulation_make(const struct simulation *s, const struct simulated *results,
                                 const struct simulation_words *words, struct err *e);

#endif
