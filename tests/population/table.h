/* table.h - verdicts beside the truth: counted, and printed as Markdown. */
#ifndef TABLE_H
#define TABLE_H

#include "population.h"

/* One row of v_session, and the detail of its finding. */
struct judged {
    char class[24], rule[24], rank[12], detail[1024];
};

struct table;

struct table *table_new(void);
void table_free(struct table **t);

/* A population begins: what is added from now on belongs to this share; equal ones are added up. */
void table_begin(struct table *t, const struct population *p, double boxed);
void table_add(struct table *t, const struct population *p, const struct visit *v,
               const struct judged *j);
void table_print(const struct table *t);

/* False accusations stay below the project's limit, or above it by chance only; and stripping is
 * found. */
bool table_is_good(const struct table *t);

#endif
