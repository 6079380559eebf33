/*
 * recent.h - the last octets of a stream that were given, to compare later copies with.
 */
#ifndef RECENT_H
#define RECENT_H

#include <mailtap/stream.h>

/* Octets that follow what it holds; after a gap it begins anew at `offset`. */
void recent_add(struct recent *h, uint64_t offset, struct slice s);

/*
 * What it holds of the n octets at `offset`: copied to `to`, their number is returned and the first
 * one's distance from `offset` goes to *skipped_r.
 */
size_t recent_get(const struct recent *h, uint64_t offset, size_t n, uint8_t *to,
                  size_t *skipped_r);

void recent_clear(struct recent *h);

#endif
