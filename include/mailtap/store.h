/*
 * store.h - the findings database (SQLite): written by a capture run, read by everything else.
 *
 * A run belongs to one capture at a time.  Facts are stored as they come, in batches; verdicts are
 * worked out from the stored facts afterwards (store_judge_waiting), so they can always be worked out
 * again.  Functions return 0 or a positive answer, and -1 with a sentence in *e.
 */
#ifndef MAILTAP_STORE_H
#define MAILTAP_STORE_H

#include <mailtap/classify.h>
#include <mailtap/dns.h>
#include <mailtap/err.h>
#include <mailtap/facts.h>
#include <mailtap/fingerprint.h>
#include <mailtap/policy.h>

struct store;

enum store_mode {
    STORE_WRITE,  /* made when it is missing; one writer at a time, others are refused */
    STORE_CHANGE, /* the same, but it must exist */
    STORE_READ,   /* must exist; nothing is changed */
};

/*
 * NULL on failure: missing, not a mailtap database, made by a newer mailtap, in use, read-only.  One
 * that an older mailtap made is brought up to date when it is opened for writing, and refused to
 * readers.  A live capture of a run that died becomes complete, with what it had stored.
 */
struct store *store_open(const char *path, enum store_mode mode, struct err *e);

/* What the certificates of the captures begun from now on are verified against; NULL: nothing. */
void store_trusts(struct store *st, const char *trust_store);

/* Leaves one plain file behind, without WAL; sets *st to NULL.  -1 when the last write failed. */
int store_close(struct store **st, struct err *e);
/* The same at the end of work that gave `rc`: that, or -1 when closing failed; *e is the first sentence. */
int store_close_after(struct store **st, int rc, struct err *e);

/* Counters of one capture, for v_capture. */
struct capture_counts {
    uint64_t frames, octets; /* octets: as captured */
    uint64_t kernel_dropped, interface_dropped;
    bool drops_known;        /* false for files: NULL in the view */
    uint64_t damaged_frames; /* cut or contradicting themselves */
    uint64_t other_frames;   /* not TCP */
    uint64_t fragments;
    uint64_t unknown_link;
    uint64_t flows, mail_flows;
    uint64_t mail_port_other; /* connections to a mail port that were not SMTP */
    uint64_t gap_octets;      /* of mail flows */
    uint64_t evicted, held_refused, holes_given_up;
    uint64_t fragments_completed, fragments_expired, fragments_evicted, fragments_discarded;
    int64_t started_ns, ended_ns; /* of the first and last frame; 0 when there was none */
    bool live;             /* of an interface: what follows applies; NULL in the view for files */
    uint64_t rows_dropped; /* findings given up, because too many waited for the database */
    uint64_t outages;      /* the interface went down or away */
    uint64_t clock_steps;  /* the host's clock was set by more than a second */
    int64_t
        clock_set_ns; /* all that it was set by; not stored, as times are told by the clock as it is */
    uint64_t write_failures; /* the database could not be written, and was tried again */
};

/*
 * Begin a capture.  `fingerprint` identifies its content: 1 and *id_r when it is new, 0 when a capture
 * of this content is already in the database.  NULL when that is known only at the end, as of a
 * pipe.  Rows of a run that died are removed on opening, so running it again is resuming it.
 */
int store_capture_begin(struct store *st, const char *name,
                        const uint8_t fingerprint[DIGEST_OCTETS], int64_t *id_r, struct err *e);

/* Is there a complete capture that goes through this moment?  Only then may one that begins in it be
 * there already. */
int store_capture_around(struct store *st, int64_t at_ns, struct err *e);

/* Is a capture with this fingerprint, or SHA-256, there?  Are there any that are known by their SHA-256? */
int store_capture_known(struct store *st, const uint8_t fingerprint[DIGEST_OCTETS], struct err *e);
int store_knows_sha256(struct store *st, struct err *e);

/* One session; its local parts are hashed here with the database's key. */
int store_session(struct store *st, int64_t capture, const struct facts *f, struct err *e);
/* The same, and its verdict with it, where what comes later would mark it; the others wait, as all do
 * behind store_session(). */
int store_session_judged(struct store *st, int64_t capture, const struct facts *f, struct err *e);

/* What a DNS answer says about mail, told to `asker` at `seen_ns`; addresses only of hosts that this
 * capture named as exchanges before. */
int store_dns(struct store *st, int64_t capture, int64_t seen_ns, const struct ip_address *asker,
              const struct dns_message *m, struct err *e);

/* From now on these rules, and no others, say what servers must do; all sessions become unjudged. */
int store_policies(struct store *st, const struct policy *p, struct err *e);

/*
 * End it: 1, or 0 when a capture of this content is already in the database; then the rows of this
 * one are removed again.  `damage`: what was wrong with the file, or NULL.  It has ended for good
 * with store_commit(), so that captures which connections go through end together or not at all.
 */
int store_capture_end(struct store *st, int64_t capture, const uint8_t fingerprint[DIGEST_OCTETS],
                      const struct capture_counts *counts, const char *damage, struct err *e);
int store_commit(struct store *st, struct err *e);

/* What was taken from another database. */
struct merge_counts {
    uint64_t captures_new, captures_known; /* those that were there already */
    uint64_t captures_unfinished;          /* left out: their run did not end, or goes on */
    uint64_t captures_pruned; /* of those there already, sessions were removed as in the source */
    uint64_t sessions;
};

/*
 * Take the captures of another findings database, of this format or an earlier one, that are not
 * here yet.  Their facts alone: verdicts are worked out again here.  0, or -1: then nothing of that
 * database was taken.
 */
int store_merge(struct store *st, const char *path, struct merge_counts *counts_r, struct err *e);

