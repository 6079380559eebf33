/*
 * look.h - a database with rows in all tables, looked at through a lens, for tests.
 */
#ifndef LOOK_H
#define LOOK_H

#include <mailtap/lens.h>
#include <mailtap/query.h>

/* A database with rows in all tables: of four sessions, with the ports 40000, 2, 300 and 301 of their
 * clients. */
const char *full(void **state, const char *name);

/* Open for reading, through a lens or NULL; asserts on failure. */
struct store *looked_at(const char *path, const struct lens *lens);

/* All rows as text, a line each; `ip` is for the parameter, where there must be one.  To be freed. */
char *answer(struct store *st, const char *sql, const char *ip);

/* That is one row: these columns. */
void assert_answer(struct store *st, const char *sql, const char *want);

/* What SQLite alone prints; no double quotes in the SQL.  To be freed. */
char *shell(const char *path, const char *sql);

#endif
