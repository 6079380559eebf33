/* table.h - verdicts beside the truth: counted, and printed as Markdown. */
#ifndef TABLE_H
#define TABLE_H

#include "population.h"

/* One row of v_session, and the detail of its finding. */
struct answered {
    char class[24], rule[24], rank[12], detail[1024];
};

struct table;

struct table *table_new(void);
void table_free(struct table **t);

/* A population begins: what is added from now on belongs to this share; equal ones are added up. */
void table_begin(struct table *t, const struct population *p, double boxed);
void table_add(struct table *t, const struct population *p, const struct visit *v,
               const struct answered *j);
void table_print(const struct table *t);

/* What the project requires: certain and strong findings that are wrong, of all sessions. */
#define TABLE_LIMIT 1e-4

/* In a small population there is one server of each rare kind, ten times as many as in life. */
#define TABLE_LIMIT_SMALL 1e-3

/* False accusations stay below the limit, or above it by chance only; and stripping is found. */
bool table_is_good(const struct table *t, double limit);

#endif
