/*
 * source.c - frames from a capture file or an interface; see frame.h.
 *
 * libpcap reads pcap, and pcapng.c pcapng, from a stdio stream of ours, which undoes gzip and zstd
 * below it.  The stream can tell where it is, so a damage is reported at its octet.
 */
#include <mailtap/frame.h>
#include <mailtap/path.h>

#include "inflate.h"
#include "live.h"
#include "pcapng.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file header of a classic pcap file; the first block of a pcapng file is longer. */
#define HEADER_OCTETS 24u
/* What is read of the file at once.  Larger pieces are slower: they leave the processor's caches before
 * they are looked at. */
#define STREAM_OCTETS 65536u
/* Where the kernel has its pages and we have ours, it copies several times as fast. */
#define STREAM_ALIGNMENT 4096u

struct source {
    char *path; /* as messages name it */
    const char *name;
    int fd;
    struct inflate *inflate;
    struct digest *digest;         /* of a pipe, as it is read */
    struct digest_job *job;        /* of a file, while it is read; or NULL */
    FILE *file;                    /* libpcap's, once it took it */
    char *file_room;               /* its STREAM_OCTETS */
    pcap_t *pcap;                  /* a classic pcap file */
    struct pcapng *pcapng;         /* or a pcapng file */
    struct live *live;             /* or an interface: nothing of the above */
    uint8_t header[HEADER_OCTETS]; /* looked at before libpcap reads them */
    struct slice header_left;
    size_t header_size;
    uint64_t size, given; /* of the stored file; unpacked octets given to libpcap */
    uint64_t frames;
    uint64_t at; /* where the next record of a pcap file begins */
    uint32_t record_octets, snapshot;
    int link;
    bool classic; /* pcap, not pcapng */
    bool over;
    struct { /* read before it was asked for */
        bool held;
        int rc;
        struct frame frame;
        struct err why;
    } first;
};

/* ---- the stream under libpcap */

static ssize_t stream_read(void *cookie, char *to, size_t n)
{
    struct source *s = cookie;
    struct slice piece = slice_head(s->header_left, n);

    if (piece.n) {
        memcpy(to, piece.p, piece.n);
        s->header_left = slice_tail(s->header_left, piece.n);
    } else {
        piece.n = inflate_read(s->inflate, (uint8_t *)to, n);
    }
    s->given += piece.n;
    return (ssize_t)piece.n;
}

/* Only asked where it is, by ftello(). */
static int stream_seek(void *cookie, off64_t *offset, int whence)
{
    struct source *s = cookie;

    if (whence != SEEK_CUR || *offset != 0) {
        errno = ESPIPE;
        return -1;
    }
    *offset = (off64_t)s->given;
    return 0;
}

static FILE *open_stream(struct source *s)
{
    const cookie_io_functions_t functions = {.read = stream_read, .seek = stream_seek};

    return fopencookie(s, "rb", functions);
}

/* libpcap cuts what is longer than the snap length of its file and does not say so; only then must the
 * stream be asked, which takes longer than to read a frame. */
static void move_on(struct source *s, uint32_t captured)
{
    off_t at;

    s->at += s->record_octets + captured;
    if (captured >= s->snapshot && (at = ftello(s->file)) >= 0)
        s->at = (uint64_t)at;
}

/* ---- opening */

