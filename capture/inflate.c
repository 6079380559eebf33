/* inflate.c - see inflate.h. */
#include "inflate.h"

#include <mailtap/err.h>
#include <mailtap/slice.h>

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST /* it reads its input through a const pointer then */
#include <zlib.h>
#include <zstd.h>

#define STORED_OCTETS 65536u

/* windowBits of zlib: the largest window, and gzip's frame alone. */
#define GZIP_WINDOW (15 + 16)

struct packing;

struct inflate {
    int fd;
    struct fingerprint *const *read; /* FINGERPRINT_KINDS of them */
    const struct packing *packing;   /* NULL until the first octets were seen */
    struct slice waiting;            /* read, not used yet; in `room` */
    uint64_t stored;
    bool at_end;  /* the stored file has no more */
    bool between; /* no member or frame is open: the file may end here */
    bool done;    /* nothing more to give */
    z_stream z;
    ZSTD_DStream *zstd;
    char problem[160];
    uint8_t room[STORED_OCTETS];
};

/*
 * One way a file is stored.  unpack() moves `waiting` on and returns how many octets it gave; 0
 * means it needs more of the file.
 */
struct packing {
    const char *name;
    bool (*known)(struct slice first);
    bool (*start)(struct inflate *in);
    size_t (*unpack)(struct inflate *in, uint8_t *to, size_t n);
    void (*stop)(struct inflate *in);
};

static void give_up(struct inflate *in, const char *what, const char *detail)
{
    snprintf(in->problem, sizeof in->problem, "%s%s%s", what, detail ? ": " : "",
             detail ? detail : "");
    in->done = true;
}

/* Up to n octets of the stored file; 0 when it has no more or cannot be read. */
static size_t read_stored(struct inflate *in, uint8_t *to, size_t n)
{
    ssize_t got = 0;

    if (in->at_end)
        return 0;
    do
        got = read(in->fd, to, n);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        give_up(in, "reading it failed", strerror(errno));
    if (got <= 0) {
        in->at_end = true;
        return 0;
    }
    for (int kind = 0; kind < FINGERPRINT_KINDS; kind++)
        if (in->read[kind])
            fingerprint_add(in->read[kind], (struct slice){to, (size_t)got});
    in->stored += (uint64_t)got;
    return (size_t)got;
}

/* ---- as it is */

static bool plain_known(struct slice first)
{
    (void)first;
    return true;
}

static bool plain_start(struct inflate *in)
{
    in->between = true;
    return true;
}

/* What did not wait goes to the reader at once, with no stop in `room`. */
static size_t plain_unpack(struct inflate *in, uint8_t *to, size_t n)
{
    struct slice piece = slice_head(in->waiting, n);

    if (piece.n == 0)
        return read_stored(in, to, n);
    memcpy(to, piece.p, piece.n);
    in->waiting = slice_tail(in->waiting, piece.n);
    return piece.n;
}

static void plain_stop(struct inflate *in)
{
    (void)in;
}

/* ---- gzip, RFC 1952 */

static bool gzip_known(struct slice first)
{
    struct cursor c = cursor_open(first);

    return cursor_u16(&c) == 0x1f8b;
}

static bool gzip_start(struct inflate *in)
{
    return inflateInit2(&in->z, GZIP_WINDOW) == Z_OK;
}

/*
 * Between two members: true when what waits begins another one.  Zero octets there are padding, as
 * dd leaves it.
 */
static bool gzip_next_member(struct inflate *in)
{
    while (in->waiting.n && in->waiting.p[0] == 0)
        in->waiting = slice_tail(in->waiting, 1);
    if (in->waiting.n == 0)
        return false;
    if (in->waiting.p[0] != 0x1f) {
        give_up(in, "octets follow the gzip data that are not gzip", NULL);
        return false;
    }
    in->between = false;
    return inflateReset(&in->z) == Z_OK;
}

static size_t gzip_unpack(struct inflate *in, uint8_t *to, size_t n)
{
    int rc;

    if (in->between && !gzip_next_member(in))
        return 0;
    in->z.next_in = in->waiting.p;
    in->z.avail_in = (uInt)in->waiting.n;
    in->z.next_out = to;
    in->z.avail_out = n < INT_MAX ? (uInt)n : INT_MAX;
    uInt asked = in->z.avail_out;
    rc = inflate(&in->z, Z_NO_FLUSH);
    in->waiting = slice_tail(in->waiting, in->waiting.n - in->z.avail_in);
    if (rc == Z_STREAM_END)
        in->between = true;
    else if (rc != Z_OK && rc != Z_BUF_ERROR)
        give_up(in, "its gzip data is damaged", in->z.msg);
    return asked - in->z.avail_out;
}

