/*
 * inflate.h - a stored file with gzip or zstd undone, known by its first octets.
 *
 * Every octet that can be had before a damage is given first; then the problem is said.  Members
 * and frames that follow each other are one stream, as gzip(1) and zstd(1) have it.
 */
#ifndef INFLATE_H
#define INFLATE_H

#include <mailtap/fingerprint.h>

#include <stddef.h>
#include <stdint.h>

struct inflate;

/*
 * Reads from fd, which stays the caller's and must outlive it.  What is read is added to those fingerprints
 * of `read` that are there, as it is stored; they are looked at with each read.
 */
struct inflate *inflate_new(int fd, struct fingerprint *const read[FINGERPRINT_KINDS]);

/* Up to n octets into `to`; 0 at the end or when no more can be had, then ask inflate_problem. */
size_t inflate_read(struct inflate *in, uint8_t *to, size_t n);

/* What is wrong with the stored file, as a clause, or NULL while nothing is. */
const char *inflate_problem(const struct inflate *in);

/* "gzip", "zstd", or NULL for a file that is stored as it is; known after the first read. */
const char *inflate_packing(const struct inflate *in);

/* Read the stored file to its end, unpacking nothing. */
void inflate_drain(struct inflate *in);

/* Octets of the stored file read so far. */
uint64_t inflate_stored(const struct inflate *in);

/* Frees and sets *in to NULL. */
void inflate_free(struct inflate **in);

#endif