static int open_file(struct source *s, bool input, struct err *e)
{
    struct stat st;

    s->fd = input ? STDIN_FILENO : open(s->path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0 && errno == ENOENT)
        return err_set(e, "%s: there is no such file", s->path);
    if (s->fd < 0 && errno == EACCES)
        return err_set(e, "%s: permission to read it is missing", s->path);
    if (s->fd < 0 || fstat(s->fd, &st) < 0)
        return err_set(e, "%s: cannot be opened: %s", s->path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(e, "%s: is a directory; name the capture files in it", s->path);
    s->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return 0;
}

/* What stands before each frame of a pcap file, by its first four octets in either octet order; 0: it
 * is none. */
static uint32_t record_octets(uint32_t magic, uint32_t magic_swapped)
{
    static const struct {
        uint32_t magic, octets;
    } known[] = {
        {0xa1b2c3d4, 16}, /* microseconds */
        {0xa1b23c4d, 16}, /* nanoseconds */
        {0xa1b2cd34, 24}, /* Kuznetzov's */
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (magic == known[i].magic || magic_swapped == known[i].magic)
            return known[i].octets;
    return 0;
}

static int read_header(struct source *s, struct err *e)
{
    size_t n;

    while (s->header_size < sizeof s->header &&
           (n = inflate_read(s->inflate, s->header + s->header_size,
                             sizeof s->header - s->header_size)) > 0)
        s->header_size += n;
    s->header_left = (struct slice){s->header, s->header_size};

    const char *problem = inflate_problem(s->inflate);
    const char *packing = inflate_packing(s->inflate);
    if (problem && s->header_size < sizeof s->header)
        return err_set(e, "%s: cannot be read: %s", s->path, problem);
    if (s->header_size == 0)
        return err_set(e, "%s: is empty%s%s", s->path, packing ? " once unpacked from " : "",
                       packing ? packing : "");
    struct cursor c = cursor_open(s->header_left);
    struct cursor swapped = c;
    uint32_t magic = cursor_u32(&c);
    s->record_octets = record_octets(magic, cursor_u32_le(&swapped));
    s->classic = s->record_octets != 0;
    if (!s->classic && magic != 0x0a0d0d0a)
        return err_set(e, "%s: is no capture file, neither pcap nor pcapng", s->path);
    if (s->header_size < sizeof s->header)
        return err_set(e, "%s: is cut short in its file header: %zu of %u octets are there",
                       s->path, s->header_size, HEADER_OCTETS);
    return 0;
}

static int start_reading(struct source *s, struct err *e)
{
    char reason[PCAP_ERRBUF_SIZE] = "";

    s->file = open_stream(s);
    if (!s->file)
        return err_set(e, "%s: cannot be read: %s", s->path, strerror(errno));
    s->file_room = must_have(aligned_alloc(STREAM_ALIGNMENT, STREAM_OCTETS));
    setvbuf(s->file, s->file_room, _IOFBF, STREAM_OCTETS);
    __fsetlocking(s->file, FSETLOCKING_BYCALLER); /* of one thread alone */
    if (!s->classic) {
        s->pcapng = pcapng_new(s->file);
        return 0;
    }
    s->pcap = pcap_fopen_offline_with_tstamp_precision(s->file, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (!s->pcap)
        return err_set(e, "%s: this pcap file is not supported or damaged: %s", s->path, reason);
    s->link = pcap_datalink(s->pcap);
    s->snapshot = (uint32_t)pcap_snapshot(s->pcap);
    s->at = HEADER_OCTETS;
    return 0;
}

/* Up to the file header, which tells what it is. */
static struct source *begin(const char *path, struct err *e)
{
    struct source *s = must_alloc(1, sizeof *s);
    bool input = strcmp(path, "-") == 0;

    s->path = must_copy(input ? "standard input" : path);
    s->name = input ? "-" : path_name(s->path);
    s->fd = -1;
    if (open_file(s, input, e) == 0) {
        s->digest = s->size ? NULL : digest_new();
        s->inflate = inflate_new(s->fd, s->digest);
        if (read_header(s, e) == 0)
            return s;
    }
    source_close(&s);
    return NULL;
}

struct source *source_open(const char *path, struct err *e)
{
    struct source *s = begin(path, e);

    if (s && start_reading(s, e) < 0)
        source_close(&s);
    return s;
}

struct source *source_open_live(const char *interface, const struct live_options *options,
                                struct err *e)
{
    struct live *live = live_open(interface, options, e);

    if (!live)
        return NULL;
    struct source *s = must_alloc(1, sizeof *s);
    s->live = live;
    s->name = s->path = must_copy(interface);
    s->fd = -1;
    return s;
}

bool source_is_capture(const char *path)
{
    struct err unused;
    struct source *s = begin(path, &unused);
    bool is = s != NULL;

    source_close(&s);
    return is;
}

/* ---- reading */

/*
 * pcap's seconds are unsigned, libpcap reads them as signed.  Outside of 1970 to 2106 there is no
 * capture; keeping to it lets every difference of two times fit.
 */
static int64_t time_of(const struct source *s, const struct pcap_pkthdr *h)
{
    int64_t seconds = s->classic ? (int64_t)(uint32_t)h->ts.tv_sec : (int64_t)h->ts.tv_sec;
    int64_t rest = h->ts.tv_usec;

    seconds = seconds < 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : seconds;
    rest = rest < 0 ? 0 : rest > 999999999 ? 999999999 : rest;
    return seconds * 1000000000 + rest;
}

/* The sentence on why reading ended at the record that would be next. */
static int describe_damage(struct source *s, struct err *e)
{
    const char *problem = inflate_problem(s->inflate);
    const char *reason = problem ? problem : pcap_geterr(s->pcap);
    unsigned long long frame = s->frames + 1, octet = s->at;

    /* The one sentence of libpcap's that is recognised: anything else is told as it is. */
    if (!problem && strncmp(reason, "truncated", 9) == 0)
        return err_set(e,
                       "%s: cut short in frame %llu, which begins at octet %llu of the capture: "
                       "it ends at octet %llu",
                       s->path, frame, octet, (unsigned long long)s->given);
    return err_set(e, "%s: damaged at frame %llu, octet %llu of the capture: %s", s->path, frame,
                   octet, reason);
}

static int next_of_pcapng(struct source *s, struct frame *frame_r, struct err *e)
{
    const char *problem;
    struct err why;
    int rc = pcapng_next(s->pcapng, frame_r, &why);

    if (rc > 0)
        return rc;
    s->over = true;
    problem = inflate_problem(s->inflate);
    if (rc < 0 || problem)
        return err_set(e, "%s: %s%s%s", s->path, rc < 0 ? why.text : "damaged at its end",
                       problem ? "; " : "", problem ? problem : "");
    return 0;
}

static int next_of_pcap(struct source *s, struct frame *frame_r, struct err *e)
{
    struct pcap_pkthdr *h;
    const u_char *octets;

    int rc = pcap_next_ex(s->pcap, &h, &octets);
    if (rc == 1) {
        *frame_r = (struct frame){
            .at_ns = time_of(s, h),
            .number = ++s->frames,
            .link = s->link,
            .wire_size = h->len,
            .octets = {octets, h->caplen},
        };
        move_on(s, h->caplen);
        return 1;
    }
    s->over = true;
    if (rc == PCAP_ERROR_BREAK && !inflate_problem(s->inflate))
        return 0;
    return describe_damage(s, e);
}

int64_t source_begins(struct source *s)
{
    if (!s->first.held)
        s->first.rc = source_next(s, &s->first.frame, &s->first.why);
    s->first.held = true;
    return s->first.rc > 0 ? s->first.frame.at_ns : 0;
}

int source_next(struct source *s, struct frame *frame_r, struct err *e)
{
    if (s->first.held) {
        s->first.held = false;
        if (s->first.rc > 0)
            *frame_r = s->first.frame;
        else if (s->first.rc < 0)
            *e = s->first.why;
        return s->first.rc;
    }
    if (s->over)
        return 0;
    if (s->live)
        return live_next(s->live, frame_r, e);
    return s->pcapng ? next_of_pcapng(s, frame_r, e) : next_of_pcap(s, frame_r, e);
}

const char *source_name(const struct source *s)
{
    return s->name;
}

int source_descriptor(const struct source *s)
{
    return s->live ? live_descriptor(s->live) : -1;
}

bool source_is_up(const struct source *s)
{
    return !s->live || live_is_up(s->live);
}

uint64_t source_outages(const struct source *s)
{
    return s->live ? live_outages(s->live) : 0;
}

uint64_t source_position(const struct source *s)
{
    return s->live ? 0 : inflate_stored(s->inflate);
}

uint64_t source_size(const struct source *s)
{
    return s->size;
}

bool source_drops(const struct source *s, uint64_t *kernel_r, uint64_t *interface_r)
{
    struct pcapng_drops drops = {0};

    if (s->live) {
        live_drops(s->live, kernel_r, interface_r);
        return true;
    }
    if (s->pcapng)
        drops = pcapng_drops(s->pcapng);
    *kernel_r = drops.kernel;
    *interface_r = drops.interface;
    return drops.known;
}

void source_digest_begin(struct source *s)
{
    if (s->size && !s->job)
        s->job = digest_file_begin(s->fd);
}

bool source_digest_ready(struct source *s, unsigned milliseconds)
{
    return !s->job || digest_file_ready(s->job, milliseconds);
}

bool source_file_digest(struct source *s, uint8_t out[DIGEST_OCTETS])
{
    if (s->job)
        return digest_file_end(&s->job, out);
    return s->size && digest_file(s->fd, out);
}

void source_digest(struct source *s, uint8_t out[DIGEST_OCTETS])
{
    if (source_file_digest(s, out))
        return;
    inflate_drain(s->inflate);
    if (s->digest)
        digest_finish(&s->digest, out);
    else
        digest_random(out, DIGEST_OCTETS); /* a file that can no longer be read */
    s->over = true;
}

void source_close(struct source **s)
{
    if (!*s)
        return;
    digest_file_cancel(&(*s)->job);
    if ((*s)->pcap)
        pcap_close((*s)->pcap);
    else if ((*s)->file)
        fclose((*s)->file);
    free((*s)->file_room);
    pcapng_free(&(*s)->pcapng);
    live_close(&(*s)->live);
    inflate_free(&(*s)->inflate);
    if ((*s)->fd > STDIN_FILENO)
        close((*s)->fd);
    if ((*s)->digest) {
        uint8_t unused[DIGEST_OCTETS];
        digest_finish(&(*s)->digest, unused);
    }
    free((*s)->path);
    free(*s);
    *s = NULL;
}
