/*
 * live.c - see live.h.
 *
 * Everything that needs rights happens in live_open().  Afterwards the interface may go down, and
 * away: the socket outlives both, and is bound to its successor of the same name, for which no right
 * is needed.  Reading never waits; who waits polls the descriptor.
 */
#include "live.h"

#include <mailtap/bounds.h>
#include <mailtap/clock.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Frames wait at most so long until the kernel hands a block over that is not full. */
#define BLOCK_MS 100

/* While it is down: how often it is looked at. */
#define LOOK_NS INT64_C(250000000)

/* Statistics of the interface itself that say it lost frames. */
static const char *const loss_files[] = {"rx_missed_errors", "rx_fifo_errors"};
#define LOSS_FILES 2

struct live {
    pcap_t *pcap;
    char name[IFNAMSIZ];
    struct steady *steady;
    int64_t since_ns; /* frames before it went to more than one of a group */
    int index;        /* of the interface; another one once it was made again */
    unsigned short hardware;
    bool promiscuous;
    bool shared; /* a group of sockets cannot be bound again */
    bool down;
    int64_t looked_ns; /* CLOCK_MONOTONIC */
    uint64_t outages, frames, dropped;
    uint32_t dropped_before; /* libpcap's counter, which wraps */
    int loss[LOSS_FILES];
    uint64_t loss_before, lost; /* the interface's counters, which begin anew with it; so far */
};

/* ---- statistics */

static uint64_t read_number(int fd)
{
    char text[32] = "";

    return fd >= 0 && pread(fd, text, sizeof text - 1, 0) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* Kept open: the folder they are in may be out of reach later. */
static void open_losses(struct live *l)
{
    char path[128];

    for (int i = 0; i < LOSS_FILES; i++) {
        if (l->loss[i] >= 0)
            close(l->loss[i]);
        snprintf(path, sizeof path, "/sys/class/net/%s/statistics/%s", l->name, loss_files[i]);
        l->loss[i] = open(path, O_RDONLY | O_CLOEXEC);
    }
}

static uint64_t losses(const struct live *l)
{
    return read_number(l->loss[0]) + read_number(l->loss[1]);
}

void live_drops(struct live *l, uint64_t *kernel_r, uint64_t *interface_r)
{
    struct pcap_stat stat;
    uint64_t loss = losses(l);

    if (pcap_stats(l->pcap, &stat) == 0) {
        l->dropped += stat.ps_drop - l->dropped_before;
        l->dropped_before = stat.ps_drop;
    }
    l->lost += loss > l->loss_before ? loss - l->loss_before : 0;
    l->loss_before = loss;
    *kernel_r = l->dropped;
    *interface_r = l->loss[0] < 0 ? UINT64_MAX : l->lost;
}

/* ---- opening */

static int explain(const struct live *l, int rc, struct err *e)
{
    const char *said = pcap_geterr(l->pcap);

    switch (rc) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return err_set(e, "%s: there is no such interface: 'mailtap capture -D' lists them",
                       l->name);
    case PCAP_ERROR_PERM_DENIED:
        return err_set(e,
                       "%s: permission to watch it is missing: run mailtap as root (it gives its "
                       "rights up once the interface is open), or with CAP_NET_RAW",
                       l->name);
    case PCAP_ERROR_IFACE_NOT_UP:
        return err_set(e, "%s: the interface is down: ip link set %s up", l->name, l->name);
    default:
        return err_set(e, "%s: cannot be watched: %s", l->name,
                       *said ? said : pcap_statustostr(rc));
    }
}

static int activate(struct live *l, const struct live_options *o, struct err *e)
{
    uint64_t buffer = (uint64_t)o->buffer_mib << 20;

    pcap_set_snaplen(l->pcap, (int)o->snapshot);
    pcap_set_promisc(l->pcap, o->promiscuous);
    pcap_set_timeout(l->pcap, BLOCK_MS);
    pcap_set_buffer_size(l->pcap, buffer > INT32_MAX ? INT32_MAX : (int)buffer);
    pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
    int rc = pcap_activate(l->pcap);
    /* Above 0 are warnings: not promiscuous, another clock. */
    return rc < 0 ? explain(l, rc, e) : 0;
}

/* A link layer for which the expression makes no sense is read whole: the same filter comes later. */
static int set_filter(struct live *l, const char *expression, struct err *e)
{
    char text[4096];
    struct bpf_program program;
    int n = live_filter(text, sizeof text, expression);

    if (n < 0 || (size_t)n >= sizeof text ||
        pcap_compile(l->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) < 0)
        return 0;
    int rc = pcap_setfilter(l->pcap, &program);
    pcap_freecode(&program);
    return rc < 0 ? err_set(e, "%s: the filter cannot be set: %s", l->name, pcap_geterr(l->pcap))
                  : 0;
}

/* What the socket is bound to, and what kind of hardware. */
static int identify(struct live *l, struct err *e)
{
    struct sockaddr_ll bound = {0};
    socklen_t size = sizeof bound;

    if (getsockname(pcap_fileno(l->pcap), (struct sockaddr *)&bound, &size) < 0)
        return err_set(e, "%s: %s", l->name, strerror(errno));
    l->index = bound.sll_ifindex;
    l->hardware = bound.sll_hatype;
    return 0;
}

