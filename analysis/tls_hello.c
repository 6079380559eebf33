/* tls_hello.c - the handshake messages that are not encrypted, as RFC 8446 4 writes them. */
#include "tls_private.h"

/* RFC 8446 4.2 */
enum extension {
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_ALPN = 16,
    EXTENSION_EARLY_DATA = 42,
    EXTENSION_SUPPORTED_VERSIONS = 43,
};

#define RANDOM_OCTETS 32

/* RFC 8446 4.1.3: the Random of a ServerHello that is a HelloRetryRequest. */
static const uint8_t retry_random[RANDOM_OCTETS] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

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

static void client_extensions(struct cursor *c, struct tls_hello *h)
{
    struct cursor extensions = cursor_block(c, 2);

    while (cursor_more(&extensions)) {
        uint16_t type = cursor_u16(&extensions);
        struct cursor extension = cursor_block(&extensions, 2);
        if (type == EXTENSION_SERVER_NAME)
            h->server_name = server_name(&extension);
        else if (type == EXTENSION_ALPN)
            h->alpn = first_protocol(&extension);
        else if (type == EXTENSION_EARLY_DATA)
            h->early_data = true;
    }
}

void tls_client_hello(struct slice body, struct tls_hello *hello_r)
{
    struct tls_hello *h = hello_r;
    struct cursor c = cursor_open_whole(body);

    *h = (struct tls_hello){0};
    h->version = cursor_u16(&c);
    cursor_take(&c, RANDOM_OCTETS);
    cursor_block(&c, 1); /* legacy_session_id */
    cursor_block(&c, 2); /* cipher_suites */
    cursor_block(&c, 1); /* legacy_compression_methods */
    h->read = c.status == CURSOR_OK;
    if (cursor_more(&c))
        client_extensions(&c, h);
    h->bad = cursor_close(&c) != CURSOR_OK;
}

static void server_extensions(struct cursor *c, struct tls_hello *h)
{
    struct cursor extensions = cursor_block(c, 2);

    while (cursor_more(&extensions)) {
        uint16_t type = cursor_u16(&extensions);
        struct cursor extension = cursor_block(&extensions, 2);
        if (type != EXTENSION_SUPPORTED_VERSIONS)
            continue;
        uint16_t version = cursor_u16(&extension);
        if (cursor_close(&extension) == CURSOR_OK)
            h->version = version;
    }
}

void tls_server_hello(struct slice body, struct tls_hello *hello_r)
{
    struct tls_hello *h = hello_r;
    struct cursor c = cursor_open_whole(body);

    *h = (struct tls_hello){0};
    h->version = cursor_u16(&c);
    struct slice random = cursor_take(&c, RANDOM_OCTETS);
    cursor_block(&c, 1); /* legacy_session_id_echo */
    h->cipher = cursor_u16(&c);
    cursor_u8(&c); /* legacy_compression_method */
    h->read = c.status == CURSOR_OK;
    h->retry = slice_equal(random, (struct slice){retry_random, sizeof retry_random});
    if (cursor_more(&c))
        server_extensions(&c, h);
    h->bad = cursor_close(&c) != CURSOR_OK;
}

struct slice tls_first_certificate(struct slice body)
{
    struct cursor c = cursor_open_whole(body);
    struct cursor list = cursor_block(&c, 3);
    struct cursor certificate = cursor_block(&list, 3);

    return c.status == CURSOR_OK ? cursor_rest(&certificate) : (struct slice){NULL, 0};
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
