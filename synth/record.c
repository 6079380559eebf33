/* record.c - see record.h. */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Written at a time; and what one frame with its header may need. */
#define ROOM (4u << 20)
#define MOST (64u << 10)
#define RECORD 16

enum { MAGIC = 0xa1b23c4du, ETHERNET = 1 };

/* In the order of all common machines, whichever this one is. */
static void put(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

void recorder_begin(struct recorder *r, int fd)
{
    *r = (struct recorder){.fd = fd, .p = must_alloc(ROOM + RECORD + MOST, 1)};
    put(r->p, MAGIC);
    put(r->p + 4, 2 | 4u << 16); /* version 2.4 */
    put(r->p + 16, 262144);
    put(r->p + 20, ETHERNET);
    r->n = 24;
}

static void flush(struct recorder *r)
{
    for (size_t at = 0; at < r->n && !r->error;) {
        ssize_t n = write(r->fd, r->p + at, r->n - at);
        if (n < 0 && errno != EINTR)
            r->error = errno;
        if (n > 0)
            at += (size_t)n;
    }
    r->octets += r->n;
    r->n = 0;
}

uint8_t *recorder_room(struct recorder *r, size_t n)
{
    if (r->n + RECORD + n > ROOM)
        flush(r);
    return r->p + r->n + RECORD;
}

void recorder_add(struct recorder *r, int64_t at_ns, size_t n)
{
    uint8_t *to = r->p + r->n;

    put(to, (uint32_t)(at_ns / 1000000000));
    put(to + 4, (uint32_t)(at_ns % 1000000000));
    put(to + 8, (uint32_t)n);
    put(to + 12, (uint32_t)n);
    r->n += RECORD + n;
    r->frames++;
}

int recorder_end(struct recorder *r, struct err *e)
{
    flush(r);
    free(r->p);
    r->p = NULL;
    return r->error ? err_set(e, "cannot write the capture: %s", strerror(r->error)) : 0;
}
