/* prefix.c - lists of address prefixes, read and asked; see prefix.h. */
#include <mailtap/prefix.h>

#include <mailtap/text.h>

#include <stdio.h>
#include <string.h>

#define MAPPED_BITS 96

/* ---- bits of addresses */

static unsigned bits_of(uint8_t version)
{
    return version == 4 ? 32 : 128;
}

/* Octet i of a mask of so many bits. */
static uint8_t mask(unsigned bits, unsigned i)
{
    if (bits >= 8 * (i + 1))
        return 0xff;
    if (bits <= 8 * i)
        return 0;
    return (uint8_t)(0xff00 >> (bits - 8 * i));
}

static struct ip_address cut_to(struct ip_address a, unsigned bits)
{
    for (unsigned i = 0; i < sizeof a.octets; i++)
        a.octets[i] = (uint8_t)(a.octets[i] & mask(bits, i));
    return a;
}

static bool same_address(const struct ip_address *a, const struct ip_address *b)
{
    return a->version == b->version && memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

/* The IPv4 address that an IPv4-mapped one stands for; itself otherwise. */
static struct ip_address unmapped(const struct ip_address *a)
{
    static const uint8_t lead[MAPPED_BITS / 8] = {[10] = 0xff, [11] = 0xff};
    struct ip_address v4 = {.version = 4};

    if (a->version != 6 || memcmp(a->octets, lead, sizeof lead) != 0)
        return *a;
    memcpy(v4.octets, a->octets + sizeof lead, 4);
    return v4;
}

static bool covers(const struct prefix *p, const struct ip_address *a)
{
    unsigned whole = p->bits / 8;

    if (p->address.version != a->version || memcmp(p->address.octets, a->octets, whole) != 0)
        return false;
    return p->bits % 8 == 0 ||
           ((p->address.octets[whole] ^ a->octets[whole]) & mask(p->bits, whole)) == 0;
}

bool prefix_within(const struct prefix_list *list, const struct ip_address *a)
{
    struct ip_address plain = unmapped(a);

    for (unsigned i = 0; i < list->count; i++)
        if (covers(&list->prefix[i], &plain) || covers(&list->prefix[i], a))
            return true;
    return false;
}

void prefix_network(char to[NETWORK_TEXT], const struct ip_address *a, unsigned v4_bits,
                    unsigned v6_bits)
{
    struct ip_address lead = unmapped(a);
    unsigned bits = lead.version == 4 ? v4_bits : v6_bits;
    char text[ADDRESS_TEXT];

    lead = cut_to(lead, bits);
    address_text(text, &lead);
    snprintf(to, NETWORK_TEXT, "%s/%u", text, bits);
}

/* ---- reading a list */

/* Of which wrong() says more. */
static const char bits_behind[] = "bits are set behind its prefix";

/* NULL, or what is wrong with it. */
static const char *read_prefix(struct slice s, struct prefix *p)
{
    struct slice rest = s, address = slice_until(&rest, '/');
    char text[ADDRESS_TEXT];
    uint64_t bits;

    if (s.n == 0)
        return "an address or a prefix is missing";
    if (!text_escape(text, sizeof text, address) || !address_parse(text, &p->address))
        return "is neither an address nor a prefix like 192.0.2.0/24 or 2001:db8::/32";
    bits = bits_of(p->address.version);
    if (address.n < s.n && !slice_decimal(rest, bits, &bits))
        return p->address.version == 4 ? "an IPv4 prefix has 0 to 32 bits"
                                       : "an IPv6 prefix has 0 to 128 bits";
    struct ip_address lead = cut_to(p->address, (unsigned)bits), v4 = unmapped(&lead);
    bool within = same_address(&lead, &p->address);
    p->bits = (uint8_t)(v4.version == lead.version ? bits : bits - MAPPED_BITS);
    p->address = v4;
    return within ? NULL : bits_behind;
}

/* "'WHAT' at octet N: WHY" */
static int wrong(struct slice what, size_t at, const char *why, const struct prefix *p,
                 struct err *e)
{
    char shown[80], meant[ADDRESS_TEXT];
    bool all = text_escape(shown, sizeof shown, what);

    if (why != bits_behind)
        return err_set(e, "'%s%s' at octet %zu: %s", shown, all ? "" : "...", at, why);
    address_text(meant, &p->address);
    return err_set(e, "'%s' at octet %zu: bits are set behind the first %u: write %s/%u", shown, at,
                   p->bits, meant, p->bits);
}

int prefix_read(struct prefix_list *list_r, struct slice text, struct err *e)
{
    struct slice rest = text;
    bool more = true;

    list_r->count = 0;
    while (more) {
        struct prefix one = {.bits = 0};
        size_t before = rest.n, comma = slice_find(rest, ',');
        more = comma < rest.n;
        struct slice item = slice_until(&rest, ','), word = slice_trim(item);
        size_t at = text.n - before + (size_t)(word.p - item.p) + 1;
        const char *why = list_r->count < BOUND_PREFIXES ? read_prefix(word, &one)
                                                         : "a list has at most 1024 prefixes";
        if (why) {
            list_r->count = 0;
            return wrong(word, at, why, &one, e);
        }
        list_r->prefix[list_r->count++] = one;
    }
    return 0;
}
