/* tls_exchange.c - the messages of a full handshake that TLS up to 1.2 sends in the clear. */
#include "tls_private.h"

#include <string.h>

/* ---- ServerKeyExchange */

enum parameters { PARAMETERS_OTHER, PARAMETERS_DH, PARAMETERS_EC };

struct method {
    const char *suites; /* how their names begin */
    enum parameters parameters;
    bool hint; /* psk_identity_hint comes first (RFC 4279 3, RFC 5489 2) */
};

/* Export and anonymous suites are written as the others are (RFC 5246 7.4.3). */
static const struct method methods[] = {
    {"TLS_ECDHE_PSK_", PARAMETERS_EC, true},  {"TLS_DHE_PSK_", PARAMETERS_DH, true},
    {"TLS_PSK_DHE_", PARAMETERS_DH, true},    {"TLS_ECDHE_", PARAMETERS_EC, false},
    {"TLS_ECDH_anon_", PARAMETERS_EC, false}, {"TLS_DHE_", PARAMETERS_DH, false},
    {"TLS_DH_anon_", PARAMETERS_DH, false},
};

static struct method method_of(uint16_t cipher)
{
    const char *name = tls_cipher_name(cipher);

    for (size_t i = 0; name && i < sizeof methods / sizeof *methods; i++)
        if (strncmp(name, methods[i].suites, strlen(methods[i].suites)) == 0)
            return methods[i];
    return (struct method){0};
}

/* RFC 8422 5.4: curve_type, the curve, the public key. */
static uint16_t named_curve(struct cursor *c)
{
    const uint8_t named = 3;
    uint8_t type = cursor_u8(c);
    uint16_t group = cursor_u16(c);

    cursor_block(c, 1);
    return c->status == CURSOR_OK && type == named ? group : 0;
}

static unsigned bits_of(struct cursor number)
{
    unsigned top = 0, bits = 0;

    while (top == 0 && cursor_more(&number))
        top = cursor_u8(&number);
    for (; top; top >>= 1)
        bits++;
    return bits + 8 * (unsigned)cursor_left(&number);
}

/* RFC 5246 7.4.3: the prime, the generator, the public value. */
static unsigned prime_bits(struct cursor *c)
{
    struct cursor prime = cursor_block(c, 2);

    cursor_block(c, 2);
    cursor_block(c, 2);
    return c->status == CURSOR_OK ? bits_of(prime) : 0;
}

void tls_read_server_exchange(struct slice body, uint16_t cipher, struct tls_exchange *exchange_r)
{
    struct cursor c = cursor_open_whole(body);
    struct method m = method_of(cipher);

    *exchange_r = (struct tls_exchange){0};
    if (m.hint)
        cursor_block(&c, 2);
    if (m.parameters == PARAMETERS_EC)
        exchange_r->group = named_curve(&c);
    if (m.parameters == PARAMETERS_DH)
        exchange_r->dh_bits = prime_bits(&c);
}

/* ---- Certificate */

unsigned tls_read_certificates(struct slice body, struct slice chain_r[BOUND_CHAIN])
{
    struct cursor c = cursor_open_whole(body);
    struct cursor list = cursor_block(&c, 3);
    unsigned count = 0;

    while (count < BOUND_CHAIN && c.status == CURSOR_OK && cursor_more(&list)) {
        struct cursor certificate = cursor_block(&list, 3);
        if (c.status == CURSOR_OK && cursor_left(&certificate))
            chain_r[count++] = cursor_rest(&certificate);
    }
    return count;
}
