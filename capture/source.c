/*
 * source.c - frames from a capture file or an interface; see frame.h.
 *
 * gzip and zstd are undone first; what comes out is lent by a window to classic.c, which reads pcap, or to
 * pcapng.c.
 */
#include <mailtap/frame.h>
#include <mailtap/path.h>

#include "classic.h"
#include "inflate.h"
#include "live.h"
#include "pcapng.h"
#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a file: to make a thread for it takes less than a hundredth of the time to read it. */
#define WORTH_A_THREAD (UINT64_C(8) << 20)

/* Looked at to know what it is; the first block of a pcapng file is longer. */
#define HEADER_OCTETS CLASSIC_HEADER_OCTETS

struct source {
    char *path; /* as messages name it */
    const char *name;
    int fd;
    struct inflate *inflate;
    struct fingerprint *read[FINGERPRINT_KINDS]; /* of a pipe, as it is read */
    struct fingerprint_job *job;                 /* of a file, while it is read; or NULL */
    struct ahead *ahead; /* reads a file that is not packed, in place of `inflate` */
    struct window *window;
    struct classic *classic; /* a pcap file */
    struct pcapng *pcapng;   /* or a pcapng file */
    struct live *live;       /* or an interface: nothing of the above */
    uint8_t header[HEADER_OCTETS];
    size_t header_size;
    uint64_t size; /* of the stored file */
    bool over;
    struct { /* read before it was asked for */
        bool held;
        int rc;
        struct frame frame;
        struct err why;
    } first;
};

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

static struct slice header_of(const struct source *s)
{
    return (struct slice){s->header, s->header_size};
}

static int read_header(struct source *s, struct err *e)
{
    size_t n;

    while (s->header_size < sizeof s->header &&
           (n = inflate_read(s->inflate, s->header + s->header_size,
                             sizeof s->header - s->header_size)) > 0)
        s->header_size += n;

    const char *problem = inflate_problem(s->inflate);
    const char *packing = inflate_packing(s->inflate);
    if (problem && s->header_size < sizeof s->header)
        return err_set(e, "%s: cannot be read: %s", s->path, problem);
    if (s->header_size == 0)
        return err_set(e, "%s: is empty%s%s", s->path, packing ? " once unpacked from " : "",
                       packing ? packing : "");
    if (!classic_begins(header_of(s)) && slice_u32(header_of(s), 0) != 0x0a0d0d0a)
        return err_set(e, "%s: is no capture file, neither pcap nor pcapng", s->path);
    if (s->header_size < sizeof s->header)
        return err_set(e, "%s: is cut short in its file header: %zu of %u octets are there",
                       s->path, s->header_size, HEADER_OCTETS);
    return 0;
}

static size_t unpacked(void *of, uint8_t *to, size_t n)
{
    return inflate_read(of, to, n);
}

/* What is stored as it is can be lent as it is read, and be read by another thread, which has its
 * fingerprint then. */
static void read_ahead(struct source *s)
{
    bool may_be = s->size >= WORTH_A_THREAD && !inflate_packing(s->inflate);
    off_t begun = may_be ? lseek(s->fd, 0, SEEK_CUR) : -1;

    /* Standard input may be a file of which somebody has read. */
    if (begun >= 0 && (uint64_t)begun == inflate_stored(s->inflate))
        s->ahead = ahead_new(s->fd);
}

