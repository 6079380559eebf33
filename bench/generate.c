/*
 * generate.c - captures of a kind that `mailtap synth` does not make, since no mail server would.
 *
 *   build/bench-generate open N > FILE       N connections that are all open at once, and stay open
 *   build/bench-generate hostile N > FILE    N connections whose client sends single octets, in disorder, and
 *                                            sends them again: the same, or others
 *
 * The same arguments give the same octets.  All sums are right, as some readers drop what has wrong ones.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIN 1u
#define SYN 2u
#define PSH 8u
#define ACK 16u
#define HEADERS 54u /* Ethernet, IPv4 and TCP */
#define SEGMENT 1200u
#define STEP_US 100u
#define AT_ONCE 32u       /* hostile connections that take turns */
#define WINDOW 32u        /* octets among which there is disorder */
#define BODY 600u         /* octets of a hostile message */
#define MOST 16000000u    /* connections: addresses 10.0.0.0/8 */
#define START 1793491200u /* 2026-11-01, as in `synth` */

struct end {
    uint32_t next; /* its sequence number */
};

struct connection {
    uint32_t number;
    struct end client, server;
};

static uint64_t frames; /* written: the clock */
static uint64_t chance = UINT64_C(0x9e3779b97f4a7c15);

/* xorshift64 (Marsaglia 2003): a fixed seed, so the same octets each time. */
static uint32_t below(uint32_t n)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)((chance >> 32) % n);
}

static void put16(uint8_t *p, uint32_t n)
{
    p[0] = (uint8_t)(n >> 8);
    p[1] = (uint8_t)n;
}

static void put32(uint8_t *p, uint32_t n)
{
    put16(p, n >> 16);
    put16(p + 2, n & 0xffff);
}

static uint32_t add(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static uint32_t folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* ---- frames */

static void put_record(uint32_t octets)
{
    uint64_t us = frames++ * STEP_US;
    uint32_t record[4] = {START + (uint32_t)(us / 1000000), (uint32_t)(us % 1000000), octets,
                          octets};

    fwrite(record, sizeof record, 1, stdout);
}

static void put_ip(uint8_t *p, uint32_t client, bool up, uint32_t octets)
{
    static const uint8_t head[] = {0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6};
    uint32_t host = 10u << 24 | (client + 1), mail = UINT32_C(0xc6336419); /* 198.51.100.25 */

    memcpy(p, head, sizeof head);
    put16(p + 2, octets);
    put32(p + 12, up ? host : mail);
    put32(p + 16, up ? mail : host);
    put16(p + 10, folded(add(0, p, 20)));
}

/* One segment from one side.  seq is its own: nothing is moved on. */
static void put_segment(const struct connection *c, bool up, uint32_t seq, unsigned flags,
                        const void *data, uint32_t n)
{
    uint8_t f[HEADERS + SEGMENT] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
    uint8_t *ip = f + 14, *tcp = f + 34;
    uint32_t port = 1024 + c->number % 60000;

    put_ip(ip, c->number, up, 40 + n);
    put16(tcp, up ? port : 25);
    put16(tcp + 2, up ? 25 : port);
    put32(tcp + 4, seq);
    put32(tcp + 8, flags & ACK ? (up ? c->server.next : c->client.next) : 0);
    tcp[12] = 5 << 4;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 65535);
    memcpy(tcp + 20, data, n);
    put16(tcp + 16, folded(add(add(6 + 20 + n, ip + 12, 8), tcp, 20 + n)));
    put_record(HEADERS + n);
    fwrite(f, HEADERS + n, 1, stdout);
}

/* A segment in its place. */
static void say(struct connection *c, bool up, unsigned flags, const char *text)
{
    struct end *e = up ? &c->client : &c->server;
    uint32_t n = (uint32_t)strlen(text);

    put_segment(c, up, e->next, flags, text, n);
    e->next += n + (flags & (SYN | FIN) ? 1 : 0);
}

static struct connection begun(uint32_t number)
{
    return (struct connection){number, {number * 2654435761u}, {number * 40503u + 7}};
}

/* ---- all open at once */

static const struct line {
    bool up;
    unsigned flags;
    const char *text;
} opening[] = {
    {true, SYN, ""},
    {false, SYN | ACK, ""},
    {true, ACK, ""},
    {false, PSH | ACK, "220 mx.bench.example ESMTP\r\n"},
    {true, PSH | ACK, "EHLO client.bench.example\r\n"},
    {false, PSH | ACK, "250-mx.bench.example\r\n250-SIZE 10240000\r\n250 STARTTLS\r\n"},
    {true, PSH | ACK, "MAIL FROM:<a@bench.example>\r\n"},
    {false, PSH | ACK, "250 2.1.0 Ok\r\n"},
};

