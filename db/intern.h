/*
 * intern.h - octets to the number of the row that holds them: what the store wrote or read lately.
 *
 * A cache in front of the tables that many sessions share.  Bounded by `octets`: when it is full all
 * of it is forgotten, and numbers come from the database again.
 */
#ifndef MAILTAP_INTERN_H
#define MAILTAP_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intern;

struct interned {
    int64_t id;     /* the caller's; 0: the entry is new */
    uint32_t epoch; /* the caller's; 0 when new */
    uint32_t note;
};

struct intern *intern_new(size_t octets);
void intern_free(struct intern **t);

/* The entry of this key, made when there is none; good until the next call. */
struct interned *intern_at(struct intern *t, const void *key, size_t n);

/* It will be asked for: the table is large, and memory takes as long as all the rest of it. */
void intern_soon(const struct intern *t, const void *key, size_t n);

void intern_forget(struct intern *t);

/* Entries now, and how often all were forgotten for want of room. */
size_t intern_count(const struct intern *t);
unsigned intern_overflows(const struct intern *t);

#endif
