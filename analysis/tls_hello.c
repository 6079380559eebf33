/* tls_hello.c - ClientHello, ServerHello and HelloRetryRequest, as RFC 8446 4.1 writes them. */
#include "tls_private.h"

/* The registry "TLS ExtensionType Values". */
enum extension {
    EXTENSION_SERVER_NAME = 0,             /* RFC 6066 3 */
    EXTENSION_SUPPORTED_GROUPS = 10,       /* RFC 8422 5.1.1, RFC 8446 4.2.7 */
    EXTENSION_EC_POINT_FORMATS = 11,       /* RFC 8422 5.1.2 */
    EXTENSION_SIGNATURE_ALGORITHMS = 13,   /* RFC 8446 4.2.3 */
    EXTENSION_ALPN = 16,                   /* RFC 7301 3.1 */
    EXTENSION_EXTENDED_MASTER_SECRET = 23, /* RFC 7627 5.1 */
    EXTENSION_PRE_SHARED_KEY = 41,         /* RFC 8446 4.2.11 */
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_SUPPORTED_VERSIONS = 43,
    EXTENSION_KEY_SHARE = 51,
    EXTENSION_ENCRYPTED_CLIENT_HELLO = 0xfe0d, /* RFC 9849 5 */
};

#define RANDOM_OCTETS 32
#define SENTINEL_OCTETS 8

#define FALLBACK_SCSV 0x5600 /* RFC 7507 2 */

/* RFC 8446 4.1.3: the Random of a ServerHello that is a HelloRetryRequest. */
static const uint8_t retry_random[RANDOM_OCTETS] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

bool tls_is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/* ---- what extensions hold */

/* RFC 6066 3: the first name of type host_name. */
static struct slice server_name(struct cursor *extension)
{
    struct cursor list = cursor_block(extension, 2);
    struct slice name = {NULL, 0};

    while (cursor_more(&list)) {
        uint8_t type = cursor_u8(&list);
        struct cursor entry = cursor_block(&list, 2);
        if (type == 0 && name.n == 0 && list.status == CURSOR_OK)
            name = cursor_rest(&entry);
    }
    cursor_close(extension);
    return name;
}

/* RFC 7301 3.1: the first protocol. */
static struct slice first_protocol(struct cursor *extension)
{
    struct cursor list = cursor_block(extension, 2);
    struct cursor name = cursor_block(&list, 1);
    bool whole = list.status == CURSOR_OK;

    cursor_close(extension);
    return whole ? cursor_rest(&name) : (struct slice){NULL, 0};
}

/* A list of values of `octets` octets each, behind a length of `width`. */
static struct slice values(struct cursor *c, unsigned width, size_t octets)
{
    struct cursor list = cursor_block(c, width);
    struct slice all = cursor_rest(&list);

    if (all.n % octets)
        cursor_bad(c);
    return c->status == CURSOR_OK ? all : (struct slice){NULL, 0};
}

static struct slice extension_values(struct cursor *extension, unsigned width, size_t octets)
{
    struct slice all = values(extension, width, octets);

    return cursor_close(extension) == CURSOR_OK ? all : (struct slice){NULL, 0};
}

/* Drafts of TLS 1.3 are 0x7fxx; whatever else is no version of TLS is below them all. */
static uint32_t rank(uint16_t version)
{
    if (version >> 8 == 0x7f)
        return (0x0303u << 8) + (version & 0xff);
    return version >> 8 == 3 ? (uint32_t)version << 8 : 0;
}

/* RFC 8446 4.2.1 */
static uint16_t highest_version(struct cursor *extension)
{
    struct cursor list = cursor_block(extension, 1);
    uint16_t highest = 0;

    while (cursor_more(&list)) {
        uint16_t version = cursor_u16(&list);
        if (list.status == CURSOR_OK && rank(version) > rank(highest))
            highest = version;
    }
    cursor_close(extension);
    return highest;
}

/* RFC 8446 4.2.8: a HelloRetryRequest has the group only. */
static uint16_t shared_group(struct cursor *extension, bool retry)
{
    uint16_t group = cursor_u16(extension);

    if (!retry)
        cursor_block(extension, 2); /* key_exchange */
    return cursor_close(extension) == CURSOR_OK ? group : 0;
}

/* ---- ClientHello */

static void client_extension(uint16_t type, struct cursor *extension, struct tls_client_hello *h)
{
    switch (type) {
    case EXTENSION_SERVER_NAME:
        h->server_name = server_name(extension);
        break;
    case EXTENSION_SUPPORTED_GROUPS:
        h->groups = extension_values(extension, 2, 2);
        break;
    case EXTENSION_EC_POINT_FORMATS:
        h->point_formats = extension_values(extension, 1, 1);
        break;
    case EXTENSION_SIGNATURE_ALGORITHMS:
        h->signatures = extension_values(extension, 2, 2);
        break;
    case EXTENSION_ALPN:
        h->alpn = first_protocol(extension);
        break;
    case EXTENSION_EARLY_DATA:
        h->early_data = true;
        break;
    case EXTENSION_SUPPORTED_VERSIONS:
        h->version_offered = highest_version(extension);
        break;
    case EXTENSION_ENCRYPTED_CLIENT_HELLO:
        h->ech = true;
        break;
    default:
        break;
    }
}

