/*
 * contrast_read.h - the sessions of one server that can be compared: those in which EHLO was answered and it
 * is known whether STARTTLS was offered.
 */
#ifndef MAILTAP_CONTRAST_READ_H
#define MAILTAP_CONTRAST_READ_H

#include "store_private.h"

#include <mailtap/baseline.h>

/* A session as it is read, before machines are told apart. */
struct seen {
    struct baseline_session session; /* its client: once all are read and in order */
    int64_t number, client, keyword_mark, name_mark;
};

struct items {
    struct seen *list;
    size_t count, room;
    int64_t *clients;
    uint32_t client_count, client_room;
    uint32_t *slots; /* open addressing: a client's number and 1, or 0 */
    uint32_t slot_count;
};

/*
 * In the order of keywords and of time, and where that is the same to the nanosecond of the clients'
 * addresses, so that the order does not depend on how they came into the database.  `in` is zeroed before
 * the first call, and can be used again.
 */
int contrast_read(struct store *st, int64_t server, struct items *in, struct err *e);
void contrast_read_free(struct items *in);

#endif
