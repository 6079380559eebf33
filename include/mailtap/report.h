/*
 * report.h - what people look at: tables of query results, and the exposure audit.
 */
#ifndef MAILTAP_REPORT_H
#define MAILTAP_REPORT_H

#include <mailtap/condition.h>
#include <mailtap/lens.h>
#include <mailtap/query.h>
#include <stdio.h>

enum table_format { TABLE_BOX, TABLE_CSV, TABLE_JSON, TABLE_NDJSON };

/* Write every row of q.  Octets that would harm a terminal are escaped in a box. */
int table_write(FILE *out, struct query *q, enum table_format format, struct err *e);

/* ---- the exposure audit: how much could be read, whose, why, and what to do about it */

struct document;

struct report_wish {
    const char *name; /* of the database, as it is to be called */
    const char *home; /* prefixes of one's own network (see 'directions'), or NULL */
    struct lens lens; /* what st is looked at through already (lens.h): the report says so */
    /* Question `done` of `all` comes next; NULL where nobody wants to know. */
    void (*asking)(void *of, unsigned done, unsigned all);
    void *of;
};

/* Ask all that the audit is made of.  Owned by the caller; NULL: *e says why. */
struct document *report_make(struct store *st, const struct report_wish *wish, struct err *e);
void report_free(struct document **d);

/* Its figures, for conditions; borrowed from it. */
struct figures report_figures(const struct document *d);

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_HTML };

/* Colour is for text.  Whether all of it was written, ferror() tells. */
void report_write(FILE *out, const struct document *d, enum report_format format, bool colour);

#endif
