/* figures.h - a few figures of a report, for tests of what is asked of them. */
#ifndef FIGURES_H
#define FIGURES_H

#include "../../report/document.h"

#include <mailtap/condition.h>

/*
 * messages-readable   41 of 68, 0.484 to 0.710
 * starttls-offered    3 of 4, without an interval
 * edge                1 of 20, 0.009 to 0.236
 * nothing             0 of 0
 * sessions            1,234 (a count)
 * none                0 (a count)
 */
extern const struct figures some_figures;

/* YES, NO or UNKNOWN: this condition on them; it must be well formed and pass the check. */
tri some_met(const char *text);

/* Why, owned by the caller. */
char *some_why(const char *text);

#endif
