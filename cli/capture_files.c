/* capture_files.c - mailtap capture -r: analyse capture files; see capture.h. */
#include "capture.h"
#include "command.h"
#include "inputs.h"
#include "progress.h"
#include "writer.h"

#include <inttypes.h>
#include <mailtap/frame.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Between two looks at `interrupted` where nothing is read. */
#define WAIT_MILLISECONDS 50

static volatile int interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* A capture that has been read and not ended yet: its last connections may go on in the next. */
struct pending {
    struct part part;
    uint8_t fingerprint[DIGEST_OCTETS];
    char *name;
    struct err damage;
};

/* One run of the command: what it was asked, and how it went. */
struct run {
    const struct capture_values *values;
    const struct filter *filter;
    struct trust *trust; /* NULL: certificates are not verified */
    struct cert_memory *certificates;
    unsigned keep;         /* bits of enum keep */
    struct store *store;   /* opened with the first capture that can be read */
    struct writer *writer; /* stores what the reading finds */
    struct reading *reading;
    struct pending **chain; /* captures that follow each other, the last one last */
    unsigned chain_count;
    unsigned analysed, damaged, unreadable;
};

static void say(const struct run *r, const char *name, const struct capture_counts *n)
{
    if (r->values->quiet)
        return;
    printf("%s: %" PRIu64 " frames, %" PRIu64 " connections, %" PRIu64 " mail sessions\n", name,
           n->frames, n->flows, n->mail_flows);
    if (!r->values->verbose)
        return;
    printf("  frames: %" PRIu64 " octets; not TCP %" PRIu64 ", damaged %" PRIu64
           ", fragments %" PRIu64 ", unknown link layer %" PRIu64 "\n",
           n->octets, n->other_frames, n->damaged_frames, n->fragments, n->unknown_link);
    printf("  connections: to a mail port and not SMTP %" PRIu64
           ", given up for want of room %" PRIu64 "\n",
           n->mail_port_other, n->evicted);
    printf("  octets of mail missing from the capture: %" PRIu64
           "; holes given up for want of room: %" PRIu64 "\n",
           n->gap_octets, n->holes_given_up);
}

/* The same file is another capture when another part of it is asked for. */
static void add_choice(const struct capture_values *v, enum fingerprint_kind kind,
                       uint8_t fingerprint[DIGEST_OCTETS])
{
    struct slice count = {(const uint8_t *)&v->count, sizeof v->count};

    if (v->count)
        fingerprint_choose(fingerprint, kind, count);
    if (v->filter)
        fingerprint_choose(fingerprint, kind, slice_of(v->filter));
}

static struct pipeline pipeline_for(const struct run *r)
{
    struct pipeline p = capture_pipeline(r->values, r->keep, r->trust, r->filter);

    p.session.certificates = r->certificates;
    p.frame_limit = r->values->count;
    p.interrupt = &interrupted;
    p.progress = !r->values->quiet && isatty(STDERR_FILENO) ? progress_show : NULL;
    return p;
}

/* ---- captures that follow each other, as tcpdump -C and -G write them */

static int end_pending(struct run *r, const struct pending *p, struct err *e)
{
    bool damaged = p->damage.text[0] != '\0';
    int rc = store_capture_end(r->store, p->part.capture, p->fingerprint, &p->part.counts,
                               damaged ? p->damage.text : NULL, e);

    if (rc < 0)
        return -1;
    /* The others of the chain are gone with its rows. */
    if (rc == 0 && r->chain_count > 1)
        return err_set(e, "%s: changed while it was read; run it again", p->name);
    r->analysed++;
    r->damaged += damaged;
    if (rc > 0)
        say(r, p->name, &p->part.counts);
    else if (!r->values->quiet)
        printf("%s: already in the database; nothing changed\n", p->name);
    if (damaged)
        fprintf(stderr, "mailtap capture: %s; what came before it is stored\n", p->damage.text);
    return 0;
}

static void free_chain(struct run *r)
{
    for (unsigned i = 0; i < r->chain_count; i++) {
        free(r->chain[i]->name);
        free(r->chain[i]);
    }
    free(r->chain);
    r->chain = NULL;
    r->chain_count = 0;
}

/* Tell of the connections that are left, and end the captures they were in, all at once: what dies
 * between them would leave the later ones without the beginnings of their connections. */
static int end_chain(struct run *r, struct err *e)
{
    int rc = r->reading ? pipeline_quiet(r->reading, INT64_MAX, e) : 0;

    if (rc == 0 && r->writer)
        rc = writer_rest(r->writer, e);
    if (rc == 0)
        rc = pipeline_close(&r->reading, e);
    for (unsigned i = 0; rc == 0 && i < r->chain_count; i++)
        rc = end_pending(r, r->chain[i], e);
    if (rc == 0 && r->chain_count)
        rc = store_commit(r->store, e);
    free_chain(r);
    return rc;
}

