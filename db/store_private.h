/*
 * store_private.h - what the files of db/ share: the open database, its statements, and the map
 * between facts and rows.
 */
#ifndef MAILTAP_STORE_PRIVATE_H
#define MAILTAP_STORE_PRIVATE_H

#include "intern.h"

#include <mailtap/statistics.h>
#include <mailtap/store.h>
#include <sqlite3.h>

#define ADDRESS_KEY_OCTETS 32

enum statement {
    ST_BEGIN,
    ST_COMMIT,
    ST_CAPTURE_FIND,
    ST_SHA256_FIND,
    ST_CAPTURE_AROUND,
    ST_UNFINISHED_FIND,
    ST_CAPTURE_ADD,
    ST_CAPTURE_FIGURES,
    ST_LIVE_FIND,
    ST_LIVE_ADD,
    ST_SERVER_ADD,
    ST_SERVER_FIND,
    ST_SERVER_GROW,
    ST_CLIENT_ADD,
    ST_CLIENT_FIND,
    ST_NAME_ADD,
    ST_NAME_FIND,
    ST_CERTIFICATE_ADD,
    ST_CHAIN_ADD,
    ST_MEDIA_ADD,
    ST_AUTH_ADD,
    ST_KEPT_ADD,
    /* the SQL of these is made from the field table, in the order of enum row_part */
    ST_SESSION_ADD,
    ST_ROW_NAME, /* none: names are interned */
    ST_COURSE_ADD,
    ST_BANNER_ADD,
    ST_TLS_ADD,
    ST_IDENTITY_ADD,
    ST_MAIL_ADD,
    ST_SESSION_GET,
    ST_ADDRESS_ADD,
    ST_UNJUDGED_ADD,
    ST_MARK_UNJUDGED, /* of those that had a verdict, up to a number */
    ST_MARK_FRESH,    /* those behind the last one that had, and before a number */
    ST_MARK_DONE,
    ST_MARK_ELSEWHERE,
    ST_LAST_SESSION,
    ST_UNJUDGED,
    ST_WAITING,       /* that had a verdict, or stand before one that has */
    ST_WAITING_FRESH, /* behind the last one that has */
    ST_WAITING_NEWEST,
    ST_SERVER_HISTORY,
    ST_CONFLICT_ADD,
    ST_CONFLICT_GET,
    ST_MARK_ALL,
    ST_MARK_WITHOUT, /* sessions that had no offer */
    ST_DNS_ADD,
    ST_EXCHANGE_FIND,
    ST_POLICY_ADD,
    /* history.c, contrast.c */
    ST_CONTRAST_GET,
    ST_REQUESTS_GET,
    ST_BROKEN_GET,
    ST_BROKEN_OTHERS_GET,
    ST_BROKEN_ELSEWHERE_GET,
    ST_EHLO_REFUSED_GET,
    ST_VANTAGE_GET,
    ST_POLICY_GET,
    ST_TLSA_GET,
    ST_CONTRASTS,
    ST_EXPECTERS,
    ST_SERVER_NAMES,
    ST_COMPARED_SERVERS,
    ST_COMPARED_SESSIONS,
    ST_COMPARED_OVERLAPPING,
    ST_COMPARED_PEER,
    ST_NEWS,
    ST_ELSEWHERE,
    ST_CONTRAST_ADD,
    ST_OPINION_ADD,
    ST_OPINION_FIND,
    ST_VERDICT_ADD,
    ST_VERDICTS_ADD, /* so many at once */
    ST_VERDICT_SET,
    ST_EVIDENCE_CLEAR,
    ST_EVIDENCE_ADD,
    ST_WEAKNESS_CLEAR,
    ST_WEAKNESS_ADD,
    ST_JUDGED,
    STATEMENTS
};

/* Where a field of the facts is stored: in the row of its session, in one that sessions share, or in
 * the row of what was read of its mail. */
enum row_part {
    ROW_SESSION,
    ROW_NAME, /* a column of the session, a number of the table `name` */
    ROW_COURSE,
    ROW_BANNER,
    ROW_TLS,
    ROW_IDENTITY,
    ROW_MAIL,
    ROW_PARTS
};

/* The format that this program writes, and the first one in which sessions share rows. */
#define SCHEMA_VERSION 5
#define SCHEMA_SHARED 3

