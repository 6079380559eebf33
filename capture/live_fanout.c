/*
 * live_fanout.c - frames of one interface shared among several sockets (packet(7), PACKET_FANOUT).
 *
 * The kernel's own hash would do for plain TCP, but takes the two directions of what goes through a
 * VXLAN tunnel apart, whose outer ports differ by direction.  So a small program decides: TCP by its
 * two addresses, which fragments have too; everything else, tunnels among it, goes to the first.
 * Reading the interface with more workers therefore does not help where all mail comes in tunnels.
 */
#include "live.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define PROGRAM_STEPS 256

/* Tags in a frame that are looked behind: one more than is in use. */
#define TAGS 3

struct program {
    struct sock_filter step[PROGRAM_STEPS];
    unsigned count;
};

static void emit(struct program *p, int code, uint32_t k)
{
    if (p->count < PROGRAM_STEPS)
        p->step[p->count++] = (struct sock_filter){.code = (uint16_t)code, .k = k};
}

/* A = what stands `at` octets behind the beginning of `header`: SKF_LL_OFF or SKF_NET_OFF. */
static void load(struct program *p, int size, int header, unsigned at)
{
    emit(p, BPF_LD | BPF_ABS | size, (uint32_t)header + at);
}

/* What is emitted between these two runs only when A is `value`. */
static unsigned when(struct program *p, uint32_t value)
{
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, value);
    return p->count - 1;
}

static void end(struct program *p, unsigned begun)
{
    p->step[begun].jf = (uint8_t)(p->count - begun - 1);
}

/* The first socket, unless A is `value`. */
static void first_unless(struct program *p, uint32_t value)
{
    emit(p, BPF_JMP | BPF_JEQ | BPF_K, value);
    p->step[p->count - 1].jt = 1;
    emit(p, BPF_RET | BPF_K, 0);
}

/* The one step that follows is done only when A is any of `values`, or, with `none`, none of them. */
static void when_any(struct program *p, const uint32_t *values, unsigned count, bool none)
{
    for (unsigned i = 0; i < count; i++) {
        emit(p, BPF_JMP | BPF_JEQ | BPF_K, values[i]);
        p->step[p->count - 1].jt = (uint8_t)(count - i - (none ? 0 : 1));
    }
    p->step[p->count - 1].jf = none ? 0 : 1;
}

/* By the exclusive or of `words` words from `at` on, which is the same in both directions. */
static void by_words(struct program *p, int header, unsigned at, unsigned words)
{
    load(p, BPF_W, header, at);
    for (unsigned i = 1; i < words; i++) {
        emit(p, BPF_MISC | BPF_TAX, 0);
        load(p, BPF_W, header, at + 4 * i);
        emit(p, BPF_ALU | BPF_XOR | BPF_X, 0);
    }
    emit(p, BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1); /* neighbours go apart */
    emit(p, BPF_ALU | BPF_RSH | BPF_K, 16);
    emit(p, BPF_RET | BPF_A, 0);
}

/* An IP header, if A says that one begins `at` octets behind `header`. */
static void by_address(struct program *p, int header, unsigned at)
{
    static const uint32_t extensions[] = {IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
                                          IPPROTO_DSTOPTS};
    unsigned four = when(p, ETH_P_IP);

    load(p, BPF_B, header, at + 9);
    first_unless(p, IPPROTO_TCP);
    by_words(p, header, at + 12, 2);
    end(p, four);
    unsigned six = when(p, ETH_P_IPV6);
    load(p, BPF_B, header, at + 6);
    /* Two of them: a fragment, and something of the usual eight octets before it. */
    for (unsigned i = 0; i < 2; i++) {
        when_any(p, extensions, sizeof extensions / sizeof *extensions, false);
        load(p, BPF_B, header, at + 40 + 8 * i);
    }
    first_unless(p, IPPROTO_TCP);
    by_words(p, header, at + 8, 8);
    end(p, six);
}

/*
 * Of what is received the kernel has taken the outermost tag off; of what this host sends it may not
 * have, and then its network header is the one behind the tags.  So tags are counted from the
 * beginning of the frame, as many as there may be in either direction.
 */
static void make_program(struct program *p)
{
    static const uint32_t tags[] = {ETH_P_8021Q, ETH_P_8021AD, ETH_P_QINQ1};

    p->count = 0;
    load(p, BPF_W, SKF_AD_OFF, SKF_AD_PROTOCOL);
    by_address(p, SKF_NET_OFF, 0);
    for (unsigned depth = 1; depth <= TAGS; depth++) {
        when_any(p, tags, sizeof tags / sizeof *tags, true);
        emit(p, BPF_RET | BPF_K, 0);
        load(p, BPF_H, SKF_LL_OFF, 12 + 4 * depth);
        by_address(p, SKF_LL_OFF, 14 + 4 * depth);
    }
    emit(p, BPF_RET | BPF_K, 0);
}

int live_fanout(int fd, unsigned *group, struct err *e)
{
    struct program p;
    uint32_t join = PACKET_FANOUT_CBPF << 16 | *group;

    make_program(&p);
    struct sock_fprog program = {.len = (unsigned short)p.count, .filter = p.step};
    if (*group == 0)
        join |= PACKET_FANOUT_FLAG_UNIQUEID << 16;
    if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &join, sizeof join) < 0)
        return err_set(e, "cannot be shared among workers: %s", strerror(errno));
    if (*group)
        return 0;
    socklen_t size = sizeof join;
    if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &program, sizeof program) < 0 ||
        getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &join, &size) < 0)
        return err_set(e, "cannot be shared among workers: %s", strerror(errno));
    *group = join & 0xffff;
    return 0;
}
