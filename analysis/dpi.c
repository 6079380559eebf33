/* dpi.c - the only file that knows nDPI; see dpi.h. */
#include <mailtap/bounds.h>
#include <mailtap/dpi.h>
#include <mailtap/dpi_memory.h>

#include <malloc.h>
#include <ndpi_api.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- nDPI 4.2 to 5.x, which differ */

/* No preferences up to 4.8, no global context from 4.10 on: both are written 0. */
#define NO_PREFERENCES 0

#if NDPI_MAJOR > 4 || NDPI_MINOR >= 4
#define SHOW(module, flow, packet, n, ms)                                                          \
    ndpi_detection_process_packet(module, flow, packet, n, ms, NULL)
#else
#define SHOW(module, flow, packet, n, ms) ndpi_detection_process_packet(module, flow, packet, n, ms)
#endif

#if NDPI_MAJOR >= 5
static bool make_ready(struct ndpi_detection_module_struct *module)
{
    return ndpi_finalize_initialization(module) == 0;
}

static uint16_t master_of(struct ndpi_flow_struct *flow)
{
    return ndpi_get_flow_masterprotocol(flow);
}

static uint16_t application_of(struct ndpi_flow_struct *flow)
{
    return ndpi_get_flow_appprotocol(flow);
}
#else
static bool make_ready(struct ndpi_detection_module_struct *module)
{
    NDPI_PROTOCOL_BITMASK all;

    NDPI_BITMASK_SET_ALL(all);
    ndpi_set_protocol_detection_bitmask2(module, &all);
    ndpi_finalize_initialization(module);
    return true;
}

static uint16_t master_of(struct ndpi_flow_struct *flow)
{
    return flow->detected_protocol_stack[1];
}

static uint16_t application_of(struct ndpi_flow_struct *flow)
{
    return flow->detected_protocol_stack[0];
}
#endif

