/*
 * condition.h - conditions on the figures of a report, for cron and CI: when is it an alarm?
 *
 *   expression := term { "or" term }
 *   term       := factor { "and" factor }
 *   factor     := "not" factor | "(" expression ")" | comparison
 *   comparison := operand ( "<" | "<=" | ">" | ">=" | "=" | "==" | "!=" ) number
 *   operand    := NAME | low(NAME) | high(NAME) | count(NAME) | of(NAME)
 *   number     := digits [ "." digits ] [ "%" ]
 *
 * NAME is a figure's: letters, digits and '-'.  Alone it stands for its share, or for its count where
 * it is a count; low and high are the ends of a share's 95 % interval, count and of the two numbers
 * of a share.  A share is compared with a percentage or with a fraction from 0 to 1.
 *
 * A share of nothing is not known, nor are the ends of an interval that is not there, and what hangs
 * on them neither: three answers (Kleene).  Counts and shares are compared exactly.
 */
#ifndef MAILTAP_CONDITION_H
#define MAILTAP_CONDITION_H

#include <mailtap/err.h>
#include <mailtap/tri.h>

#include <stdio.h>

struct figure; /* of a document */

/* Where the figures are. */
struct figures {
    const void *of;
    /* The figure of this name, or NULL.  One that a report may have, and this one has nothing to say
     * of, may be given as a count of 0 or as a share of 0: its name is known then. */
    const struct figure *(*find)(const void *of, const char *name);
    /* The name of figure i, from 0, or NULL behind the last: for those who mistook one. */
    const char *(*name)(const void *of, unsigned i);
};

struct condition; /* owned */

/* 0, or -1: *e says what is wrong and at which octet, the first being 1, and *c_r is NULL. */
int condition_parse(const char *text, struct condition **c_r, struct err *e);
void condition_free(struct condition **c);

/* Does it ask for figures that there are, and for what they have?  0, or -1 with *e as above. */
int condition_check(const struct condition *c, const struct figures *f, struct err *e);

tri condition_met(const struct condition *c, const struct figures *f);

/* What made the answer so, whichever it is: "messages-readable is 60.3 % (41 of 68), more than 5 %",
 * each such comparison, with "; " between them. */
void condition_why(FILE *out, const struct condition *c, const struct figures *f);

#endif
