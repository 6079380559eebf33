/*
 * traffic.h - relations for tests of simulations: small ones at random, and ones by hand.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <mailtap/simulate.h>

/* A few servers and clients, every fate, rates and correspondents; whole numbers. */
struct relations *traffic_random(struct random *r);

/* One server and one client, of whom every rate is known to be 1 but for chance in a million, and one
 * relation with 2^fate messages and 3 * 2^fate credentials of each fate. */
struct relations *traffic_one(void);

/* Of 500 draws in one thread, seed 1, a thousandth wanted, everything observed by one who is passive
 * and sees all. */
struct simulation traffic_simulation(const struct policy_mix *policies, unsigned count);

#endif
