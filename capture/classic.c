/* classic.c - see classic.h. */
#include "classic.h"

#include <mailtap/bounds.h>

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the header of a record: two numbers of time, two lengths.  Some have more behind them. */
#define RECORD_OCTETS 16u

/* Up to version 2.2 the two lengths of a record are in the other order, in 2.3 those of some writers. */
enum lengths { CAPTURED_FIRST, WIRE_FIRST, SMALLER_FIRST };

struct classic {
    struct window *in;
    bool little; /* its octet order */
    bool nanoseconds;
    enum lengths lengths;
    uint32_t record_octets, snapshot;
    int link;
    uint64_t at, frames;
};

static const struct variant {
    uint32_t magic, record_octets;
    bool nanoseconds;
} variants[] = {
    {0xa1b2c3d4, RECORD_OCTETS, false},
    {0xa1b23c4d, RECORD_OCTETS, true},
    {0xa1b2cd34, 24, false}, /* Kuznetzov's */
};

/* NULL: it is none. */
static const struct variant *variant_of(struct slice header, bool *little_r)
{
    uint32_t magic = slice_u32(header, 0), swapped = __builtin_bswap32(magic);

    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        *little_r = swapped == variants[i].magic;
        if (*little_r || magic == variants[i].magic)
            return &variants[i];
    }
    return NULL;
}

bool classic_begins(struct slice header)
{
    bool little;

    return variant_of(header, &little) != NULL;
}

/* ---- the header */

/* libpcap, opened on the header alone, which must last as long; or NULL with its reason. */
static pcap_t *open_header(uint8_t header[CLASSIC_HEADER_OCTETS], char reason[PCAP_ERRBUF_SIZE])
{
    FILE *file = fmemopen(header, CLASSIC_HEADER_OCTETS, "rb");
    pcap_t *pcap = file ? pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO,
                                                                   reason)
                        : NULL;

    if (file && !pcap)
        fclose(file);
    return pcap;
}

static enum lengths lengths_of(pcap_t *pcap)
{
    int major = pcap_major_version(pcap), minor = pcap_minor_version(pcap);

    if (major != 2)
        return WIRE_FIRST; /* 543.0, the only other one */
    return minor < 3 ? WIRE_FIRST : minor == 3 ? SMALLER_FIRST : CAPTURED_FIRST;
}

struct classic *classic_new(struct slice header, struct window *in, struct err *e)
{
    char reason[PCAP_ERRBUF_SIZE] = "there is no memory";
    bool little;
    const struct variant *variant = variant_of(header, &little);
    uint8_t octets[CLASSIC_HEADER_OCTETS] = {0};
    struct slice copied = slice_head(header, sizeof octets);

    memcpy(octets, copied.p, copied.n);
    pcap_t *pcap = variant ? open_header(octets, reason) : NULL;

    if (!pcap) {
        err_set(e, "this pcap file is not supported or damaged: %s", reason);
        return NULL;
    }
    struct classic *c = must_alloc(1, sizeof *c);
    *c = (struct classic){
        .in = in,
        .little = little,
        .nanoseconds = variant->nanoseconds,
        .lengths = lengths_of(pcap),
        .record_octets = variant->record_octets,
        .snapshot = (uint32_t)pcap_snapshot(pcap),
        .link = pcap_datalink(pcap),
        .at = CLASSIC_HEADER_OCTETS,
    };
    pcap_close(pcap);
    return c;
}

void classic_free(struct classic **c)
{
    free(*c);
    *c = NULL;
}

/* ---- records */

/* A number of the header of a record. */
static uint32_t number(const struct classic *c, struct slice header, size_t at)
{
    uint32_t value = slice_u32(header, at);

    return c->little ? __builtin_bswap32(value) : value;
}

/*
 * Seconds are unsigned: outside of 1970 to 2106 there is no capture, and every difference of two times fits.
 * What is more than a second counts as the last of it.
 */
static int64_t time_of(const struct classic *c, struct slice header)
{
    int64_t seconds = number(c, header, 0), part = number(c, header, 4);
    int64_t ns = c->nanoseconds ? part : part * 1000;

    return seconds * 1000000000 + (ns > 999999999 ? 999999999 : ns);
}

int classic_damaged(const struct classic *c, const char *what, struct err *e)
{
    return err_set(e, "damaged at frame %llu, octet %llu of the capture: %s",
                   (unsigned long long)c->frames + 1, (unsigned long long)c->at, what);
}

static int cut_short(const struct classic *c, size_t octets, struct err *e)
{
    unsigned long long frame = c->frames + 1, at = c->at;

    return err_set(e,
                   "cut short in frame %llu, which begins at octet %llu of the capture: it ends at "
                   "octet %llu",
                   frame, at, at + octets);
}

static int too_long(const struct classic *c, uint32_t captured, struct err *e)
{
    char what[80];

    snprintf(what, sizeof what, "it has %u octets, and a frame at most %u", captured,
             BOUND_FRAME_OCTETS);
    return classic_damaged(c, what, e);
}

int classic_next(struct classic *c, struct frame *frame_r, struct err *e)
{
    struct slice header = window_take(c->in, c->record_octets);

    if (header.n < c->record_octets)
        return header.n ? cut_short(c, header.n, e) : 0;
    header.n = RECORD_OCTETS; /* all that is looked at: the compiler sees that it is there */
    int64_t at_ns = time_of(c, header);
    uint32_t captured = number(c, header, 8), wire = number(c, header, 12);
    if (c->lengths == WIRE_FIRST || (c->lengths == SMALLER_FIRST && captured > wire)) {
        uint32_t first = captured;
        captured = wire;
        wire = first;
    }
    if (captured > BOUND_FRAME_OCTETS)
        return too_long(c, captured, e);
    struct slice octets = window_take(c->in, captured);
    if (octets.n < captured)
        return cut_short(c, c->record_octets + octets.n, e);
    /* Some writers keep more of a frame than they say in the file header; others never see that. */
    *frame_r = (struct frame){.at_ns = at_ns,
                              .number = ++c->frames,
                              .link = c->link,
                              .wire_size = wire,
                              .octets = slice_head(octets, c->snapshot)};
    c->at += c->record_octets + captured;
    return 1;
}