static int prepare(struct live *l, const struct live_options *o, struct err *e)
{
    char said[PCAP_ERRBUF_SIZE] = "";

    if (activate(l, o, e) < 0 || set_filter(l, o->filter, e) < 0 || identify(l, e) < 0)
        return -1;
    if (l->index == 0)
        return err_set(e, "%s: all interfaces at once cannot be watched: name them with -i each",
                       l->name);
    if (pcap_setnonblock(l->pcap, 1, said) < 0 || pcap_get_selectable_fd(l->pcap) < 0)
        return err_set(e, "%s: cannot be watched: %s", l->name, said);
    open_losses(l);
    l->loss_before = losses(l);
    l->shared = o->fanout != NULL;
    if (l->shared && live_fanout(pcap_fileno(l->pcap), o->fanout, e) < 0) {
        struct err why = *e;
        return err_set(e, "%s: %s", l->name, why.text);
    }
    l->since_ns = l->shared ? clock_real() : 0;
    return 0;
}

struct live *live_open(const char *interface, const struct live_options *options, struct err *e)
{
    char said[PCAP_ERRBUF_SIZE] = "";

    if (!*interface || strlen(interface) >= IFNAMSIZ) {
        err_set(e, "'%.40s' is no name of an interface: 'mailtap capture -D' lists them",
                interface);
        return NULL;
    }
    pcap_t *pcap = pcap_create(interface, said);
    if (!pcap) {
        err_set(e, "%s: cannot be watched: %s", interface, said);
        return NULL;
    }
    struct live *l = must_alloc(1, sizeof *l);
    l->pcap = pcap;
    l->steady = options->steady;
    l->promiscuous = options->promiscuous;
    l->loss[0] = l->loss[1] = -1;
    snprintf(l->name, sizeof l->name, "%s", interface);
    if (prepare(l, options, e) < 0)
        live_close(&l);
    return l;
}

void live_close(struct live **l)
{
    if (!*l)
        return;
    pcap_close((*l)->pcap);
    for (int i = 0; i < LOSS_FILES; i++)
        if ((*l)->loss[i] >= 0)
            close((*l)->loss[i]);
    free(*l);
    *l = NULL;
}

/* ---- down, away, and back */

static bool ask(const struct live *l, unsigned long what, struct ifreq *r)
{
    memset(r, 0, sizeof *r);
    memcpy(r->ifr_name, l->name, sizeof l->name);
    return ioctl(pcap_fileno(l->pcap), what, r) == 0;
}

static bool bind_again(struct live *l, int index)
{
    struct sockaddr_ll to = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(0x0003), /* all */
                             .sll_ifindex = index};
    struct packet_mreq all = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    int fd = pcap_fileno(l->pcap);

    if (bind(fd, (const struct sockaddr *)&to, sizeof to) < 0)
        return false;
    if (l->promiscuous)
        setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
    l->index = index;
    open_losses(l);
    l->loss_before = losses(l);
    return true;
}

/* Is it there again, and up?  -1: it is, and cannot be read. */
static int look(struct live *l, struct err *e)
{
    struct ifreq r;

    if (!ask(l, SIOCGIFINDEX, &r))
        return 0;
    int index = r.ifr_ifindex;
    if (index != l->index) {
        if (l->shared)
            return err_set(e,
                           "%s was made anew, which a capture with several workers cannot follow: "
                           "start it again",
                           l->name);
        if (ask(l, SIOCGIFHWADDR, &r) && r.ifr_hwaddr.sa_family != l->hardware)
            return err_set(e, "%s was made anew with another link layer: start the capture again",
                           l->name);
        if (!bind_again(l, index))
            return 0;
    }
    return ask(l, SIOCGIFFLAGS, &r) && (r.ifr_flags & IFF_UP);
}

static void goes_down(struct live *l)
{
    l->down = true;
    l->outages++;
}

/* Now and then while nothing comes: libpcap itself says nothing of an interface that is down. */
static int look_again(struct live *l, struct err *e)
{
    int64_t now = clock_monotonic();

    if (now - l->looked_ns < LOOK_NS)
        return 0;
    l->looked_ns = now;
    int up = look(l, e);
    if (up == 0 && !l->down)
        goes_down(l);
    else if (up > 0)
        l->down = false;
    return up < 0 ? -1 : 0;
}

bool live_is_up(const struct live *l)
{
    return !l->down;
}

uint64_t live_outages(const struct live *l)
{
    return l->outages;
}

/* ---- reading */

int live_descriptor(const struct live *l)
{
    return l->down ? -1 : pcap_get_selectable_fd(l->pcap);
}

/* An error of reading: that of an interface that went away is no end. */
static int stopped(struct live *l, int rc, struct err *e)
{
    struct err unused;

    if (rc == PCAP_ERROR_BREAK || look(l, &unused) > 0)
        return err_set(e, "%s: reading it failed: %s", l->name, pcap_geterr(l->pcap));
    goes_down(l);
    return 0;
}

int live_next(struct live *l, struct frame *frame_r, struct err *e)
{
    struct pcap_pkthdr *h;
    const u_char *octets;
    int64_t at_ns;

    do {
        int rc = pcap_next_ex(l->pcap, &h, &octets);
        if (rc == 0 || (rc != 1 && l->down))
            return look_again(l, e);
        if (rc != 1)
            return stopped(l, rc, e);
        at_ns = h->ts.tv_sec * INT64_C(1000000000) + h->ts.tv_usec;
    } while (at_ns < l->since_ns);
    *frame_r = (struct frame){
        .at_ns = l->steady ? steady_of(l->steady, at_ns) : at_ns,
        .number = ++l->frames,
        .link = pcap_datalink(l->pcap),
        .wire_size = h->len,
        .octets = {octets, h->caplen},
    };
    return 1;
}
