/* pipeline.c - one way through the program; see pipeline.h. */
#include "pipeline.h"

#include "names.h"

#include <mailtap/session.h>

#include <stdlib.h>
#include <string.h>

/* How many frames pass between two looks at the clock of the terminal. */
#define PROGRESS_FRAMES 4096

struct reading {
    struct pipeline options;
    struct decoder *decoder;
    struct flow_table *flows;
    struct dpi *dpi;
    struct sink to;
    struct part *part; /* the capture being read */
    struct err error;  /* of the sink */
    bool failed;
};

/* Who reads a connection. */
struct reader {
    struct session *session; /* NULL: it is no mail */
    struct names *names;     /* NULL: no end of it is DNS */
};

static struct reader *reader_new(const struct reading *r, const struct flow *f)
{
    struct reader *reader = must_alloc(1, sizeof *reader);

    if (f->end[SIDE_OPENER].port == NAMES_PORT || f->end[SIDE_RESPONDER].port == NAMES_PORT)
        reader->names = names_new();
    reader->session = session_new(&r->options.session);
    return reader;
}

static void reader_parts(struct fold *f, void *of)
{
    struct reader *reader = of;

    session_fold(f, &reader->session);
}

static void reader_fold(struct fold *f, void **user)
{
    fold_object(f, user, sizeof(struct reader), reader_parts);
}

static void fail_if(struct reading *r, bool failed)
{
    r->failed = r->failed || failed;
}

/* A connection costs little until there is something to read: most of a flood never say a word. */
static struct reader *reader_of(const struct reading *r, struct flow *f)
{
    if (!f->user)
        f->user = reader_new(r, f);
    return f->user;
}

static void drain(struct reading *r, struct flow *f)
{
    struct part *part = f->origin;
    struct chunk c;

    while (stream_next(f->stream, &c)) {
        struct reader *reader = reader_of(r, f);
        if (reader->session)
            session_feed(reader->session, f, &c);
        if (reader->names && !r->failed)
            fail_if(r, names_feed(reader->names, &r->to, part, f, &c, &r->error) < 0);
    }
}

/* Nothing more is to be learned of this flow: from now on it costs a look-up. */
static void dismiss(struct flow *f)
{
    struct reader *reader = f->user;

    if (reader) {
        session_free(&reader->session);
        names_free(&reader->names);
    }
    free(reader);
    stream_free(&f->stream);
    f->user = NULL;
    f->watched = f->keep = false;
}

static bool to_mail_port(const struct flow *f)
{
    return identify_mail_port(f->end[SIDE_RESPONDER].port) ||
           (!f->handshake && identify_mail_port(f->end[SIDE_OPENER].port));
}

/* What this flow was: a row, or a count. */
static void tell(struct reading *r, struct flow *f)
{
    struct part *part = f->origin;
    struct reader *reader = f->user;

    f->told = true;
    if (reader && reader->session && session_over(reader->session, f)) {
        part->counts.mail_flows++;
        part->counts.gap_octets += session_gap_octets(reader->session);
        if (!r->failed)
            fail_if(r, r->to.session(r->to.of, part, &reader->session, &r->error) < 0);
    } else if (to_mail_port(f)) {
        part->counts.mail_port_other++;
    }
    if (f->watched)
        dismiss(f);
}

/* All that was captured of it, and then what it was. */
static void tell_whole(struct reading *r, struct flow *f)
{
    if (f->told)
        return;
    if (f->watched) {
        stream_flush(f->stream);
        drain(r, f);
    }
    tell(r, f);
}

static void conclude_over(struct reading *r, int64_t now_ns)
{
    struct flow *f;

    while ((f = flow_settled(r->flows, now_ns)) != NULL)
        tell_whole(r, f);
    while ((f = flow_over(r->flows, now_ns)) != NULL) {
        tell_whole(r, f);
        flow_free(f);
    }
}

/* What the session turned out to be decides what the flow is still worth. */
static void look_at(struct flow *f)
{
    struct reader *reader = f->user;
    if (!reader)
        return;
    enum identity identity = reader->session ? session_identity(reader->session)
                                             : IDENTITY_NOT_MAIL;

    f->keep = identity == IDENTITY_SMTP || identity == IDENTITY_TLS;
    if (identity == IDENTITY_NOT_MAIL && !reader->names)
        dismiss(f);
    else if (identity == IDENTITY_NOT_MAIL)
        session_free(&reader->session);
}

static void segment(struct reading *r, const struct packet *p)
{
    enum side from;
    struct flow *f = flow_touch(r->flows, p, &from);

    if (f->frames == 1) {
        f->origin = r->part;
        f->watched = true;
    }
    if (f->watched) {
        struct reader *reader = p->payload_wire ? reader_of(r, f) : f->user;
        if (reader && reader->session)
            session_packet(reader->session, r->dpi, p);
        stream_push(f->stream, p, from);
        drain(r, f);
        look_at(f);
    }
    if (f->watched && stream_over(f->stream))
        tell(r, f); /* what lingers for late duplicates is an empty flow */
    conclude_over(r, p->at_ns);
}

