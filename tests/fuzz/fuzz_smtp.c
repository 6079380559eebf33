/*
 * fuzz_smtp.c - the SMTP dialogue: the input is a series of segments, each with an octet for its
 * side (bit 0) and kind (bit 1: a gap; bit 2: the client was not captured), an octet for its length,
 * and its octets.  Cut into single octets the same segments must give the same facts.
 */
#include <mailtap/smtp.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct slice input, bool by_octet, struct facts *facts)
{
    struct cursor c = cursor_open_whole(input);
    struct smtp *s = smtp_new(&facts->heard, (input.n & 1) != 0);
    bool client = false;

    while (cursor_more(&c) && !smtp_in_tls(s)) {
        uint8_t kind = cursor_u8(&c);
        enum role role = kind & 1 ? ROLE_SERVER : ROLE_CLIENT;
        size_t n = cursor_u8(&c);
        client = client || role == ROLE_CLIENT;
        if ((kind & 4) && !client)
            smtp_server_alone(s);
        if (kind & 2) {
            smtp_gap(s, role, n);
            continue;
        }
        struct slice piece = cursor_take(&c, n < cursor_left(&c) ? n : cursor_left(&c));
        if (!by_octet)
            smtp_feed(s, role, piece);
        for (size_t i = 0; by_octet && i < piece.n && !smtp_in_tls(s); i++)
            smtp_feed(s, role, (struct slice){piece.p + i, 1});
    }
    smtp_finish(s, true);
    smtp_free(&s);
}

static void check(const struct facts *f)
{
    if (f->recipients_accepted > f->recipients_attempted || f->address_count > BOUND_ADDRESSES)
        abort();
    if (f->starttls_offered == NO && f->ehlo_accepted == UNKNOWN)
        abort();
    /* Behind a gap in a header octets may be either. */
    if (f->exposure[ITEM_HEADER_FIELD].octets + f->exposure[ITEM_BODY].octets > f->content_octets)
        abort();
    if (f->masked_reply && !f->masked_command)
        abort();
    /* What was not followed to its end is not said to be all. */
    if (f->lost && f->recipients_known == YES)
        abort();
    for (uint32_t i = 0; i < f->address_count; i++)
        if (f->addresses[i].transaction > f->transactions)
            abort();
}

static bool same(const struct facts *a, const struct facts *b)
{
    struct facts x = *a, y = *b;

    for (uint32_t i = 0; i < x.address_count && i < y.address_count; i++)
        if (memcmp(&x.addresses[i], &y.addresses[i], sizeof *x.addresses) != 0)
            return false;
    if (!x.content != !y.content || (x.content && memcmp(x.content, y.content, sizeof *x.content)))
        return false;
    x.addresses = y.addresses = NULL;
    x.content = y.content = NULL;
    return memcmp(&x, &y, sizeof x) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct facts whole = {0}, cut = {0};

    read_all((struct slice){data, size}, false, &whole);
    read_all((struct slice){data, size}, true, &cut);
    check(&whole);
    if (!same(&whole, &cut))
        abort();
    facts_free(&whole.heard);
    facts_free(&cut.heard);
    return 0;
}