/* Verdicts on sessions that have none, many of which are written at once. */
#define VERDICTS_AT_ONCE 16
struct verdicts {
    struct {
        int64_t session, opinion;
    } list[VERDICTS_AT_ONCE];
    unsigned count;
};

struct store {
    sqlite3 *db;
    char *path;
    int version;  /* of its format: SCHEMA_VERSION, or of an earlier mailtap when it is a source */
    bool source;  /* it may be: all of it is read, by merge.c and migrate.c */
    char *tables; /* of a source, its columns: schema_has() */
    char *trust_store; /* what certificates are verified against; NULL: they are not */
    int lock;          /* descriptor that holds the writer's lock, or -1 */
    bool writing, must_exist;
    uint8_t key[ADDRESS_KEY_OCTETS];
    struct digest_key *hashing; /* the same key, once an address was hashed; or NULL */
    sqlite3_stmt *statements[STATEMENTS];
    bool in_batch;       /* a transaction is open */
    unsigned batched;    /* rows of session or verdict in it */
    bool overlapping;    /* captures of the same time: one connection may be in several */
    bool dns_changed;    /* records came since sessions were last marked for judging */
    bool servers_change; /* some server may have `changed` set */
    bool dns_marked;     /* dns_changed was so when the batch began, and is dealt with in it */
    bool indexed;        /* schema_index() was called, and not taken back since */
    unsigned live;       /* captures that go on; */
    unsigned live_kept;  /* of them, as of the last commit */
    struct contrasts *contrasts; /* contrast.c: what it remembers; NULL: nothing */
    tri expecters;  /* is there a policy or a TLSA record?  UNKNOWN: it is to be looked up */
    int64_t marked; /* the last session when store_mark() was last called; 0: not known */
    int64_t
        judged_from; /* sessions from here on were judged when stored, or are in `unjudged`; 0: none */
    unsigned marks_wanted;    /* bits of history.c: what of them will be marked when it comes */
    struct verdicts together; /* of them, those not written yet */
    int failed;               /* what SQLite said last when something failed */
    int64_t deadline_ns;      /* store_deadline() */
    /* guard.c */
    bool asking;                  /* a question is being prepared or run: reading only */
    int64_t asked_ns, give_up_ns; /* since when, and until when, on CLOCK_MONOTONIC; 0: never */
    bool gave_up;
    bool checking;         /* asking, and the pragmas that look for damage are allowed */
    bool shadowing;        /* asking, and the schema `temp` can be written: lens.c */
    struct shadow *shadow; /* what questions see in place of all; NULL: all */
    size_t rows_held;      /* functions.c: by all aggregates of questions together */
    struct {
        bool known;
        uint8_t of[DIGEST_OCTETS]; /* its rows */
        struct interval is;
    } last_share;        /* functions.c: what the bootstrap gave last */
    struct known *known; /* known.c: numbers of rows; NULL: not open for writing */
};

/* ---- statement.c */

/* Run SQL of our own that gives no row: 0 or -1. */
int store_sql(struct store *st, const char *sql, struct err *e);

/* A statement of the caller's, who finalizes it; NULL with *e. */
sqlite3_stmt *store_prepare(struct store *st, const char *sql, struct err *e);

/* A statement, reset and ready to bind; NULL with *e. */
sqlite3_stmt *store_statement(struct store *st, enum statement which, struct err *e);

/* Run a statement that gives no row: 0 or -1. */
int store_run(struct store *st, sqlite3_stmt *s, struct err *e);
/* The same of one without parameters, and of one whose only parameter is a number. */
int store_do(struct store *st, enum statement which, struct err *e);
int store_do_for(struct store *st, enum statement which, int64_t number, struct err *e);
/* Has it a row?  1, 0, or -1. */
int store_any(struct store *st, sqlite3_stmt *s, struct err *e);
/* The number in the first column of its row: that there is none is a failure. */
int store_number(struct store *st, sqlite3_stmt *s, int64_t *number_r, struct err *e);

/*
 * A database that all is read from, of any version, as it is at this moment.  `exclusive`: nobody
 * else has it open, or opens it, until it is closed; and all of it is in the one file.  Closed with
 * store_close().
 */