/* nDPI decodes passwords into memory of its own and lets go of it without wiping. */
static void wipe_and_free(void *p)
{
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

static void wipe_always(void)
{
#if NDPI_MAJOR >= 5
    ndpi_set_memory_alloction_functions(malloc, wipe_and_free, calloc, realloc, NULL, NULL, malloc,
                                        wipe_and_free);
#else
    set_ndpi_malloc(malloc);
    set_ndpi_free(wipe_and_free);
    set_ndpi_flow_malloc(malloc);
    set_ndpi_flow_free(wipe_and_free);
#endif
}

/* ---- the module */

struct dpi {
    struct ndpi_detection_module_struct *module;
    struct dpi_memory *memory; /* of flows that it knew by their first packets */
};

/* A packet that was not shown yet; its octets follow. */
struct waiting {
    int64_t at_ns;
    size_t n;
};

struct dpi_flow {
    struct dpi *of;
    struct ndpi_flow_struct *flow; /* NULL: nothing was shown yet, or nDPI has been let go */
    uint8_t *waits;                /* struct waiting, octets, struct waiting, ... */
    size_t n, room;
    unsigned waiting, packets;
    bool over;       /* it has answered, or has seen enough */
    uint32_t answer; /* its two protocols, or 0 */
    char name[32];
    bool is_mail;
};

struct dpi *dpi_new(struct err *e)
{
    unsigned built = NDPI_API_VERSION, found = ndpi_get_api_version();

    if (built != found) {
        err_set(e,
                "libndpi has API version %u and mailtap was built for %u; build mailtap again on "
                "this system",
                found, built);
        return NULL;
    }
    wipe_always();
    struct ndpi_detection_module_struct *module = ndpi_init_detection_module(NO_PREFERENCES);
    if (!module || !make_ready(module)) {
        if (module)
            ndpi_exit_detection_module(module);
        err_set(e, "libndpi %s cannot start; there may be too little memory", ndpi_revision());
        return NULL;
    }
    struct dpi *d = must_alloc(1, sizeof *d);
    d->module = module;
    d->memory = dpi_memory_new();
    return d;
}

void dpi_free(struct dpi **d)
{
    if (!*d)
        return;
    ndpi_exit_detection_module((*d)->module);
    dpi_memory_free(&(*d)->memory);
    free(*d);
    *d = NULL;
}

/* ---- a flow */

#define IPV6_HEADER_OCTETS 40u

static bool is_mail(uint16_t protocol)
{
    return protocol == NDPI_PROTOCOL_MAIL_SMTP || protocol == NDPI_PROTOCOL_MAIL_SMTPS;
}

/* The announced length of a TCP packet that is no fragment, or 0. */
static size_t tcp_packet_length(struct slice network)
{
    struct cursor c = cursor_open(network);
    unsigned version = cursor_u8(&c) >> 4;
    size_t length = 0, protocol = 0;
    bool fragment = false;

    if (version == 4) {
        cursor_u8(&c);
        length = cursor_u16(&c); /* total length */
        cursor_u16(&c);
        fragment = (cursor_u16(&c) & 0x3fff) != 0; /* RFC 791 3.1: MF, or an offset */
        cursor_u8(&c);
        protocol = cursor_u8(&c);
    } else if (version == 6) {
        cursor_take(&c, 3);
        length = IPV6_HEADER_OCTETS + cursor_u16(&c);
        protocol = cursor_u8(&c);
    }
    return c.status == CURSOR_OK && protocol == IPPROTO_TCP && !fragment ? length : 0;
}

/*
 * The packet without what follows it in the frame; empty when the capture does not hold it whole,
 * as nDPI believes the lengths inside.  Nor is it shown anything but TCP: it would then take the
 * flow for another protocol's and lose track of the memory it has for TCP (4.2).
 */
static struct slice whole_packet(struct slice network)
{
    size_t length = tcp_packet_length(network);

    if (length > UINT16_MAX || length > network.n)
        length = 0;
    return slice_head(network, length);
}

static void note_answer(struct dpi_flow *f, uint16_t master, uint16_t application)
{
    uint16_t protocol = master;

    /* The master says how it speaks, the application often only with whom. */
    if (is_mail(application) || master == NDPI_PROTOCOL_UNKNOWN)
        protocol = application;
    if (protocol == NDPI_PROTOCOL_UNKNOWN)
        return;
    f->answer = (uint32_t)master << 16 | application;
    f->is_mail = is_mail(master) || is_mail(application);
    const char *name = ndpi_get_proto_name(f->of->module, protocol);
    snprintf(f->name, sizeof f->name, "%s", name ? name : "");
}

static size_t flow_octets(void)
{
    return ndpi_detection_get_sizeof_ndpi_flow_struct();
}

static void let_go(struct dpi_flow *f)
{
    f->over = true;
    if (!f->flow)
        return;
    ndpi_free_flow_data(f->flow);
    explicit_bzero(f->flow, flow_octets());
    ndpi_flow_free(f->flow);
    f->flow = NULL;
}

static void show(struct dpi_flow *f, struct slice packet, int64_t at_ns)
{
    struct dpi *d = f->of;

    if (f->over)
        return;
    if (!f->flow) {
        f->flow = must_have(ndpi_flow_malloc(flow_octets()));
        memset(f->flow, 0, flow_octets());
    }
    SHOW(d->module, f->flow, packet.p, (unsigned short)packet.n, (uint64_t)(at_ns / 1000000));
    note_answer(f, master_of(f->flow), application_of(f->flow));
    /* What it would look for in further packets is details, and passwords. */
    if (f->name[0] || ++f->packets == BOUND_DPI_PACKETS)
        let_go(f);
}

/* ---- packets that wait */

/* The first packets of those that wait, when these are the flow's first: without names where it is mail. */
static struct dpi_beginning beginning(struct dpi_flow *f)
{
    struct slice packet[DPI_MEMORY_PACKETS];
    struct waiting w;
    size_t at = 0;

    if (f->flow || f->over || f->waiting < DPI_MEMORY_PACKETS)
        return (struct dpi_beginning){.known = false};
    for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++, at += sizeof w + w.n) {
        memcpy(&w, f->waits + at, sizeof w);
        packet[i] = (struct slice){f->waits + at + sizeof w, w.n};
    }
    return dpi_memory_look(f->of->memory, f->waits, packet);
}

