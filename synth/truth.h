/* truth.h - what is true of each connection of a made capture, written as JSON while it is made. */
#ifndef SYNTH_TRUTH_H
#define SYNTH_TRUTH_H

#include <mailtap/classify.h>
#include <mailtap/packet.h>
#include <mailtap/scenario.h>
#include <mailtap/tri.h>

#include <stdio.h>

struct truth {
    uint64_t session;    /* of the scenario */
    unsigned connection; /* of the session, from 0 */
    struct endpoint client, server;
    int64_t started_ns;
    /* as a capture at this place shows it, nothing missing */
    enum session_class class;
    enum cleartext_reason reason;
    enum box_form box; /* what a box did, also where it does not show */
    const char *rule;  /* the one that should find it; NULL: none */
    tri offered, requested, established;
    unsigned tls_version; /* 0x0303; 0: none */
    unsigned starttls_reply;
    char client_name[64], server_name[64];
    const char *auth; /* NULL: none */
    /* what was sent, readable or not */
    uint64_t messages, recipients_attempted, recipients_accepted, content_octets;
    const char *wrapping;
    /* what became of its frames */
    uint64_t frames, lost, disordered, duplicated;
};

/* Sums over all that was written. */
struct truth_sums {
    uint64_t connections, messages, content_octets, touched;
    uint64_t classes[CLASSES];
};

/* Opens the object, and ends it with the sums.  Errors of the file stay with the file (ferror). */
void truth_begin(FILE *to, const struct scenario *s, const char *vantage);
void truth_add(FILE *to, struct truth_sums *sums, const struct truth *t);
/* Into the sums alone. */
void truth_count(struct truth_sums *sums, const struct truth *t);
void truth_end(FILE *to, const struct truth_sums *sums);

#endif