struct store *store_open_source(const char *path, bool exclusive, struct err *e);

/* ---- store.c */

/* *e gets the database's name and what SQLite says of it; always -1. */
int store_fail(struct store *st, struct err *e);

/* Remove the rows of captures that did not end, and what was counted because of them. */
int store_remove_unfinished(struct store *st, struct err *e);

/* Count servers again whose `changed` is 2, and remove what nothing refers to any more. */
int store_sweep(struct store *st, struct err *e);

/* Open a transaction when none is, and commit: at once, or when it has BOUND_BATCH rows and no
 * capture is live. */
int store_batch_begin(struct store *st, struct err *e);
int store_batch_add(struct store *st, struct err *e);
int store_batch_commit(struct store *st, struct err *e);

/* ---- guard.c: a database from a stranger */

/* Before anything is read from it. */
int guard_open(struct store *st, struct err *e);

/*
 * Between these two only reading is allowed, and SQLite gives up after `for_ns`.  When the database
 * is not open for writing, only reading stays allowed from the first guard_asked() on, which gives
 * the nanoseconds used.
 */
void guard_ask(struct store *st, int64_t for_ns);
int64_t guard_asked(struct store *st);

/* Is it time to give up?  For functions, whose calls are long beside SQLite's instructions. */
bool guard_overdue(struct store *st);

/* 0, or -1 once the deadline of a writer has passed: store_deadline(). */
int guard_in_time(struct store *st, struct err *e);

/* ---- functions.c: the statistics of statistics.h in SQL, for questions and a stranger's views */

int functions_add(struct store *st, struct err *e);

/* Nanoseconds since 1970 of a TIME parameter, the nearest that fit; question.c says how it looks. */
int64_t function_time_ns(struct slice time);

/* ---- lens.c: what questions see, when that is not all; see lens.h */

/* A question reads a column of a table of a database, by itself or by a view of this name (NULL: it
 * is not known which): may it?  No column: rows are counted. */
bool lens_reads(struct store *st, const char *table, const char *column, const char *database,
                const char *by);

/* Before a question is prepared: may it be asked?  Behind it: what it reads is filled.  0 or -1. */
int lens_asked(struct store *st, const char *sql, struct err *e);
int lens_ready(struct store *st, struct err *e);
void lens_free(struct shadow **l);

/* ---- known.c: numbers of the rows that sessions share; made when there is none */

struct known *known_new(void);
void known_free(struct known **k);
/* Rows may have been removed: nothing is known any more. */
void known_forget(struct known *k);
/* These will be asked for: server, client, and its name. */
void known_soon(const struct store *st, const struct facts *f);
/* Each gives the number, or 0 where NULL is to be stored. */
int known_server(struct store *st, const struct facts *f, int64_t *id_r, struct err *e);
int known_client(struct store *st, const struct ip_address *a, int64_t *id_r, struct err *e);
int known_name(struct store *st, const char *name, int64_t *id_r, struct err *e);
int known_row(struct store *st, enum row_part part, int64_t server, const struct facts *f,
              int64_t *id_r, struct err *e);
/* What is remembered of judging, of the caller's making: for sessions with this key, and of a server by
 * the name in a banner.  Good while no row is removed, and until the next call. */
struct interned *known_alike(struct known *k, const void *key, size_t n);
struct interned *known_expected(struct known *k, int64_t server, int64_t banner);
struct interned *known_opinion(struct known *k, const void *key, size_t n);
void known_forget_judged(struct known *k);
/* Write what servers grew by since the last time: when a capture ends, and before judging.  Of a
 * capture that did not end they are counted again. */
int known_flush(struct store *st, struct err *e);

/* ---- store_write.c */

/* Figures, state and damage of a capture; no digest: it has one, and keeps it. */
int store_figures(struct store *st, int64_t capture, const char *state, const uint8_t *fingerprint,
                  const struct capture_counts *counts, const char *damage, struct err *e);

/* The base name of a file or interface, as it is stored. */
#define SOURCE_OCTETS (4ul * BOUND_NAME)
void store_source(char to[SOURCE_OCTETS], const char *name);

/* ---- store_live.c */

/* Before a commit while captures are live: what goes with their sessions. */
int live_commits(struct store *st, struct err *e);