static void client_extensions(struct cursor *c, struct tls_client_hello *h)
{
    struct cursor extensions = cursor_block(c, 2);

    /* Until the list was read it may hold the versions. */
    h->version_offered = 0;
    bool versions = false;
    h->extensions = cursor_rest(&extensions);
    while (cursor_more(&extensions)) {
        uint16_t type = cursor_u16(&extensions);
        struct cursor extension = cursor_block(&extensions, 2);
        if (extensions.status != CURSOR_OK)
            break;
        versions |= type == EXTENSION_SUPPORTED_VERSIONS;
        client_extension(type, &extension, h);
    }
    if (!versions && c->status == CURSOR_OK)
        h->version_offered = h->version;
}

static bool has_fallback(struct slice ciphers)
{
    struct cursor c = cursor_open(ciphers);

    while (cursor_more(&c))
        if (cursor_u16(&c) == FALLBACK_SCSV)
            return true;
    return false;
}

void tls_read_client_hello(struct slice body, struct tls_client_hello *hello_r)
{
    struct tls_client_hello *h = hello_r;
    struct cursor c = cursor_open_whole(body);

    *h = (struct tls_client_hello){0};
    h->version = h->version_offered = cursor_u16(&c);
    cursor_take(&c, RANDOM_OCTETS);
    h->session = values(&c, 1, 1);
    h->ciphers = values(&c, 2, 2);
    cursor_block(&c, 1); /* legacy_compression_methods */
    h->read = c.status == CURSOR_OK;
    h->fallback = has_fallback(h->ciphers);
    if (cursor_more(&c))
        client_extensions(&c, h);
    h->bad = cursor_close(&c) != CURSOR_OK;
}

bool tls_is_second_hello(struct slice body)
{
    struct cursor c = cursor_open(body);
    uint8_t type = cursor_u8(&c);
    size_t length = cursor_u24(&c);
    size_t here = cursor_left(&c);
    uint16_t version = cursor_u16(&c);

    return c.status == CURSOR_OK && type == TLS_CLIENT_HELLO && length >= here &&
           length <= BOUND_HANDSHAKE_OCTETS && version == 0x0303;
}

/* ---- ServerHello */

static void server_extension(uint16_t type, struct cursor *extension, struct tls_server_hello *h)
{
    uint16_t version;

    switch (type) {
    case EXTENSION_ALPN:
        h->alpn = first_protocol(extension);
        break;
    case EXTENSION_EXTENDED_MASTER_SECRET:
        h->extended_master_secret = true;
        break;
    case EXTENSION_PRE_SHARED_KEY:
        h->pre_shared_key = true;
        break;
    case EXTENSION_SUPPORTED_VERSIONS:
        version = cursor_u16(extension);
        if (cursor_close(extension) == CURSOR_OK)
            h->version = version;
        break;
    case EXTENSION_KEY_SHARE:
        h->group = shared_group(extension, h->retry);
        break;
    default:
        break;
    }
}

static void server_extensions(struct cursor *c, struct tls_server_hello *h)
{
    struct cursor extensions = cursor_block(c, 2);

    h->extensions = cursor_rest(&extensions);
    while (cursor_more(&extensions)) {
        uint16_t type = cursor_u16(&extensions);
        struct cursor extension = cursor_block(&extensions, 2);
        if (extensions.status == CURSOR_OK)
            server_extension(type, &extension, h);
    }
}

/* RFC 8446 4.1.3: a server of TLS 1.2 or later says in its Random that it was made to speak less. */
static uint16_t downgrade(struct slice random)
{
    static const uint8_t to_12[] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 1};
    static const uint8_t to_11[] = {'D', 'O', 'W', 'N', 'G', 'R', 'D', 0};
    struct slice last = slice_tail(random, RANDOM_OCTETS - SENTINEL_OCTETS);

    if (slice_equal(last, (struct slice){to_12, sizeof to_12}))
        return 0x0303;
    return slice_equal(last, (struct slice){to_11, sizeof to_11}) ? 0x0302 : 0;
}

void tls_read_server_hello(struct slice body, struct tls_server_hello *hello_r)
{
    struct tls_server_hello *h = hello_r;
    struct cursor c = cursor_open_whole(body);

    *h = (struct tls_server_hello){0};
    h->version = h->legacy_version = cursor_u16(&c);
    struct slice random = cursor_take(&c, RANDOM_OCTETS);
    h->session = values(&c, 1, 1);
    h->cipher = cursor_u16(&c);
    h->compression = cursor_u8(&c) != 0;
    h->read = c.status == CURSOR_OK;
    h->retry = slice_equal(random, (struct slice){retry_random, sizeof retry_random});
    h->downgrade = downgrade(random);
    if (cursor_more(&c))
        server_extensions(&c, h);
    h->bad = cursor_close(&c) != CURSOR_OK;
}