static void gzip_stop(struct inflate *in)
{
    inflateEnd(&in->z);
}

/* ---- zstd, RFC 8878 */

static bool zstd_known(struct slice first)
{
    struct cursor c = cursor_open(first);
    uint32_t magic = cursor_u32_le(&c);

    /* pzstd begins with a skippable frame. */
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static bool zstd_start(struct inflate *in)
{
    in->zstd = ZSTD_createDStream();
    return in->zstd != NULL;
}

static size_t zstd_unpack(struct inflate *in, uint8_t *to, size_t n)
{
    ZSTD_inBuffer from = {in->waiting.p, in->waiting.n, 0};
    ZSTD_outBuffer into = {to, n, 0};

    /* Asked between two frames with nothing at hand, the library would begin the next one. */
    if (in->between && from.size == 0)
        return 0;
    size_t rc = ZSTD_decompressStream(in->zstd, &into, &from);
    in->waiting = slice_tail(in->waiting, from.pos);
    in->between = rc == 0;
    if (ZSTD_isError(rc))
        give_up(in, "its zstd data is damaged", ZSTD_getErrorName(rc));
    return into.pos;
}

static void zstd_stop(struct inflate *in)
{
    ZSTD_freeDStream(in->zstd);
}

/* The last one knows everything. */
static const struct packing packings[] = {
    {"gzip", gzip_known, gzip_start, gzip_unpack, gzip_stop},
    {"zstd", zstd_known, zstd_start, zstd_unpack, zstd_stop},
    {NULL, plain_known, plain_start, plain_unpack, plain_stop},
};

/* ---- */

struct inflate *inflate_new(int fd, struct fingerprint *const read[FINGERPRINT_KINDS])
{
    struct inflate *in = must_alloc(1, sizeof *in);

    in->fd = fd;
    in->read = read;
    in->waiting.p = in->room;
    return in;
}

/* Read on behind what waits; false when the file has no more or cannot be read. */
static bool read_more(struct inflate *in)
{
    /* Full and nothing used: no packing wants more than this at once. */
    if (in->at_end || in->waiting.n == sizeof in->room)
        return false;
    if (in->waiting.n)
        memmove(in->room, in->waiting.p, in->waiting.n);
    in->waiting.p = in->room;
    size_t n = read_stored(in, in->room + in->waiting.n, sizeof in->room - in->waiting.n);
    in->waiting.n += n;
    return n > 0;
}

static void choose_packing(struct inflate *in)
{
    const struct packing *p = packings;

    while (in->waiting.n < 4 && read_more(in))
        ;
    while (!p->known(in->waiting))
        p++;
    in->packing = p;
    if (!p->start(in))
        give_up(in, "there is no memory to unpack it", NULL);
}

size_t inflate_read(struct inflate *in, uint8_t *to, size_t n)
{
    if (!in->packing)
        choose_packing(in);
    while (!in->done && n) {
        size_t left = in->waiting.n;
        size_t given = in->packing->unpack(in, to, n);
        if (given)
            return given;
        bool used_some = in->waiting.n < left;
        if (in->done || (used_some && in->waiting.n) || read_more(in))
            continue;
        if (!in->between && !in->done)
            give_up(in, "its compressed data ends too early", NULL);
        in->done = true;
    }
    return 0;
}

void inflate_drain(struct inflate *in)
{
    do
        in->waiting.n = 0;
    while (read_more(in));
    in->done = true;
}

const char *inflate_problem(const struct inflate *in)
{
    return in->problem[0] ? in->problem : NULL;
}

const char *inflate_packing(const struct inflate *in)
{
    return in->packing ? in->packing->name : NULL;
}

uint64_t inflate_stored(const struct inflate *in)
{
    return in->stored;
}

void inflate_free(struct inflate **in)
{
    if (!*in)
        return;
    if ((*in)->packing)
        (*in)->packing->stop(*in);
    free(*in);
    *in = NULL;
}
