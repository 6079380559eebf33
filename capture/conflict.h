/*
 * conflict.h - two copies of the same octets that differ: kept until the stream gives them.
 */
#ifndef CONFLICT_H
#define CONFLICT_H

#include <mailtap/stream.h>

/* Two copies of the octets at `offset` of a side, as long as each other: kept when they differ, while there
 * is room.  True: they do. */
bool conflict_compare(struct stream *s, const struct half *h, uint64_t offset, struct slice first,
                      struct slice second);

/* The oldest one kept, lent until stream.c frees what it has lent. */
bool conflict_give(struct stream *s, struct chunk *chunk_r);

#endif
