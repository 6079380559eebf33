/*
 * sample.h - a session with something in every field, and databases to put it in, for tests.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <mailtap/query.h>

/* Local parts that must not be found in a database. */
#define SAMPLE_SENDER "Secret.Sender"
#define SAMPLE_RECIPIENT "hidden-recipient"

/* Every field set to something of its own; two addresses, borrowed from static memory. */
struct facts sample_facts(void);

/* Cleartext, not offered, one message; the client's port tells it from others. */
struct facts sample_clear(uint16_t client_port);

/* A server that offered STARTTLS, and TLS 1.3 after it. */
struct facts sample_encrypted(uint16_t client_port);

/* The sessions of sample_store() are captured within a second of this; seconds. */
#define SAMPLE_CAPTURED INT64_C(1795485052)
#define SAMPLE_DAY INT64_C(86400)

/* TLS 1.2 with a certificate that was good when it was seen. */
struct facts sample_certified(uint16_t client_port, int64_t valid_until);

/* A session that is over, with facts like these, of its own. */
struct session *sample_session(const struct facts *f);

/* Group set-up and tear-down: an empty folder, and its name in *state. */
int sample_folder(void **state);
int sample_folder_remove(void **state);

/* A path in that folder; valid until the next call. */
const char *sample_path(void **state, const char *name);

/* One complete capture `seed` of these sessions, judged; asserts on failure. */
void sample_store(const char *path, uint8_t seed, const struct facts *sessions, unsigned count);

/* Judge all that is to be judged: how many. */
unsigned sample_judge(struct store *st);

/* Run SQL on a database with SQLite alone, as another program would. */
void sample_sql(const char *path, const char *sql);

/* What one value is, as text; to be freed. */
char *sample_value(const char *path, const char *sql);

/* The one value that a statement gives, as text; NULL is "NULL". */
void sample_expect(const char *path, const char *sql, const char *want);

/* PRAGMA integrity_check and foreign_key_check find nothing. */
void sample_sound(const char *path);

/* A database of three sessions: sample_facts(), sample_clear(2), sample_encrypted(3). */
const char *sample_made(void **state, const char *name);

/* What a named question answers: a line for each row, in it the columns "a b" with a space between;
 * NULL is "-", a share has four places.  `set`: "name=value name=value".  Valid until the next
 * call. */
const char *sample_asked(const char *path, const char *question, const char *set,
                         const char *columns);

/* The same, compared. */
void sample_answers(const char *path, const char *question, const char *set, const char *columns,
                    const char *want);

/* Read all rows of a statement: 0, or -1 with the sentence.  `seconds` 0: no limit of its own. */
int sample_ask(struct store *st, const char *sql, unsigned seconds, struct err *e);

#endif
