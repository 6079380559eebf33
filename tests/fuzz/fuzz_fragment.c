/*
 * fuzz_fragment.c - fragments of known datagrams in any order, with any overlap and any repetition:
 * what is put together is the datagram, octet by octet, or nothing.
 *
 * Four octets a fragment: which datagram and whether it tells the truth, offset, size, and time.
 */
#include <mailtap/fragment.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OCTETS 2048u

/* Of datagram `id` every octet and the size are known. */
static uint8_t octet_of(uint32_t id, size_t at)
{
    return (uint8_t)(id * 31 + at * 7 + at / 256);
}

static uint32_t size_of(uint32_t id)
{
    return 1 + id * 241 % OCTETS;
}

static void check(uint32_t id, struct slice whole)
{
    if (whole.n != size_of(id))
        abort();
    for (size_t i = 0; i < whole.n; i++)
        if (whole.p[i] != octet_of(id, i))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fragment_limits limits = {.datagrams = 8, .octets = 16384, .seconds = 60};
    struct fragment_table *t = fragment_table_new(&limits);
    struct cursor c = cursor_open_whole((struct slice){data, size});
    bool lied = false;

    while (cursor_left(&c) >= 4) {
        uint8_t what = cursor_u8(&c);
        uint32_t id = what & 15, all = size_of(id);
        uint32_t offset = cursor_u8(&c) * 8u % (all + 8), n = cursor_u8(&c) * 8u;
        uint8_t octets[OCTETS + 8];
        if (offset >= all)
            continue;
        bool more = offset + n < all;
        n = more ? n : all - offset;
        for (uint32_t i = 0; i < n; i++)
            octets[i] = octet_of(id, offset + i);
        if ((what & 0xe0) == 0xe0 && n) { /* a lie: other octets, or another end */
            octets[0] ^= (what & 0x10) ? 0x55 : 0;
            more = (what & 0x10) ? more : !more;
            lied = true;
        }
        struct fragment f = {.id = id,
                             .protocol = 6,
                             .offset = offset,
                             .more = more,
                             .octets = {octets, n},
                             .at_ns = cursor_u8(&c) * INT64_C(1000000000)};
        f.from.version = f.to.version = what & 8 ? 6 : 4;
        struct slice whole;
        if (fragment_add(t, &f, &whole) && !lied)
            check(id, whole);
    }
    fragment_table_free(&t);
    return 0;
}
