/*
 * compare.h - two databases against each other: before, and after.
 */
#ifndef MAILTAP_COMPARE_H
#define MAILTAP_COMPARE_H

#include <mailtap/report.h>

/*
 * The audit of each is made, then their figures are compared, then their servers.  It is written with
 * report_write() and freed with report_free(); NULL: *e says why.
 */
struct document *compare_make(struct store *before, const struct report_wish *was,
                              struct store *after, const struct report_wish *is, struct err *e);

#endif
