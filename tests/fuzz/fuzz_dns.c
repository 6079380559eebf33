/*
 * fuzz_dns.c - DNS: the input is one message, and a TCP stream of messages.
 *
 * A message cut anywhere says nothing that the whole one does not: it has the first of its records,
 * and is never taken for whole.  Names are printable, lower case and bounded.  A stream gives the
 * same messages octet by octet.
 */
#include <mailtap/digest.h>
#include <mailtap/dns.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    size_t n = strnlen(text, BOUND_NAME);

    if (n == BOUND_NAME)
        abort();
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            abort();
}

static void check_name(const char *name)
{
    check_text(name);
    for (; *name; name++)
        if (*name >= 'A' && *name <= 'Z')
            abort();
}

static void check_record(const struct dns_record *r)
{
    bool address = r->type == DNS_A || r->type == DNS_AAAA;
    bool target = r->type == DNS_MX || r->type == DNS_CNAME;

    check_name(r->owner);
    check_name(r->target);
    check_text(r->text);
    if (r->owner[0] == '\0' || (r->target[0] != '\0') != target || r->ttl > INT32_MAX)
        abort();
    if ((r->address.version != 0) != address || (r->clipped && r->text[0] == '\0'))
        abort();
}

static void check(const struct dns_message *m)
{
    if (m->records > BOUND_DNS_RECORDS || ((m->records || m->no_data) && !m->response))
        abort();
    if (m->no_data && (m->records || m->dropped || m->truncated || m->rcode))
        abort();
    check_name(m->question);
    for (unsigned i = 0; i < m->records; i++)
        check_record(&m->record[i]);
    if (dns_about_mail(m) && !m->response)
        abort();
}

static void check_cut(struct slice all, size_t n, enum dns_read read, const struct dns_message *m)
{
    static struct dns_message cut;
    uint8_t *copy = malloc(n ? n : 1);

    if (!copy)
        abort();
    if (n)
        memcpy(copy, all.p, n);
    enum dns_read got = dns_read((struct slice){copy, n}, &cut);
    free(copy);
    check(&cut);
    /* Of other operations the header is all that is read. */
    bool query = n < 4 || (all.p[2] & 0x78) == 0;
    if (read == DNS_READ && query && got != DNS_CUT)
        abort();
    if (read == DNS_CUT && query && got != DNS_CUT)
        abort();
    if (cut.records > m->records || cut.dropped > m->dropped)
        abort();
    if (memcmp(cut.record, m->record, cut.records * sizeof *cut.record) != 0)
        abort();
    if (cut.question[0] && strcmp(cut.question, m->question) != 0)
        abort();
}

static void read_stream(struct slice octets, bool by_octet, uint8_t digest[DIGEST_OCTETS])
{
    struct dns_stream *s = dns_stream_new();
    struct digest *d = digest_new();

    while (octets.n) {
        struct slice whole, piece = by_octet ? slice_head(octets, 1) : octets;
        size_t used = dns_stream_feed(s, piece, &whole);
        if (used == 0 || used > piece.n || whole.n > UINT16_MAX)
            abort();
        octets = slice_tail(octets, used);
        digest_add(d, whole);
        if (whole.n)
            digest_add(d, slice_of("|"));
    }
    dns_stream_free(&s);
    digest_finish(&d, digest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dns_message m;
    struct slice all = {data, size};
    uint8_t together[DIGEST_OCTETS], apart[DIGEST_OCTETS];
    enum dns_read read = dns_read(all, &m);

    check(&m);
    for (size_t n = 0; n < size; n += 1 + size / 64)
        check_cut(all, n, read, &m);
    read_stream(all, false, together);
    read_stream(all, true, apart);
    if (memcmp(together, apart, sizeof apart) != 0)
        abort();
    return 0;
}
