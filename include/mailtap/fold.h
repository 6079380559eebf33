/*
 * fold.h - structures that are not looked at for a while, packed into few octets, and back.
 *
 * Most of their octets are zero, or stand in one of them already.  A function of type fold_parts says
 * what a structure owns; the same words pack and unpack it.  What it does not name stays as it is: a
 * pointer comes back with the same value.  Everything packed is wiped before it is freed, and so is
 * what it was packed into.
 */
#ifndef MAILTAP_FOLD_H
#define MAILTAP_FOLD_H

#include <mailtap/slice.h>

#include <stddef.h>
#include <stdint.h>

struct fold; /* where it is kept; of one thread */

typedef void fold_parts(struct fold *f, void *of);

/* `words`: octets that are common in what is packed; copied. */
struct fold *fold_new(struct slice words);
void fold_free(struct fold **f);

/* Packs what `parts` names of `of`, whose pointers to it become NULL.  fold_unpack() takes the number
 * that this gives, once, and restores them. */
uint32_t fold_pack(struct fold *f, fold_parts *parts, void *of);
void fold_unpack(struct fold *f, uint32_t folded, fold_parts *parts, void *of);

/* ---- for fold_parts */

/* A structure of `size` octets and, unless `parts` is NULL, what it owns; *object may be NULL. */
void fold_object(struct fold *f, void **object, size_t size, fold_parts *parts);

/* Room for `room` octets, of which the first `used` mean something; *array may be NULL. */
void fold_array(struct fold *f, void **array, size_t used, size_t room);

#endif
