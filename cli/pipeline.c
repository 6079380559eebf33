/* pipeline.c - one way through the program; see pipeline.h. */
#include "pipeline.h"

#include <mailtap/session.h>

/* How many frames pass between two looks at the clock of the terminal. */
#define PROGRESS_FRAMES 4096

struct run {
    struct decoder *decoder;
    struct flow_table *flows;
    struct dpi *dpi;
    struct store *store;
    int64_t capture;
    struct capture_counts *counts;
    struct err *e;
    bool failed;
};

static void drain(struct flow *f)
{
    struct chunk c;

    while (stream_next(&f->stream, &c))
        session_feed(f->user, f, &c);
}

/* Nothing more is to be learned of this flow: from now on it costs a look-up. */
static void dismiss(struct run *r, struct flow *f)
{
    struct session *s = f->user;

    session_free(&s, r->dpi);
    stream_clear(&f->stream);
    f->user = NULL;
    f->watched = f->keep = false;
}

static bool to_mail_port(const struct flow *f)
{
    return identify_mail_port(f->end[SIDE_RESPONDER].port) ||
           (!f->handshake && identify_mail_port(f->end[SIDE_OPENER].port));
}

/* What this flow was: a row, or a count. */
static void tell(struct run *r, struct flow *f)
{
    const struct facts *facts;

    f->told = true;
    if (f->user && session_finish(f->user, f, &facts)) {
        r->counts->mail_flows++;
        r->counts->gap_octets += facts->gap_octets;
        r->failed = r->failed || store_session(r->store, r->capture, facts, r->e) < 0;
    } else if (to_mail_port(f)) {
        r->counts->mail_port_other++;
    }
    if (f->user)
        dismiss(r, f);
}

static void conclude(struct run *r, struct flow *f)
{
    if (!f->told) {
        if (f->user) {
            stream_flush(&f->stream);
            drain(f);
        }
        tell(r, f);
    }
    flow_free(f);
}

static void conclude_over(struct run *r, int64_t now_ns)
{
    struct flow *f;

    while ((f = flow_over(r->flows, now_ns)) != NULL)
        conclude(r, f);
}

static void segment(struct run *r, const struct packet *p)
{
    enum side from;
    struct flow *f = flow_touch(r->flows, p, &from);

    if (f->frames == 1) {
        f->user = session_new();
        f->watched = true;
    }
    if (f->watched) {
        session_packet(f->user, r->dpi, p);
        stream_push(&f->stream, p, from);
        drain(f);
        enum identity identity = session_identity(f->user);
        f->keep = identity == IDENTITY_SMTP || identity == IDENTITY_TLS;
        if (identity == IDENTITY_NOT_MAIL)
            dismiss(r, f);
        else if (stream_over(&f->stream))
            tell(r, f); /* what lingers for late duplicates is an empty flow */
    }
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
    n->other_frames += decoded == DECODED_OTHER;
    n->fragments += decoded == DECODED_FRAGMENT;
    n->unknown_link += decoded == DECODED_LINK;
}

static enum pipeline_end read_frames(const struct pipeline *p, struct run *r, struct source *source,
                                     struct err *damage_r)
{
    struct frame frame;
    struct packet packet;
    int rc;

    while ((rc = source_next(source, &frame, damage_r)) > 0) {
        enum decoded decoded = packet_decode(r->decoder, &frame, &packet);
        count_frame(r->counts, &frame, decoded);
        if (decoded == DECODED_TCP && filter_passes(p->filter, &packet))
            segment(r, &packet);
        if (r->failed)
            return PIPELINE_FAILED;
        if (p->interrupt && *p->interrupt)
            return PIPELINE_INTERRUPTED;
        if (p->progress && r->counts->frames % PROGRESS_FRAMES == 0)
            p->progress(source, r->counts, false);
        if (p->frame_limit && r->counts->frames == p->frame_limit)
            return PIPELINE_DONE;
    }
    return rc < 0 ? PIPELINE_DAMAGED : PIPELINE_DONE;
}

enum pipeline_end pipeline_run(const struct pipeline *p, struct source *source, struct store *store,
                               int64_t capture, struct capture_counts *counts_r,
                               struct err *damage_r, struct err *e)
{
    struct run r = {.store = store, .capture = capture, .counts = counts_r, .e = e};
    enum pipeline_end end;

    *counts_r = (struct capture_counts){0};
    r.dpi = dpi_new(e);
    if (!r.dpi)
        return PIPELINE_FAILED;
    r.flows = flow_table_new(&p->limits);
    r.decoder = decoder_new(&p->fragments);
    end = read_frames(p, &r, source, damage_r);
    /* Also after damage or an interrupt: what was read so far is not lost. */
    conclude_over(&r, INT64_MAX);
    struct flow_counts flows = flow_table_counts(r.flows);
    counts_r->flows = flows.made;
    counts_r->evicted = flows.evicted;
    counts_r->held_refused = flows.held_refused;
    counts_r->holes_given_up = flows.holes_given_up;
    struct fragment_counts fragments = decoder_fragments(r.decoder);
    counts_r->fragments_completed = fragments.completed;
    counts_r->fragments_expired = fragments.expired;
    counts_r->fragments_evicted = fragments.evicted;
    counts_r->fragments_discarded = fragments.discarded;
    counts_r->drops_known = source_drops(source, &counts_r->kernel_dropped,
                                         &counts_r->interface_dropped);
    if (p->progress)
        p->progress(source, counts_r, true);
    flow_table_free(&r.flows);
    decoder_free(&r.decoder);
    dpi_free(&r.dpi);
    return r.failed ? PIPELINE_FAILED : end;
}

int pipeline_judge(struct store *store, struct err *e)
{
    struct facts facts;
    struct history history;
    struct verdict verdict;
    int64_t session;
    int rc;

    while ((rc = store_unjudged(store, &session, &facts, &history, e)) > 0) {
        classify(&facts, &history, &verdict);
        if (store_judge(store, session, &verdict, e) < 0)
            return -1;
    }
    return rc;
}
