/*
 * pcapng.h - frames from a pcapng file (draft-ietf-opsawg-pcapng): several sections in either octet
 * order, several interfaces with their own link types, snap lengths and time resolutions; enhanced,
 * simple and old packet blocks; interface statistics.  libpcap reads only files whose interfaces
 * agree, which a plain merge of two captures does not give.
 */
#ifndef MAILTAP_PCAPNG_H
#define MAILTAP_PCAPNG_H

#include "window.h"

#include <mailtap/frame.h>

struct pcapng;

/* Dropped frames as the interface statistics blocks say, the last one of each interface. */
struct pcapng_drops {
    bool known;
    uint64_t interface, kernel;
};

/* Reads from `in`, which stays the caller's. */
struct pcapng *pcapng_new(struct window *in);
void pcapng_free(struct pcapng **ng);

/* As source_next(); the sentence in *e leaves the file's name to the caller. */
int pcapng_next(struct pcapng *ng, struct frame *frame_r, struct err *e);

struct pcapng_drops pcapng_drops(const struct pcapng *ng);

#endif
