/* row_key.c - what tells the shared rows of facts apart; see store_private.h. */
#include "row_private.h"

#include <string.h>

static uint8_t *pack(uint8_t *to, const void *p, size_t n)
{
    memcpy(to, p, n);
    return to + n;
}

static uint8_t *pack_text(uint8_t *to, const char *text)
{
    return pack(to, text, strlen(text) + 1);
}

/* A copy of a size that the compiler knows is one instruction; there are many small fields. */
static uint8_t *pack_field(uint8_t *to, const struct field *field, const struct facts *f)
{
    const char *p = (const char *)f + field->at;

    if (field->kind == KIND_TEXT && *p)
        return pack_text(to, p);
    if (field->kind == KIND_TEXT || field->size == 1)
        return pack(to, p, 1);
    return field->size == 4   ? pack(to, p, 4)
           : field->size == 2 ? pack(to, p, 2)
                              : pack(to, p, field->size);
}

static uint8_t *pack_after(uint8_t *to, enum row_part part, const struct facts *f)
{
    const uint8_t flags = (uint8_t)(part == ROW_TLS        ? f->tls_cipher_known
                                    : part == ROW_BANNER   ? f->ehlo_accepted == YES
                                    : part == ROW_IDENTITY ? f->cert_seen
                                                           : 0);

    to = pack(to, &flags, 1);
    if (part != ROW_IDENTITY || !f->cert_seen)
        return to;
    to = pack_text(to, f->cert.sha256);
    for (uint32_t i = 0; i < f->chain_length && i < BOUND_CHAIN; i++)
        to = pack_text(to, f->chain[i].sha256);
    return to;
}

size_t row_key(uint8_t to[ROW_KEY_OCTETS], enum row_part part, const struct facts *f)
{
    uint8_t *end = to;

    for (size_t i = row_ranges[part].from; i < row_ranges[part].to; i++)
        end = pack_field(end, &row_fields[i], f);
    return (size_t)(pack_after(end, part, f) - to);
}

size_t row_key_most(enum row_part part)
{
    size_t most = 1 + (part == ROW_IDENTITY
                           ? (1 + BOUND_CHAIN) * sizeof((struct cert_facts *)0)->sha256
                           : 0);

    for (size_t i = row_ranges[part].from; i < row_ranges[part].to; i++)
        most += row_fields[i].size;
    return most;
}