static void count_frame(struct capture_counts *n, const struct frame *frame, enum decoded decoded)
{
    if (n->frames++ == 0 || frame->at_ns < n->started_ns)
        n->started_ns = frame->at_ns;
    if (frame->at_ns > n->ended_ns)
        n->ended_ns = frame->at_ns;
    n->octets += frame->octets.n;
    n->damaged_frames += decoded == DECODED_CUT || decoded == DECODED_BAD;
    n->other_frames += decoded == DECODED_OTHER || decoded == DECODED_UDP;
    n->fragments += decoded == DECODED_FRAGMENT;
    n->unknown_link += decoded == DECODED_LINK;
}

static enum pipeline_end read_frames(struct reading *r, struct source *source, struct err *damage_r)
{
    const struct pipeline *p = &r->options;
    struct capture_counts *counts = &r->part->counts;
    struct frame frame;
    struct packet packet;
    uint32_t now = 0;
    int rc;

    while ((rc = source_next(source, &frame, damage_r)) > 0) {
        enum decoded decoded = packet_decode(r->decoder, &frame, &packet);
        count_frame(counts, &frame, decoded);
        if (decoded == DECODED_TCP && filter_passes(p->filter, &packet))
            segment(r, &packet);
        /* A filter is about mail; what DNS says of its servers is read all the same. */
        if (decoded == DECODED_UDP)
            fail_if(r, names_datagram(&r->to, r->part, &packet, &r->error) < 0);
        if (r->failed)
            return PIPELINE_FAILED;
        if (p->interrupt && *p->interrupt)
            return PIPELINE_INTERRUPTED;
        if (p->progress && counts->frames % PROGRESS_FRAMES == 0)
            p->progress(source, counts, false);
        if ((p->frame_limit && counts->frames == p->frame_limit) || ++now == p->at_once)
            return PIPELINE_DONE;
    }
    return rc < 0 ? PIPELINE_DAMAGED : PIPELINE_DONE;
}

/* What is common in flows that rest: what is said in most dialogues, and the pointers that all have, in
 * the order in which a session has them. */
static void let_flows_rest(struct reading *r)
{
    struct slice said = session_words();
    const void *pointers[] = {r->options.session.trust, r->options.session.certificates,
                              r->options.session.hellos, r->dpi};
    uint8_t *words = must_alloc(1, said.n + sizeof pointers);

    memcpy(words, said.p, said.n);
    memcpy(words + said.n, pointers, sizeof pointers);
    flow_table_fold(r->flows, (struct slice){words, said.n + sizeof pointers}, reader_fold);
    free(words);
}

struct reading *pipeline_open(const struct pipeline *p, const struct sink *to, struct err *e)
{
    struct dpi *dpi = dpi_new(e);

    if (!dpi)
        return NULL;
    struct reading *r = must_alloc(1, sizeof *r);
    r->options = *p;
    r->to = *to;
    r->dpi = dpi;
    r->options.session.hellos = tls_memory_new();
    r->flows = flow_table_new(&p->limits);
    let_flows_rest(r);
    r->decoder = decoder_new(&p->fragments);
    return r;
}

/* What the tables have counted since `sign` was -1: called before and after a capture. */
static void count_tables(struct reading *r, int sign)
{
    struct capture_counts *n = &r->part->counts;
    struct flow_counts flows = flow_table_counts(r->flows);
    struct fragment_counts fragments = decoder_fragments(r->decoder);
    const struct {
        uint64_t *to, now;
    } counters[] = {
        {&n->flows, flows.made},
        {&n->evicted, flows.evicted},
        {&n->held_refused, flows.held_refused},
        {&n->holes_given_up, flows.holes_given_up},
        {&n->fragments_completed, fragments.completed},
        {&n->fragments_expired, fragments.expired},
        {&n->fragments_evicted, fragments.evicted},
        {&n->fragments_discarded, fragments.discarded},
    };

    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
        *counters[i].to += sign < 0 ? 0 - counters[i].now : counters[i].now;
}

enum pipeline_end pipeline_read(struct reading *r, struct source *source, struct part *part,
                                struct err *damage_r, struct err *e)
{
    struct capture_counts *n = &part->counts;

    r->part = part;
    count_tables(r, -1);
    enum pipeline_end end = read_frames(r, source, damage_r);
    count_tables(r, 1);
    n->drops_known = source_drops(source, &n->kernel_dropped, &n->interface_dropped);
    if (r->options.progress)
        r->options.progress(source, n, true);
    if (r->failed)
        *e = r->error;
    return end;
}

int pipeline_quiet(struct reading *r, int64_t now_ns, struct err *e)
{
    conclude_over(r, now_ns);
    if (r->failed)
        *e = r->error;
    return r->failed ? -1 : 0;
}

uint32_t pipeline_flows(const struct reading *r)
{
    return flow_table_open(r->flows);
}

int pipeline_close(struct reading **r, struct err *e)
{
    struct reading *reading = *r;
    bool failed;

    if (!reading)
        return 0;
    conclude_over(reading, INT64_MAX);
    failed = reading->failed;
    if (failed)
        *e = reading->error;
    flow_table_free(&reading->flows);
    decoder_free(&reading->decoder);
    dpi_free(&reading->dpi);
    tls_memory_free(&reading->options.session.hellos);
    free(reading);
    *r = NULL;
    return failed ? -1 : 0;
}