/* Does a capture that begins then go on where the last one ended? */
static bool follows(const struct run *r, int64_t first_ns)
{
    const struct capture_counts *last;

    if (r->chain_count == 0 || first_ns == 0 || r->values->count)
        return false;
    last = &r->chain[r->chain_count - 1]->part.counts;
    return last->frames && first_ns >= last->ended_ns &&
           (uint64_t)(first_ns - last->ended_ns) <
               (uint64_t)pipeline_for(r).limits.idle_seconds * 1000000000u;
}

static struct pending *add_pending(struct run *r, const struct source *source)
{
    struct pending *p = must_alloc(1, sizeof *p);

    p->name = must_copy(source_name(source));
    r->chain = must_grow(r->chain, r->chain_count + 1ul, sizeof(struct pending *));
    r->chain[r->chain_count++] = p;
    return p;
}

static int say_interrupted(const char *name, uint64_t frames, struct err *e)
{
    return err_set(e, "interrupted at frame %" PRIu64 " of %s; run it again to analyse it whole",
                   frames, name);
}

static int read_pending(struct run *r, struct source *source, struct pending *p, struct err *e)
{
    struct pipeline options = pipeline_for(r);

    if (!r->writer && !(r->writer = writer_new(r->store, e)))
        return -1;
    struct sink to = writer_sink(r->writer);
    if (!r->reading && !(r->reading = pipeline_open(&options, &to, e)))
        return -1;
    enum pipeline_end end = pipeline_read(r->reading, source, &p->part, &p->damage, e);
    if (end == PIPELINE_FAILED)
        return -1;
    if (end != PIPELINE_DAMAGED)
        p->damage.text[0] = '\0';
    if (end == PIPELINE_INTERRUPTED)
        return say_interrupted(p->name, p->part.counts.frames, e);
    return 0;
}

/* Captures of one moment follow their own copies. */
static bool is_pending(const struct run *r, const uint8_t fingerprint[DIGEST_OCTETS])
{
    for (unsigned i = 0; i < r->chain_count; i++)
        if (memcmp(r->chain[i]->fingerprint, fingerprint, DIGEST_OCTETS) == 0)
            return true;
    return false;
}

static void say_again(struct run *r, const char *name)
{
    r->analysed++;
    if (!r->values->quiet)
        printf("%s: already in the database; nothing changed\n", name);
}

/*
 * May this capture be there already?  Its fingerprint tells, for which the file must be read a second
 * time: so that is done before only when another capture goes through the moment in which this one begins.
 */
static int may_be_known(struct run *r, struct source *source, struct err *e)
{
    int64_t begins_ns = source_begins(source);

    for (unsigned i = 0; i < r->chain_count; i++) {
        const struct capture_counts *n = &r->chain[i]->part.counts;
        if (n->started_ns <= begins_ns && begins_ns <= n->ended_ns)
            return 1;
    }
    return begins_ns ? store_capture_around(r->store, begins_ns, e) : 1;
}

static int wait_for_fingerprint(struct source *source, uint64_t frames, struct err *e)
{
    while (!source_fingerprint_ready(source, WAIT_MILLISECONDS))
        if (interrupted)
            return say_interrupted(source_name(source), frames, e);
    return 0;
}

/* Earlier versions knew captures by their SHA-256: one of those is known by that. */
static int know_as_before(struct run *r, struct source *source, uint64_t frames,
                          uint8_t fingerprint[DIGEST_OCTETS], struct err *e)
{
    const enum fingerprint_kind kind = FINGERPRINT_SHA256;
    uint8_t before[DIGEST_OCTETS];
    int any = store_knows_sha256(r->store, e);

    if (any <= 0)
        return any;
    source_fingerprint_begin(source, kind);
    if (wait_for_fingerprint(source, frames, e) < 0)
        return -1;
    source_fingerprint(source, kind, before);
    add_choice(r->values, kind, before);
    int known = store_capture_known(r->store, before, e);
    if (known > 0)
        memcpy(fingerprint, before, sizeof before);
    return known < 0 ? -1 : 0;
}

/* 1: it is known.  0: it will be when the capture has been read, that of a file sooner than of a pipe. */
static int find_fingerprint(struct run *r, struct source *source,
                            uint8_t fingerprint[DIGEST_OCTETS], struct err *e)
{
    const enum fingerprint_kind kind = FINGERPRINT_XXH3;
    int known = source_size(source) ? may_be_known(r, source, e) : 0;

    if (known < 0)
        return -1;
    if (known == 0)
        return 0;
    if (wait_for_fingerprint(source, 0, e) < 0)
        return -1;
    if (!source_file_fingerprint(source, kind, fingerprint))
        return 0;
    add_choice(r->values, kind, fingerprint);
    return know_as_before(r, source, 0, fingerprint, e) < 0 ? -1 : 1;
}