static void make_open(struct connection *all, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        all[i] = begun(i);
    for (size_t l = 0; l < sizeof opening / sizeof *opening; l++)
        for (uint32_t i = 0; i < n; i++)
            say(&all[i], opening[l].up, opening[l].flags, opening[l].text);
}

/* ---- hostile */

/* Octets that were sent, again: the same, or in a third of cases others; at times far in the past. */
static void send_again(const struct connection *c, uint32_t base, const char *text, uint32_t sent)
{
    char copy[16];
    uint32_t n = 1 + below(sizeof copy), at = below(4) || sent < WINDOW ? sent : below(sent) + 1;

    n = n < at ? n : at;
    memcpy(copy, text + at - n, n);
    if (below(3) == 0)
        memset(copy, 'X', n);
    put_segment(c, true, base + at - n, PSH | ACK, copy, n);
}

/* A segment of each octet, in disorder among WINDOW of them; one in eight comes with some that follow it. */
static void drip(struct connection *c, const char *text)
{
    uint32_t n = (uint32_t)strlen(text), base = c->client.next, order[WINDOW];

    for (uint32_t from = 0; from < n; from += WINDOW) {
        uint32_t count = n - from < WINDOW ? n - from : WINDOW;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t j = below(i + 1);
            order[i] = from + i;
            order[i] = order[j];
            order[j] = from + i;
        }
        for (uint32_t i = 0; i < count; i++) {
            uint32_t more = below(8) ? 1 : 1 + below(from + count - order[i]);
            put_segment(c, true, base + order[i], PSH | ACK, text + order[i], more);
        }
        for (uint32_t i = 0; i < count / 8; i++)
            send_again(c, base, text, from + count);
    }
    c->client.next += n;
}

/* Part of a dialogue: false when there is no such part. */
static bool speak(struct connection *c, unsigned part)
{
    static const char *const exchange[][2] = {
        {"EHLO client.bench.example\r\n", "250-mx.bench.example\r\n250 SIZE 10240000\r\n"},
        {"MAIL FROM:<a@bench.example>\r\n", "250 2.1.0 Ok\r\n"},
        {"RCPT TO:<b@bench.example>\r\n", "250 2.1.5 Ok\r\n"},
        {"DATA\r\n", "354 go ahead\r\n"},
        {NULL, "250 2.0.0 Ok\r\n"},
        {"QUIT\r\n", "221 2.0.0 Bye\r\n"},
    };
    const unsigned parts = sizeof exchange / sizeof *exchange;
    char body[BODY + 64];

    if (part == 0) {
        for (size_t l = 0; l < 4; l++)
            say(c, opening[l].up, opening[l].flags, opening[l].text);
    } else if (part <= parts) {
        int n = snprintf(body, sizeof body, "Subject: %u\r\n\r\n", c->number);
        memset(body + n, 'a' + (int)(c->number % 26), BODY);
        memcpy(body + BODY, "\r\n.\r\n", sizeof "\r\n.\r\n");
        drip(c, exchange[part - 1][0] ? exchange[part - 1][0] : body);
        say(c, false, PSH | ACK, exchange[part - 1][1]);
    } else if (part == parts + 1) {
        say(c, true, FIN | ACK, "");
        say(c, false, FIN | ACK, "");
        say(c, true, ACK, "");
    }
    return part <= parts + 1;
}

static void make_hostile(struct connection *all, uint32_t n)
{
    for (uint32_t from = 0; from < n; from += AT_ONCE) {
        uint32_t to = n - from < AT_ONCE ? n : from + AT_ONCE;
        bool more = true;
        for (uint32_t i = from; i < to; i++)
            all[i] = begun(i);
        for (unsigned part = 0; more; part++)
            for (uint32_t i = from; i < to; i++)
                more = speak(&all[i], part);
    }
}

int main(int argc, char **argv)
{
    static const uint32_t file[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
    unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    bool open = argc == 3 && strcmp(argv[1], "open") == 0;

    if (!n || n > MOST || (!open && strcmp(argv[1], "hostile") != 0)) {
        fprintf(stderr, "usage: bench-generate open|hostile N > FILE   (N at most %u)\n", MOST);
        return 2;
    }
    struct connection *all = calloc(n, sizeof *all);
    if (!all) {
        perror("bench-generate");
        return 1;
    }
    fwrite(file, sizeof file, 1, stdout);
    (open ? make_open : make_hostile)(all, (uint32_t)n);
    free(all);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("bench-generate: write");
        return 1;
    }
    return 0;
}