static int start_reading(struct source *s, struct err *e)
{
    const struct slice header = header_of(s);
    struct err why;

    read_ahead(s);
    s->window = s->ahead ? window_new_ahead(s->ahead) : window_new(header, unpacked, s->inflate);
    if (!classic_begins(header)) {
        s->pcapng = pcapng_new(s->window);
        return 0;
    }
    window_take(s->window, header.n);
    s->classic = classic_new(header, s->window, &why);
    return s->classic ? 0 : err_set(e, "%s: %s", s->path, why.text);
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
        for (int kind = 0; s->size == 0 && kind < FINGERPRINT_KINDS; kind++)
            s->read[kind] = fingerprint_new((enum fingerprint_kind)kind);
        s->inflate = inflate_new(s->fd, s->read);
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

/* Why no more can be had, or NULL. */
static const char *problem_of(struct source *s)
{
    return s->ahead ? ahead_problem(s->ahead) : inflate_problem(s->inflate);
}

static int next_of_pcapng(struct source *s, struct frame *frame_r, struct err *e)
{
    const char *problem;
    struct err why;
    int rc = pcapng_next(s->pcapng, frame_r, &why);

    if (rc > 0)
        return rc;
    s->over = true;
    problem = problem_of(s);
    if (rc < 0 || problem)
        return err_set(e, "%s: %s%s%s", s->path, rc < 0 ? why.text : "damaged at its end",
                       problem ? "; " : "", problem ? problem : "");
    return 0;
}

static int next_of_pcap(struct source *s, struct frame *frame_r, struct err *e)
{
    struct err why;
    int rc = classic_next(s->classic, frame_r, &why);

    if (rc > 0)
        return rc;
    s->over = true;
    const char *problem = problem_of(s);
    if (problem)
        rc = classic_damaged(s->classic, problem, &why);
    return rc < 0 ? err_set(e, "%s: %s", s->path, why.text) : 0;
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
    if (s->live)
        return 0;
    return s->ahead ? ahead_given(s->ahead) : inflate_stored(s->inflate);
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

void source_fingerprint_begin(struct source *s, enum fingerprint_kind kind)
{
    bool comes_with_it = s->ahead && kind == FINGERPRINT_XXH3;

    if (s->size && !s->job && !comes_with_it)
        s->job = fingerprint_file_begin(s->fd, kind);
}

bool source_fingerprint_ready(struct source *s, unsigned milliseconds)
{
    uint8_t unused[DIGEST_OCTETS];

    if (s->ahead && !s->job && !ahead_fingerprint(s->ahead, unused)) /* before all of it is read */
        s->job = fingerprint_file_begin(s->fd, FINGERPRINT_XXH3);
    return !s->job || fingerprint_file_ready(s->job, milliseconds);
}

bool source_file_fingerprint(struct source *s, enum fingerprint_kind kind,
                             uint8_t out[DIGEST_OCTETS])
{
    if (s->job)
        return fingerprint_file_end(&s->job, out);
    if (s->ahead && kind == FINGERPRINT_XXH3 && ahead_fingerprint(s->ahead, out))
        return true;
    return s->size && fingerprint_file(s->fd, kind, out);
}

void source_fingerprint(struct source *s, enum fingerprint_kind kind, uint8_t out[DIGEST_OCTETS])
{
    if (source_file_fingerprint(s, kind, out))
        return;
    inflate_drain(s->inflate);
    s->over = true;
    if (s->read[kind]) {
        fingerprint_finish(&s->read[kind], out);
        return;
    }
    digest_random(out, DIGEST_OCTETS); /* a file that can no longer be read */
    if (kind == FINGERPRINT_XXH3)
        memset(out + FINGERPRINT_OCTETS, 0, DIGEST_OCTETS - FINGERPRINT_OCTETS);
}

void source_close(struct source **s)
{
    if (!*s)
        return;
    fingerprint_file_cancel(&(*s)->job);
    classic_free(&(*s)->classic);
    pcapng_free(&(*s)->pcapng);
    window_free(&(*s)->window);
    ahead_free(&(*s)->ahead);
    live_close(&(*s)->live);
    inflate_free(&(*s)->inflate);
    if ((*s)->fd > STDIN_FILENO)
        close((*s)->fd);
    uint8_t unused[DIGEST_OCTETS];
    for (int kind = 0; kind < FINGERPRINT_KINDS; kind++)
        if ((*s)->read[kind])
            fingerprint_finish(&(*s)->read[kind], unused);
    free((*s)->path);
    free(*s);
    *s = NULL;
}
