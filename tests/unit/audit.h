/*
 * audit.h - the report of a database as text, for tests.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include <mailtap/report.h>
#include <stdbool.h>

/* The report of a database; to be freed.  Asserts that no line is too long (without colour), and
 * that nothing in it harms a terminal. */
char *audit(const char *path, bool colour);

/* The same text on one line, to look for sentences in; to be freed. */
char *unwrapped(const char *text);

/* A database of these sessions, its report on one line; to be freed. */
char *audit_of(const char *path, const struct facts *sessions, unsigned count);

void assert_says(const char *text, const char *what);
void assert_says_not(const char *text, const char *what);

#endif
