/*
 * capture.h - what the files of 'mailtap capture' share: its options, and what they mean for the way
 * through the program.
 */
#ifndef MAILTAP_CAPTURE_H
#define MAILTAP_CAPTURE_H

#include "confine.h"
#include "options.h"
#include "pipeline.h"

struct capture_values {
    struct option_list files, interfaces;
    const char *database;
    const char *filter;
    uint64_t count, max_flows, max_held, max_fragments, idle;
    const char *trust_store, *sensor;
    struct option_list keep;
    bool quiet, verbose;
    /* of interfaces */
    uint64_t buffer, snapshot, workers, rotate_size, max_waiting;
    const char *rotate_every, *user, *config;
    unsigned confine; /* enum confine_mode */
    bool not_promiscuous, watch, list;
};

/* Bits of enum keep; false, and said, when a word is none of ours. */
bool capture_keep(const struct capture_values *v, unsigned *keep_r);

/*
 * What certificates are verified against: NULL is nothing, as asked or because the system has none.
 * -1 when one that was asked for cannot be opened.  Each thread needs its own.
 */
int capture_trust(const struct capture_values *v, struct trust **trust_r, struct err *e);

/* Borrows all of them. */
struct pipeline capture_pipeline(const struct capture_values *v, unsigned keep, struct trust *trust,
                                 const struct filter *filter);

/* The database at `path` for writing, with its sensor's name; NULL with *e. */
struct store *capture_store(const struct capture_values *v, const char *path, bool verified,
                            struct err *e);

/* Each gives the exit status. */
int capture_files(const struct capture_values *v, unsigned keep, const struct filter *filter);
int capture_live(const struct capture_values *v, unsigned keep, const struct filter *filter);

#endif
