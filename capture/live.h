/*
 * live.h - frames from an interface: a ring of the kernel's (TPACKET_V3), through libpcap.
 */
#ifndef MAILTAP_LIVE_PRIVATE_H
#define MAILTAP_LIVE_PRIVATE_H

#include <mailtap/frame.h>

struct live;

/* NULL on failure, with what to do in *e.  `options` is read now only, but its clock is used on. */
struct live *live_open(const char *interface, const struct live_options *options, struct err *e);
void live_close(struct live **l);

/* 1: a frame.  0: none is there now.  -1: nothing will come any more, *e says why. */
int live_next(struct live *l, struct frame *frame_r, struct err *e);

int live_descriptor(const struct live *l);
bool live_is_up(const struct live *l);
uint64_t live_outages(const struct live *l);
/* Frames dropped since it was opened, because the ring was full, and by the interface itself;
 * what the system does not tell is UINT64_MAX. */
void live_drops(struct live *l, uint64_t *kernel_r, uint64_t *interface_r);

/*
 * live_filter.c.  What the kernel may leave out without us missing mail: a filter that lets through
 * whatever `expression` (NULL: "tcp") does, and what it cannot look into: tags, labels, tunnels,
 * fragments; and DNS.  The same as for files is applied later, inside of them.  Octets written, as
 * snprintf().
 */
int live_filter(char *to, size_t size, const char *expression);

/*
 * live_fanout.c.  One of several sockets that share an interface.  The kernel gives each frame to one
 * of them: both directions of a connection to the same, and to the same on every interface.  *group
 * is 0 for the first and set by it.
 */
int live_fanout(int fd, unsigned *group, struct err *e);

#endif