/* Live captures of a run that died become complete; before any is begun here. */
int live_complete(struct store *st, struct err *e);

/* ---- schema.c */

/*
 * Is it ours, and of which version?  Sets st->version.  A new one is made when st->writing.  Reads
 * the key of one that is to be written.  One of an earlier version is refused to readers, but a
 * source may be of any.
 */
int schema_check(struct store *st, struct err *e);

/* Read the key: 1; 0: there is none, the database was made to be given away; or -1. */
int schema_key(struct store *st, struct err *e);

/*
 * The marks of a sensor that has no random one, and of a key: the same whenever they are worked out.
 * Without a key, of something else that stays.
 */
#define SCHEMA_MARK 33
void schema_marks(struct slice key, char sensor[SCHEMA_MARK], char key_mark[SCHEMA_MARK]);

/* This new database is of the same sensor as another one, and has its key. */
int schema_follow(struct store *st, struct store *like, struct err *e);

/* This new database takes the place of one with this key. */
int schema_adopt(struct store *st, const uint8_t key[ADDRESS_KEY_OCTETS], struct err *e);

/* Has this source such a column, stored as it is: of a table, not of a view? */
bool schema_has(const struct store *st, const char *table, const char *column);

/* Make the indexes that judging needs, where they are missing; sets st->overlapping. */
int schema_index(struct store *st, struct err *e);

/* An empty database of our own in memory, with every index; NULL: there is no memory for it. */
sqlite3 *schema_model(void);

/* ---- store_read.c */

/* All facts of a session that a rule may look at. */
int store_load(struct store *st, int64_t session, struct facts *facts_r, struct err *e);

/* Sessions without a verdict behind the last one that has: they go into `unjudged`, up to this number,
 * before one that is not the first of them is judged. */
int store_mark_fresh(struct store *st, int64_t before, struct err *e);

/* Sessions without the offer hang on what DNS says of their servers: when records came, they become
 * unjudged. */
int store_mark_for_dns(struct store *st, struct err *e);

/* ---- store_session.c */

/* The certificates that a server showed, where they are not there yet. */
int store_certificates(struct store *st, const struct facts *f, struct err *e);

/* ---- judge.c */

/* A session that is stored right now gets its verdict, or goes into `unjudged`.  `ids` are as
 * find_shared() in store_session.c gives them. */
int judge_stored(struct store *st, int64_t session, const int64_t ids[], const struct facts *f,
                 struct err *e);

/* ---- verdict.c */

/* The verdict on a session, in place of one that it may have: with what stands beside that. */
enum { VERDICT_EVIDENCE = 1, VERDICT_WEAKNESSES = 2, VERDICT_BEFORE = 4 };
int verdict_write(struct store *st, int64_t session, unsigned had, const struct verdict *v,
                  struct verdicts *together, struct err *e);
int verdicts_add(struct store *st, struct verdicts *together, struct err *e);
/* All sessions from one to another that waited have theirs, and those written together with the last. */
int verdict_written(struct store *st, int64_t from, int64_t to, struct verdicts *together,
                    struct err *e);

/* ---- history.c */

/* What of the history rules may look at, by the facts alone, beside other captures of the connection:
 * the rest can make no difference. */
enum {
    HISTORY_CONTRAST = 1,
    HISTORY_REQUESTS = 2,
    HISTORY_BROKEN = 4,
    HISTORY_REFUSALS = 8, /* and how many sessions were answered there */
    HISTORY_EXPECTED = 16,
};
unsigned history_wanted(const struct facts *f);

/* Is there a policy or a TLSA record at all?  1, 0, -1. */
int history_any_expecters(struct store *st, struct err *e);

/* May anybody, at any time, expect something of this server by the name in this banner (0: of its
 * address alone)?  1, 0, -1. */
int history_expected(struct store *st, int64_t server, int64_t banner, struct err *e);

/* What the database knows about the server of this session, beyond `sessions` and `offered`. */
int history_load(struct store *st, int64_t session, const struct facts *f,
                 struct history *history_r, struct err *e);

/* ---- prune.c */

/*
 * Sessions leave with all that hangs on them: those that `which` inserts into temp.pruned, its
 * parameters 1 and 2 being the time and the capture.  Within a transaction of the caller, who sweeps
 * afterwards.
 */
