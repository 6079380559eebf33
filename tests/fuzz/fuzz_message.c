/*
 * fuzz_message.c - one message: whole, octet by octet and cut at random it must give the same facts
 * and the same kept values.  An octet 0xff is a gap of one octet, so that losses are tried too.
 */
#include <mailtap/message.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was kept, as a number. */
static void keep(void *context, struct slice value)
{
    uint64_t *sum = context;

    for (size_t i = 0; i < value.n; i++)
        *sum = *sum * 31 + value.p[i];
    *sum = *sum * 37 + 1;
}

static size_t piece_size(size_t left, unsigned how, uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    size_t n = how == 0 ? left : how == 1 ? 1 : 1 + (*random >> 16) % (how == 2 ? 8 : 100);

    return n < left ? n : left;
}

/* Copies of exactly their size: the sanitizer sees what reads past one. */
static void feed(struct message *m, struct slice s, unsigned how)
{
    uint32_t random = (uint32_t)s.n;

    while (s.n) {
        size_t n = piece_size(s.n, how, &random);
        uint8_t *copy = malloc(n);
        if (!copy)
            abort();
        memcpy(copy, s.p, n);
        message_feed(m, (struct slice){copy, n});
        free(copy);
        s = slice_tail(s, n);
    }
}

static void read_all(struct message *m, struct slice s, unsigned how)
{
    message_begin(m);
    while (s.n) {
        size_t n = slice_find(s, 0xff);
        feed(m, slice_head(s, n), how);
        if (n < s.n)
            message_gap(m);
        s = slice_tail(s, n + 1);
    }
}

static void check(const struct message_facts *f)
{
    uint64_t fields = 0, octets = 0;

    for (int i = 0; i < HEADER_FIELDS; i++) {
        fields += f->field[i].count;
        octets += f->field[i].octets;
    }
    if (fields != f->fields || octets > f->header_octets)
        abort();
    if (f->header_octets + f->body_octets > f->octets || f->attachments > f->parts)
        abort();
    if (!f->missing && f->header_octets + f->body_octets != f->octets)
        abort();
    octets = f->attachment_octets;
    for (uint32_t i = 0; i < f->parts && i < BOUND_PARTS; i++) {
        if (f->part[i].decoded > f->part[i].octets || f->part[i].depth > BOUND_MIME_DEPTH)
            abort();
        octets -= f->part[i].attachment ? f->part[i].octets : 0;
    }
    if (f->attachment_octets > f->body_octets || (f->parts <= BOUND_PARTS && octets))
        abort();
    if (f->received_tls > f->received)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t sum[4] = {0};
    static struct message_facts facts[4];

    for (unsigned how = 0; how < 4; how++) {
        struct message_keep functions = {.context = &sum[how], .subject = keep, .filename = keep};
        struct message *m = message_new(&functions);
        read_all(m, (struct slice){data, size}, how);
        facts[how] = *message_end(m);
        message_free(&m);
        check(&facts[how]);
        if (sum[how] != sum[0] || memcmp(&facts[how], &facts[0], sizeof facts[0]) != 0)
            abort();
    }
    return 0;
}
