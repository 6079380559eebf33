/* filter.c - see filter.h. */
#include <mailtap/filter.h>

#include <mailtap/bounds.h>

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

struct filter {
    struct bpf_program program;
};

struct filter *filter_new(const char *expression, struct err *e)
{
    pcap_t *dead = pcap_open_dead(DLT_RAW, BOUND_FRAME_OCTETS);
    struct filter *f = must_alloc(1, sizeof *f);

    if (dead && pcap_compile(dead, &f->program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0) {
        pcap_close(dead);
        return f;
    }
    err_set(e, "the filter '%s' cannot be used on IP packets: %s", expression,
            dead ? pcap_geterr(dead) : "out of memory");
    if (dead)
        pcap_close(dead);
    free(f);
    return NULL;
}

void filter_free(struct filter **f)
{
    if (!*f)
        return;
    pcap_freecode(&(*f)->program);
    free(*f);
    *f = NULL;
}

/* The headers of the packet, without options: what was put together from fragments has no header
 * that stands before its octets. */
static size_t plain_header(const struct packet *p, uint8_t to[80])
{
    bool six = p->from.address.version == 6;
    size_t network = six ? 40 : 20, size = network + 20, address = six ? 16 : 4;
    size_t all = size + p->payload.n;
    uint8_t *tcp = to + network;

    memset(to, 0, 80);
    if (six) {
        to[0] = 0x60;
        to[4] = (uint8_t)((all - 40) >> 8);
        to[5] = (uint8_t)(all - 40);
        to[6] = 6;
    } else {
        to[0] = 0x45;
        to[2] = (uint8_t)(all >> 8);
        to[3] = (uint8_t)all;
        to[9] = 6;
    }
    memcpy(to + network - 2 * address, p->from.address.octets, address);
    memcpy(to + network - address, p->to.address.octets, address);
    tcp[0] = (uint8_t)(p->from.port >> 8);
    tcp[1] = (uint8_t)p->from.port;
    tcp[2] = (uint8_t)(p->to.port >> 8);
    tcp[3] = (uint8_t)p->to.port;
    for (int i = 0; i < 4; i++) {
        tcp[4 + i] = (uint8_t)(p->seq >> (24 - 8 * i));
        tcp[8 + i] = (uint8_t)(p->ack >> (24 - 8 * i));
    }
    tcp[12] = 0x50;
    tcp[13] = p->flags;
    return size;
}

bool filter_passes(const struct filter *f, const struct packet *p)
{
    uint8_t header[80];

    if (!f)
        return true;
    if (p->network.n)
        return bpf_filter(f->program.bf_insns, p->network.p, (u_int)p->network.n,
                          (u_int)p->network.n) != 0;
    size_t n = plain_header(p, header);
    return bpf_filter(f->program.bf_insns, header, (u_int)(n + p->payload.n), (u_int)n) != 0;
}
