/* simulated.h - results of a simulation, made by a rule that a test can reckon with. */
#ifndef SIMULATED_H
#define SIMULATED_H

#include <mailtap/simulation_report.h>

/*
 * Of `messages`, 30 % are in the clear as STARTTLS is not offered, 10 % unused.  Who follows 2.a or
 * 2.b offers (a for a tenth), who follows 2.c uses, and of those who follow 2.d half find another
 * server and half keep the mail.  An interferer makes the rest clear by the share he strips.  Each
 * figure has an interval of `wide` to both sides of itself, as a share of it.
 */
struct made {
    struct policy_mix policies[SIMULATION_POLICIES];
    struct observer observers[4];
    struct simulated results[SIMULATION_POLICIES * 4];
    struct simulation s;
    struct simulation_words words;
};

/* Global observers, who listens and, when `strips` is above 0, who interferes. */
struct made *made_simulation(double messages, double wide, double strips);
/* Results for m->observers; after these were changed. */
void made_again(struct made *m, double messages, double wide);

#endif
