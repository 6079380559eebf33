/* record.h - a pcap file, written from front to end in large pieces; times in nanoseconds. */
#ifndef SYNTH_RECORD_H
#define SYNTH_RECORD_H

#include <mailtap/err.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorder {
    int fd;
    uint8_t *p;
    size_t n;
    uint64_t frames, octets; /* octets of the file */
    int error;               /* errno of the first write that failed; nothing is written after it */
};

/* The file's header. */
void recorder_begin(struct recorder *r, int fd);

/* Room for a frame of n octets, at most 64 KiB; it counts once recorder_add() says so. */
uint8_t *recorder_room(struct recorder *r, size_t n);
void recorder_add(struct recorder *r, int64_t at_ns, size_t n);

/* 0, or -1 with *e: not all could be written.  Frees what it holds; the descriptor stays open. */
int recorder_end(struct recorder *r, struct err *e);

#endif
