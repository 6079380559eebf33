/*
 * ahead.h - a file, read by a thread of its own some pieces before they are asked for, and its fingerprint
 * taken on the way.
 */
#ifndef MAILTAP_AHEAD_H
#define MAILTAP_AHEAD_H

#include <mailtap/fingerprint.h>

/* Octets before each piece, for the caller to put there what belongs before it. */
#define AHEAD_BEFORE 65536u

struct ahead_piece {
    uint8_t *p;
    size_t n;
};

/* From the first octet on, wherever reading `fd` stands, which must outlive it; NULL when the system has no
 * thread to give. */
struct ahead;
struct ahead *ahead_new(int fd);

/* The next piece, lent, with what is before it, until the call after the next; empty when there is none. */
struct ahead_piece ahead_next(struct ahead *a);

/* Why there is none, or NULL when that was all. */
const char *ahead_problem(struct ahead *a);

/* Octets given so far. */
uint64_t ahead_given(const struct ahead *a);

/* When all has been given, and could be read: its FINGERPRINT_XXH3.  False otherwise. */
bool ahead_fingerprint(struct ahead *a, uint8_t out[DIGEST_OCTETS]);

/* Stops, frees, and sets *a to NULL. */
void ahead_free(struct ahead **a);

#endif
