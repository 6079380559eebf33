/*
 * facts_compare.h - two readings of the same session, fact by fact.
 */
#ifndef FACTS_COMPARE_H
#define FACTS_COMPARE_H

#include <mailtap/facts.h>

/* The name of a fact that differs, or NULL: nothing does. */
const char *facts_difference(const struct facts *a, const struct facts *b);

/* What a truncated reading of the session said: its texts and codes may come back in a lossy one. */
struct earlier {
    struct facts *list; /* without what facts own; freed by the caller */
    size_t count;
};

/*
 * `lossy` is a reading of the same session with octets missing.  The name of a fact that was
 * invented or turned round, or NULL.  What may become of each fact stands in one table.
 */
const char *facts_invented(const struct facts *whole, const struct facts *lossy,
                           const struct earlier *earlier);

#endif