static int take_fingerprint(struct run *r, struct source *source, struct pending *p, struct err *e)
{
    const enum fingerprint_kind kind = FINGERPRINT_XXH3;

    if (wait_for_fingerprint(source, p->part.counts.frames, e) < 0)
        return -1;
    source_fingerprint(source, kind, p->fingerprint);
    add_choice(r->values, kind, p->fingerprint);
    /* A file that may be known was asked for before. */
    return source_size(source)
               ? 0
               : know_as_before(r, source, p->part.counts.frames, p->fingerprint, e);
}

static int read_one(struct run *r, struct source *source, int64_t id, const uint8_t *fingerprint,
                    struct err *e)
{
    struct pending *p = add_pending(r, source);

    p->part.capture = id;
    if (read_pending(r, source, p, e) < 0)
        return -1;
    if (fingerprint)
        memcpy(p->fingerprint, fingerprint, sizeof p->fingerprint);
    else if (take_fingerprint(r, source, p, e) < 0)
        return -1;
    return source_size(source) ? 0 : end_chain(r, e);
}

static int store_one(struct run *r, struct source *source, int64_t first_ns, struct err *e)
{
    uint8_t fingerprint[DIGEST_OCTETS];
    int64_t id;

    if (!follows(r, first_ns) && end_chain(r, e) < 0)
        return -1;
    if (r->writer && writer_rest(r->writer, e) < 0)
        return -1;
    int identified = find_fingerprint(r, source, fingerprint, e);
    if (identified < 0)
        return -1;
    if (identified && is_pending(r, fingerprint)) {
        say_again(r, source_name(source));
        return 0;
    }
    int rc = store_capture_begin(r->store, source_name(source), identified ? fingerprint : NULL,
                                 &id, e);
    if (rc < 0)
        return -1;
    if (rc == 0) {
        say_again(r, source_name(source));
        return end_chain(r, e); /* what goes on in it is stored already */
    }
    return read_one(r, source, id, identified ? fingerprint : NULL, e);
}

/* 0: go on with the next file.  -1: nothing more can be done, *e says why. */
static int analyse(struct run *r, const struct input *in, struct err *e)
{
    struct source *source = source_open(in->path, e);

    if (!source) {
        r->unreadable++;
        command_failed("capture", e->text);
        return 0;
    }
    int rc = 0;
    source_fingerprint_begin(source, FINGERPRINT_XXH3);
    if (!r->store) {
        r->store = capture_store(r->values, r->values->database, r->trust != NULL, e);
        rc = r->store ? 0 : -1;
    }
    if (rc == 0)
        rc = store_one(r, source, in->first_ns, e);
    source_close(&source);
    return rc;
}

static int finish(struct run *r, struct err *e)
{
    struct err unused;
    int rc = end_chain(r, e);

    writer_free(&r->writer);
    pipeline_close(&r->reading, &unused); /* is there still when that failed */
    if (rc == 0 && r->store)
        rc = store_judge_waiting(r->store, NULL, e);
    return store_close_after(&r->store, rc, e);
}

static int run_over(struct run *r, const struct inputs *in)
{
    struct err e = {""}, unused;

    for (unsigned i = 0; i < in->count; i++) {
        if (analyse(r, &in->list[i], &e) < 0) {
            if (r->reading)
                pipeline_quiet(r->reading, INT64_MAX, &unused);
            writer_free(&r->writer);
            pipeline_close(&r->reading, &unused);
            free_chain(r);
            store_close(&r->store, &unused);
            return command_failed("capture", e.text);
        }
    }
    if (finish(r, &e) < 0)
        return command_failed("capture", e.text);
    if (r->analysed == 0)
        return EXIT_FAILED;
    if (!r->values->quiet)
        printf("findings are in %s; to read them: mailtap report %s\n", r->values->database,
               r->values->database);
    return r->damaged || r->unreadable ? EXIT_DAMAGED : EXIT_DONE;
}

int capture_files(const struct capture_values *v, unsigned keep, const struct filter *filter)
{
    struct run r = {.values = v, .keep = keep, .filter = filter};
    struct inputs in;
    struct err e = {""};
    int status;

    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    if (capture_trust(v, &r.trust, &e) < 0)
        return command_failed("capture", e.text);
    r.certificates = cert_memory_new();
    if (inputs_find(&in, v->files.items, v->files.count, &e) < 0)
        status = command_failed("capture", e.text);
    else
        status = run_over(&r, &in);
    inputs_free(&in);
    cert_memory_free(&r.certificates);
    trust_free(&r.trust);
    return status;
}
