/* question_private.h - what values of parameters may look like; question.c tells query.c. */
#ifndef MAILTAP_QUESTION_PRIVATE_H
#define MAILTAP_QUESTION_PRIVATE_H

#include <mailtap/query.h>

/* Is it a day or a time as v_session.started_at has them?  A "Z" after it is cut off, as "12:00" is
 * the beginning of "12:00:01Z", and "12:00Z" is not. */
bool parameter_time(struct slice *value);

/* Digits, and perhaps a sign before them, that fit. */
bool parameter_number(struct slice value, int64_t *number_r);

#endif
