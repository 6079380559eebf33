/*
 * relations_read.h - who sends mail to whom, out of the findings database: by the questions relations,
 * server-rates, client-rates and domain-relations, so of the same part of it as any question.
 */
#ifndef MAILTAP_RELATIONS_READ_H
#define MAILTAP_RELATIONS_READ_H

#include <mailtap/relations.h>
#include <mailtap/store.h>

/*
 * Owned by the caller.  Servers and clients are those of the sessions, also of sessions without mail.
 * NULL with *e: a question failed, or there is more of something than BOUND_RELATIONS.
 *
 * not_estimated_r, or NULL: the sessions under TLS that count no message, because none could be
 * estimated.
 */
struct relations *relations_read(struct store *st, uint64_t *not_estimated_r, struct err *e);

/* The same with a bound of one's own. */
struct relations *relations_read_most(struct store *st, size_t most, uint64_t *not_estimated_r,
                                      struct err *e);

#endif