int store_remove_sessions(struct store *st, const char *which, int64_t before_ns, int64_t capture,
                          struct err *e);

/* Of one capture what began before a time leaves, as it left a copy of that capture. */
int store_prune_capture(struct store *st, int64_t capture, int64_t before_ns, struct err *e);

/* ---- merge.c */

/*
 * All complete captures of a source that are not in `st` yet.  `whole`: they take its place in a new
 * database, with their numbers and with its policies.
 */
struct merge_counts;
int merge_captures(struct store *st, struct store *source, bool whole,
                   struct merge_counts *counts_r, struct err *e);

/* Policies of a database whose tables are ours. */
int merge_policies(struct store *st, struct store *source, struct err *e);

/* ---- migrate.c */

/*
 * Put a database of the present version in the place of an earlier one.  `path` is locked by
 * st->lock, which is the lock of the new file then.
 */
int migrate(struct store *st, const char *path, struct err *e);

/* ---- contrast.c */

/* Compare every server with itself again; sessions whose comparison changed become unjudged. */
int contrast_renew(struct store *st, struct err *e);
/* Sessions may have been removed: it remembers nothing any more. */
void contrast_free(struct contrasts **all);
/* The name's sign, CONTRAST_NONE for a name that is none. */
enum contrast_sign contrast_sign_of(const char *name);

/* ---- row.c: facts to rows and back, one line a field */

/* Parameters of a session before those of its fields, from 1. */
enum {
    ROW_CAPTURE = 1,
    ROW_SERVER,
    ROW_CLIENT,
    ROW_COURSE_ID,
    ROW_BANNER_ID,
    ROW_TLS_ID,
    ROW_IDENTITY_ID,
    ROW_CLIENT_NAME_ID,
    ROW_SNI_ID,
    ROW_SESSION_IDS = ROW_SNI_ID
};

/* Made of the field table, owned by the caller: insert a row; all facts of one session; the shared
 * rows of a part, the latest first: their number, what stands before the fields, the fields. */
char *row_insert_sql(enum row_part part);
char *row_select_sql(void);
char *row_part_sql(enum row_part part);

/* What identifies the chain of certificates of a session: half a SHA-256 over theirs, in hex. */
#define ROW_CHAIN_TEXT 33
void row_chain(char to[ROW_CHAIN_TEXT], const struct facts *f);

/* All parameters behind the numbers of other rows, which are the caller's: for a session those
 * above, the server for a banner or an identity, the session for mail. */
void row_bind(sqlite3_stmt *s, enum row_part part, const struct facts *f);
void row_read(sqlite3_stmt *s, struct facts *facts_r);
/* Fields of one part, from column `at` on; the rest of *facts_r is left alone. */
void row_read_part(sqlite3_stmt *s, enum row_part part, int at, struct facts *facts_r);

/* Octets that are equal when the rows of a part would be equal; how many at most. */
#define ROW_KEY_OCTETS 4096
size_t row_key(uint8_t to[ROW_KEY_OCTETS], enum row_part part, const struct facts *f);
size_t row_key_most(enum row_part part);

/* A row of the table `conflict`, its columns from sent_by on; above the bound it is left out. */
void row_read_conflict(sqlite3_stmt *s, int at, struct facts *f);

/* Counters beyond what SQLite can hold stop at its largest. */
void bind_count(sqlite3_stmt *s, int at, uint64_t value);
/* And back: what is below 0 in a stranger's row counts as 0; NULL is the empty text; cut to fit. */
uint64_t column_count(sqlite3_stmt *s, int at);
uint32_t column_count32(sqlite3_stmt *s, int at); /* above what fits: the most that does */
bool column_is(sqlite3_stmt *s, int at, const char *text);
tri column_tri(sqlite3_stmt *s, int at);
int64_t column_time(sqlite3_stmt *s, int at); /* nanoseconds since 1970, near enough to add to */
void column_text(sqlite3_stmt *s, int at, char *to, size_t size);
/* NULL for UNKNOWN and for the empty text, which must last until the statement has run. */
void bind_tri(sqlite3_stmt *s, int at, tri value);
void bind_text(sqlite3_stmt *s, int at, const char *text);

#endif