/*
 * Judge the sessions whose verdict is missing or may have changed, because sessions of their servers
 * came or went.  *judged_r: how many; or NULL.
 */
int store_judge_waiting(struct store *st, uint64_t *judged_r, struct err *e);

/*
 * The same by hand, for who wants to see what a verdict rests on.  The next session: 1, or 0 when there
 * is none.  *facts_r holds all facts that a rule may look at; its addresses are left out.
 */
int store_unjudged(struct store *st, int64_t *session_r, struct facts *facts_r,
                   struct history *history_r, struct err *e);
int store_judge(struct store *st, int64_t session, const struct verdict *v, struct err *e);
/* Have every session wait, whether or not something changed. */
int store_judge_all(struct store *st, struct err *e);

/* The name of the sensor that this database's own captures were made at; kept escaped. */
int store_sensor(struct store *st, const char *name, struct err *e);

/* ---- pruning.  The only clock is that of the captures. */

/* When the last frame of the newest capture was seen: 1, or 0 when there is none. */
int store_newest(struct store *st, int64_t *at_ns_r, struct err *e);

struct pruned {
    uint64_t sessions, left;   /* that began before the time, and since then */
    uint64_t dns;              /* records seen before it */
    uint64_t servers, clients; /* of which no session is left */
    uint64_t free_pages;       /* of the file, after store_prune(): also those of earlier ones */
};

/* What store_prune() would remove; only reads. */
int store_prune_count(struct store *st, int64_t before_ns, struct pruned *pruned_r, struct err *e);

/*
 * Remove the sessions that began before the time, DNS records seen before it, and whatever nothing
 * refers to any more.  Captures keep their rows and figures.  One transaction: on failure nothing is
 * removed.  When something was, all sessions that are left become unjudged.
 */
int store_prune(struct store *st, int64_t before_ns, struct pruned *pruned_r, struct err *e);

/* Give free pages back to the system: 1, or 0 when that cannot be now, and *e says why. */
int store_shrink(struct store *st, struct err *e);

/*
 * ---- live captures: they go on, for weeks perhaps, and several at a time.
 *
 * Such a capture is a row in the state `live` from its beginning.  While there is one, nothing is
 * committed but by store_live_commit(), store_commit() and store_mark(), and then all of it: figures
 * of servers, and that the new sessions wait for a verdict.  A run that dies loses what it had not
 * committed; the next one that opens the database for writing completes its captures.
 */

/* Begin one, with figures of 0; makes the indexes that judging needs.  Within the batch, as all that
 * follows: not committed by itself. */
int store_live_begin(struct store *st, const char *interface, int64_t *id_r, struct err *e);

/* Its figures so far; mail_flows is at least the number of its sessions stored. */
int store_live_counts(struct store *st, int64_t capture, const struct capture_counts *counts,
                      struct err *e);

/* It is complete.  `damage`: what was wrong, or NULL. */
int store_live_end(struct store *st, int64_t capture, const struct capture_counts *counts,
                   const char *damage, struct err *e);

/* What was written since the last time becomes visible to readers, and stays whatever happens. */
int store_live_commit(struct store *st, struct err *e);

/*
 * After a failure: take back what was not committed, and forget what was known of it, so that the
 * same can be written again.  Captures begun since the last commit are gone, too.  Ends the deadline.
 */
int store_undo(struct store *st, struct err *e);

/* May what failed last pass: a full disk, a quota, a bad write, another program's lock, a deadline?  As
 * opposed to a damaged database, or one that is gone. */
bool store_may_recover(const struct store *st);

/* From now on whatever is not done when CLOCK_MONOTONIC gets there fails; 0: nothing does.  What was
 * not committed is to be taken back then, with store_undo(). */
void store_deadline(struct store *st, int64_t monotonic_ns);

/*
 * The first half of store_judge_waiting(), which costs the most: compare servers with themselves again,
 * and have all sessions wait for a verdict whose verdict may have changed.  Commits, before it begins
 * and at its end; so store_live_commit() comes first, lest a failure leave it open which of both failed.
 * Given up, it goes on where it was the next time.
 */
int store_mark(struct store *st, struct err *e);

/* A session that has its verdict now, and who wants to know. */
struct judged {
    int64_t started_ns;
    struct endpoint client;
    const struct verdict *verdict;
};
struct judged_to {
    void (*tell)(void *of, const struct judged *judged);
    void *of;
};

/*
 * The second half, a part of it: judge the newest of the sessions that wait, so many at most.  How many,
 * and 0 when none waits, and then it commits.  A session that came since store_mark() is judged by the
 * history of then, and once more after the next one.  `to`: or NULL.
 */
int store_judge_newest(struct store *st, unsigned most, const struct judged_to *to, struct err *e);

/*
 * A new database, where there is none yet, that goes on where `like` stops: of the same sensor, with
 * the same key for addresses, the same policies, the same trust store.
 */
struct store *store_open_next(const char *path, struct store *like, struct err *e);

/* Take a database that is closed away again, with what SQLite put beside it. */
void store_remove(const char *path);

/* Where SQLite puts files for the time of a statement; NULL: where the system has them.  Of the whole
 * process; before the first database is opened. */
int store_set_temp(const char *folder);

/* ---- checking */

enum check_says {
    CHECK_BEGINS, /* no text */
    CHECK_SOUND,  /* the text is a remark, or NULL */
    CHECK_WRONG,  /* what is wrong, and where; several times, when several things are */
};

/* Look for damage and contradictions; `quick` leaves out what reads all rows.  Reads only.  Gives
 * how many things are wrong; each is told, a text at a time, safe to print. */
unsigned store_check(struct store *st, bool quick,
                     void (*tell)(void *of, const char *check, enum check_says says,
                                  const char *text),
                     void *of);

#endif
