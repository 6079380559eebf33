/*
 * simulate.h - what an observer would read if receivers, senders or implementations were bound by
 * a policy, and what it would cost (metrics.md: Simulation).  Pure functions of relations.h.
 *
 * Policies, each followed by a share of the operators it binds:
 *
 *   2.a  implementations include STARTTLS: a server whose software cannot gets it, and its operator
 *        turns it on as often as those do whose software can
 *   2.b  receivers offer it
 *   2.c  senders use it when it is offered
 *   2.d  senders insist: they use it when it is offered, and where TLS cannot be had they try another
 *        server of the destination, or keep the mail
 *
 * A draw is one world: every unknown rate is drawn from its posterior (Beta, Jeffreys' prior, pooled
 * towards the population where there are few cases), and every operator has one number by which
 * it follows or not, the same for all policies and levels.  So a stricter policy never raises what a
 * passive observer reads, in each world and not only on average.
 *
 * Low and high hold 95 %: without resampling, a draw is what could become of this very traffic, with
 * rates that are not known and who follows left to chance, and "as observed" is what
 * was observed, in every draw.  With it the servers seen stand for others like them: in each draw
 * every server's mail counts with a weight of its own (Bayesian bootstrap, Rubin 1981), scaled so that
 * all messages together stay as many.  Low and high are those of the weighted draws then; the mean is
 * still that without weights, so "as observed" has the figures of the database either way.
 *
 * What it does not know: credentials of sessions that are encrypted today, and who corresponds in
 * them, so an interferer's gain of those is left out; where mail that is rerouted passes, so whoever
 * sees the relation is taken to see it; TLS from the first octet, which nobody can strip, is not told
 * from STARTTLS.
 *
 * The same seed gives the same result on any number of threads.
 */
#ifndef MAILTAP_SIMULATE_H
#define MAILTAP_SIMULATE_H

#include <mailtap/relations.h>
#include <mailtap/statistics.h>

enum letter { POLICY_A, POLICY_B, POLICY_C, POLICY_D, LETTERS };

struct policy_mix {
    double follow[LETTERS]; /* the share that follows; all 0: as observed */
};

enum observer_kind {
    OBSERVER_GLOBAL,  /* every relation */
    OBSERVER_SAMPLE,  /* a share of the sessions of each relation */
    OBSERVER_PREFIX,  /* relations with an end in these prefixes */
    OBSERVER_BUSIEST, /* the k servers with most messages */
    OBSERVER_PATHS,   /* a share of the paths, from one /16 (or /32 of IPv6) to another */
};

struct prefix_list;
struct observer {
    enum observer_kind kind;
    double share;                       /* SAMPLE, PATHS: 0 to 1 */
    uint64_t servers;                   /* BUSIEST */
    const struct prefix_list *prefixes; /* PREFIX; borrowed */
    double
        strips; /* 0: passive.  Else an interferer, who strips this share of the offers it sees */
};

/* A figure over the draws: mean, and the middle 95 % of them. */
struct outcome {
    double mean, low, high;
};

struct simulated {
    struct outcome messages;       /* that the observer could know of: those on what it sees */
    struct outcome readable;       /* of them, in the clear */
    struct outcome share;          /* readable of messages, 0 to 1 */
    struct outcome stripped;       /* of the readable, by interference */
    struct outcome correspondents; /* distinct pairs of domains exposed */
    struct outcome credentials;    /* sessions that gave some away */
    struct outcome rerouted;       /* sent by TLS through another server (2.d) */
    struct outcome undelivered;    /* kept back or with nowhere to go (2.d) */
    struct outcome bits;      /* I(E;S): what "it is encrypted" tells of the client, a message */
    struct outcome encrypted; /* share of what is sent, 0 to 1 */
    struct outcome burden;    /* messages to attack for each wanted one, when those are encrypted
                                 as often as others: see signal.h */
    struct outcome burden_selective; /* the same, when the wanted are all encrypted already */
};

struct simulation {
    const struct policy_mix *policies;
    unsigned policy_count;
    const struct observer *observers;
    unsigned observer_count;
    unsigned draws, threads;
    uint64_t seed;
    bool resample; /* the servers are a sample of others: see above */
    double wanted; /* q: the share of messages that the observer wants, above 0 */
    /* Work done, of all; called from the thread that asked; NULL: nobody wants to know. */
    void (*progress)(void *of, unsigned done, unsigned all);
    void *of;
};

/*
 * results_r[policy * observer_count + observer].  0, or -1: *e says what is wrong with s (a share
 * that is none, no draws).
 */
int simulate(const struct relations *r, const struct simulation *s, struct simulated *results_r,
             struct err *e);

/*
 * In how many of the draws correspondents and bits are worked out, which costs more than all the rest:
 * as many as are done in reasonable time, at least 20, spread evenly.
 */
unsigned simulate_known_draws(const struct relations *r, const struct simulation *s);

#endif