static void show_waiting(struct dpi_flow *f)
{
    const struct dpi_beginning begins = beginning(f);
    uint32_t answer = dpi_memory_get(f->of->memory, begins);
    struct waiting w;

    if (answer) {
        note_answer(f, (uint16_t)(answer >> 16), (uint16_t)answer);
        f->over = true;
    }
    for (size_t at = 0; at < f->n && !f->over; at += sizeof w + w.n) {
        memcpy(&w, f->waits + at, sizeof w);
        show(f, (struct slice){f->waits + at + sizeof w, w.n}, w.at_ns);
    }
    if (!answer && f->answer && f->packets < DPI_MEMORY_PACKETS)
        dpi_memory_add(f->of->memory, begins, f->answer);
    if (f->waits)
        explicit_bzero(f->waits, f->room);
    free(f->waits);
    f->waits = NULL;
    f->n = f->room = f->waiting = 0;
}

/* What differs in each packet, and is nothing to nDPI: it would take room while the flow rests (fold.h).
 * Behind an IPv4 header, also window and checksum of TCP, which whole_packet() did not look for. */
static void forget_chance(uint8_t *packet, size_t n)
{
    size_t header = (size_t)4 * (packet[0] & 15);

    if (packet[0] >> 4 != 4)
        return;
    memset(packet + 4, 0, 2);  /* identification */
    memset(packet + 10, 0, 2); /* checksum */
    if (header + 20 <= n)
        memset(packet + header + 14, 0, 4);
}

static void keep_waiting(struct dpi_flow *f, struct slice packet, int64_t at_ns)
{
    const struct waiting w = {at_ns, packet.n};
    size_t need = f->n + sizeof w + w.n;

    if (need > f->room)
        f->waits = must_grow_wiped(f->waits, f->n, &f->room, need, 512);
    memcpy(f->waits + f->n, &w, sizeof w);
    memcpy(f->waits + f->n + sizeof w, packet.p, packet.n);
    forget_chance(f->waits + f->n + sizeof w, packet.n);
    f->n = need;
    f->waiting++;
}

void dpi_packet(struct dpi *d, struct dpi_flow **flow, struct slice network, int64_t at_ns)
{
    struct slice packet = whole_packet(network);

    if (packet.n == 0)
        return;
    if (!*flow) {
        *flow = must_alloc(1, sizeof **flow);
        (*flow)->of = d;
    }
    struct dpi_flow *f = *flow;
    if (f->over)
        return;
    if (!f->flow && f->n + packet.n <= BOUND_DPI_WAITING_OCTETS) {
        keep_waiting(f, packet, at_ns);
        return;
    }
    show_waiting(f);
    show(f, packet, at_ns);
}

const char *dpi_name(struct dpi_flow *flow)
{
    if (flow)
        show_waiting(flow);
    return flow && flow->name[0] ? flow->name : NULL;
}

bool dpi_is_mail(struct dpi_flow *flow)
{
    if (flow)
        show_waiting(flow);
    return flow && flow->is_mail;
}

void dpi_settle(struct dpi_flow *flow)
{
    if (flow && flow->flow)
        let_go(flow);
}

void dpi_move(struct dpi_flow *flow, struct dpi *to)
{
    if (flow)
        flow->of = to;
}

void dpi_soon(const struct dpi_flow *flow)
{
    for (size_t at = 0; at < flow->n; at += 64)
        __builtin_prefetch(flow->waits + at);
}

size_t dpi_octets(const struct dpi_flow *flow)
{
    return flow ? sizeof *flow + flow->room : 0;
}

/* nDPI's own structure is of malloc() and free(), and nothing points into it: wipe_always(). */
static void dpi_parts(struct fold *f, void *of)
{
    struct dpi_flow *flow = of;

    if (flow->waits && flow->waiting >= BOUND_DPI_RESTING)
        show_waiting(flow);
    fold_array(f, (void **)&flow->waits, flow->n, flow->room);
    fold_object(f, (void **)&flow->flow, flow_octets(), NULL);
}

void dpi_flow_fold(struct fold *f, struct dpi_flow **flow)
{
    fold_object(f, (void **)flow, sizeof **flow, dpi_parts);
}

void dpi_flow_free(struct dpi_flow **flow)
{
    struct dpi_flow *f = *flow;

    if (!f)
        return;
    f->over = true;
    show_waiting(f);
    let_go(f);
    free(f);
    *flow = NULL;
}
