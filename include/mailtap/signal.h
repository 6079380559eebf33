/*
 * signal.h - what encryption tells an observer, and what it costs him (metrics.md: The observer's
 * burden, Encryption as a signal).  Pure functions; every one is a formula that stands above it.
 *
 * q is the share of messages that the observer wants, a the chance that a wanted one is encrypted, b
 * that another one is.  No result is a NaN or infinite: what is no share counts as the nearest one, a
 * NaN as 0, and where a formula has no value the one it tends to is said.
 */
#ifndef MAILTAP_SIGNAL_H
#define MAILTAP_SIGNAL_H

#include <stddef.h>

/* q below this counts as it: one message in a billion. */
#define SIGNAL_LEAST_WANTED 1e-9

/* The chance that what is encrypted is wanted: qa / (qa + (1 - q)b).  Where nothing is encrypted it
 * says nothing: q. */
double signal_precision(double q, double a, double b);

/* Encrypted messages to attack for each wanted one among them: 1 / precision, but at most 1/q, which
 * is what it is when a = b.  Where b is above a the encrypted are the worse place to look, and 1/q is
 * what a search among all messages costs. */
double signal_burden(double q, double a, double b);

/* -log2 p bits; at most 1,074, those of the smallest number there is. */
double signal_surprisal(double p);

/* Effective size of an anonymity set: 2^H over the shares of each (Serjantov and Danezis 2002).
 * Weights that are not above 0 are nobody; 0 when there is nobody at all. */
double signal_anonymity(const double *weights, size_t n);

/* H / log2 N, N the number of those above 0 (Diaz and others 2002).  One alone has none: 0. */
double signal_anonymity_degree(const double *weights, size_t n);

/*
 * What "it is encrypted" tells of who sent it: H(E) - H(E|S) bits a message, from what each sender
 * sent encrypted and in the clear, added one by one to what is all zero at first; with the correction
 * of Miller and Madow, as statistics.h has it for whole numbers; from 0 to 1.  Counts are finite and
 * not below 0.
 */
struct signal_senders {
    double encrypted, clear, within, seen, cells;
};
void signal_senders_add(struct signal_senders *s, double encrypted, double clear);
double signal_senders_bits(const struct signal_senders *s);

#endif
