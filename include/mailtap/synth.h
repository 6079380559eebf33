/*
 * synth.h - a scenario made to happen: a capture of it, and the truth of each connection.
 *
 * The same scenario gives the same octets, on any number of threads.  Memory does not depend on how
 * long the capture is: connections are held while they are open, 5 to 10 KiB each.
 */
#ifndef MAILTAP_SYNTH_H
#define MAILTAP_SYNTH_H

#include <mailtap/scenario.h>

#include <stdio.h>

struct synth {
    struct scenario scenario;
    bool
        server_side; /* the capture is made before the servers, and a box is between it and clients */
    unsigned threads;        /* 1 or more */
    int capture;             /* a descriptor, which stays open */
    FILE *truth;             /* JSON; NULL: nowhere */
    FILE *authority;         /* the certificate of the authority, in PEM; NULL: nowhere */
    volatile int *interrupt; /* set by a signal: end early; NULL: nobody does */
    void (*progress)(uint64_t done, uint64_t all); /* sessions; NULL: nobody wants to know */
};

struct synth_counts {
    uint64_t frames, octets; /* octets of the file */
    uint64_t sessions;       /* of the scenario */
    uint64_t connections;    /* of mail */
    uint64_t stripped, messages, content_octets;
};

/* 0; 1 when it was interrupted (what was written is whole); -1 with *e. */
int synth_run(const struct synth *s, struct synth_counts *counts_r, struct err *e);

#endif
