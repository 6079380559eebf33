/*
 * section.h - the sections of the audit, and how they ask: by the named questions of db/queries.
 *
 * A section that has nothing to tell prints nothing, not even its heading; that nothing could be
 * read is something to tell.
 */
#ifndef MAILTAP_SECTION_H
#define MAILTAP_SECTION_H

#include "page.h"

#include <mailtap/query.h>

/* Rows of a list that are shown; the rest is counted. */
#define LISTED 5u

struct report {
    struct page page;
    struct store *store;
    struct err *e;
    const struct query *coverage; /* the one row of 'coverage' */
    /* the answer to 'readable-mail' */
    uint64_t messages, of_messages, of_messages_low, of_messages_high; /* of_: with estimates */
    uint64_t uncounted, clear, encrypted, estimated, failed, decided, with_content, content_octets,
        sessions;
};

/* All give 0, or -1 with the reason in *r->e. */
int section_protection(struct report *r);   /* the ladder */
int section_weaknesses(struct report *r);   /* of TLS */
int section_certificates(struct report *r); /* that fail, or soon will */
int section_not_offering(struct report *r); /* servers, and software */
int section_items(struct report *r);        /* what exactly could be read */
int section_attachments(struct report *r);
int section_credentials(struct report *r);
int section_hops(struct report *r);

/* ---- asking */

struct query *section_ask(struct report *r, const char *question);

/* Columns of the row that is there now, by their names. */
struct cell cell_named(const struct query *q, const char *name);
uint64_t count_named(const struct query *q, const char *name); /* 0: none, or not above 0 */

#define NAME_TEXT 320
const char *text_named(const struct query *q, const char *name, char to[NAME_TEXT]);

struct words {
    const char *name, *text;
};

/* What stands for `name` in a list that ends with {NULL, NULL}; else `otherwise`. */
const char *words_for(const struct words *list, const char *name, const char *otherwise);

/* Number a row from 1; before the first one the heading is printed, behind LISTED rows it says no. */
bool section_row(const struct report *r, const char *heading, unsigned *rows);

/* What a list leaves out; nothing when it is whole. */
void section_more(const struct report *r, unsigned rows);

#endif
