/*
 * classic.h - frames from a pcap file: its header is read by libpcap, which knows its variants, and its
 * records where they lie.
 */
#ifndef CLASSIC_H
#define CLASSIC_H

#include "window.h"

#include <mailtap/frame.h>

/* The file header. */
#define CLASSIC_HEADER_OCTETS 24u

/* Does a pcap file begin with these four octets? */
bool classic_begins(struct slice header);

struct classic;

/* Reads what follows the header from `in`, which stays the caller's.  NULL when such files are not
 * supported, or it is damaged: *e says why. */
struct classic *classic_new(struct slice header, struct window *in, struct err *e);
void classic_free(struct classic **c);

/* As source_next(); the sentence in *e leaves the file's name to the caller. */
int classic_next(struct classic *c, struct frame *frame_r, struct err *e);

/* -1, with where it is damaged: at the record that would be next. */
int classic_damaged(const struct classic *c, const char *what, struct err *e);

#endif
