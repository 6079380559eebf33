/*
 * exposures_read.h - when mail of each domain could be read, out of the findings database: by the
 * question domain-reads, so of the same part of it as any question.  For first_exposure.h.
 */
#ifndef MAILTAP_EXPOSURES_READ_H
#define MAILTAP_EXPOSURES_READ_H

#include <mailtap/first_exposure.h>
#include <mailtap/store.h>

struct exposures {
    struct exposing *list; /* a session each, readable for sure; owned */
    double *followed;      /* of each domain, seconds; owned */
    size_t count, domains;
};

/* 0, or -1 with *e: the question failed, or there are more than BOUND_RELATIONS; then it is empty. */
int exposures_read(struct store *st, struct exposures *x_r, struct err *e);
void exposures_free(struct exposures *x);

#endif
