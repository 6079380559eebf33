/*
 * frame.h - stage 1: frames from a capture file or an interface.
 *
 * A source yields frames in the order of the file.  A frame's octets are borrowed until the next
 * call.  pcap is read in both octet orders, with microseconds or nanoseconds, and pcapng.  gzip and
 * zstd are undone first.  All are known by their first octets, never by the file's name.
 */
#ifndef MAILTAP_FRAME_H
#define MAILTAP_FRAME_H

#include <mailtap/err.h>
#include <mailtap/fingerprint.h>
#include <mailtap/slice.h>
#include <mailtap/steady.h>

struct frame {
    int64_t at_ns;      /* capture time, nanoseconds since 1970-01-01 UTC */
    uint64_t number;    /* 1 for the first frame of the source */
    int link;           /* libpcap's DLT_ value of the link layer */
    uint32_t wire_size; /* octets it had on the wire; octets.n is smaller when it was cut */
    struct slice octets;
};

struct source;

/*
 * Open a capture file ("-" is standard input).  NULL on failure, with the reason in *e: the file
 * is missing, may not be read, or is no capture.
 */
struct source *source_open(const char *path, struct err *e);

/* How to watch an interface. */
struct live_options {
    unsigned buffer_mib;   /* the kernel's ring, for each source */
    unsigned snapshot;     /* octets of each frame */
    bool promiscuous;      /* also what is not addressed to this host */
    const char *filter;    /* BPF, as for filter.h; NULL: all */
    struct steady *steady; /* frames get its time; whoever owns it looks at the clocks */
    unsigned *fanout;      /* shares the interface with others that have the same; or NULL */
};

/*
 * Watch an interface, for which the process must be allowed to open raw sockets (CAP_NET_RAW); no
 * more rights are needed later on.  NULL on failure, with what to do in *e.  It never ends: while
 * nothing is there source_next() gives 0; -1 when the interface is gone for good.
 */
struct source *source_open_live(const char *interface, const struct live_options *options,
                                struct err *e);

/* To poll() until there is something to read; -1: of a file. */
int source_descriptor(const struct source *s);
/* Is the interface up?  How often did it go down, or away? */
bool source_is_up(const struct source *s);
uint64_t source_outages(const struct source *s);

/* Is there a capture file at `path`, by its first octets?  For folders, where other files lie too. */
bool source_is_capture(const char *path);

/*
 * 1: *frame_r is the next frame.  0: the capture ended where it should.  -1: it is damaged or cut
 * short from here on; *e says at which frame and octet.  After 0 or -1 there is no more to read.
 */
int source_next(struct source *s, struct frame *frame_r, struct err *e);

/* The time of the first frame, before it is asked for; 0 when there is none, or it is damaged. */
int64_t source_begins(struct source *s);

/* The base name of the file, or "-"; lives as long as the source. */
const char *source_name(const struct source *s);

/* Octets of the file read so far (as stored, before gzip or zstd is undone), for progress; and the
 * file's size, 0 when that is not known. */
uint64_t source_position(const struct source *s);
uint64_t source_size(const struct source *s);

/* Frames lost before they were written, as interface statistics of pcapng say, or because the ring of
 * an interface was full; false: not known. */
bool source_drops(const struct source *s, uint64_t *kernel_r, uint64_t *interface_r);

/*
 * The fingerprint of the stored octets, which tells one capture from another.  Of a regular file it is had
 * at once, without touching what is read; false when the file cannot be read.  Of anything else,
 * a pipe, only when it has been read, and one of each kind: source_fingerprint() reads what is left of it first.
 */
bool source_file_fingerprint(struct source *s, enum fingerprint_kind kind,
                             uint8_t out[DIGEST_OCTETS]);
void source_fingerprint(struct source *s, enum fingerprint_kind kind, uint8_t out[DIGEST_OCTETS]);

/* Of a file: work it out beside the reading, where that does not do so itself; the functions above wait for it
 * then, and must be asked for the same kind.  Is it ready, or within so long?  Asked before all is read, that
 * is begun at the latest now. */
void source_fingerprint_begin(struct source *s, enum fingerprint_kind kind);
bool source_fingerprint_ready(struct source *s, unsigned milliseconds);

/* Closes, frees, and sets *s to NULL. */
void source_close(struct source **s);

#endif
