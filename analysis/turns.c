/* turns.c - the records of a TLS session as turns of its two sides; see estimate.h. */
#include <mailtap/estimate.h>

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* ---- turns */

/* Room for another turn; false when they are too many. */
static bool begin_turn(struct turns *t, bool by_client)
{
    if (t->count == BOUND_TURNS)
        return false;
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 16;
        t->list = must_grow(t->list, t->room, sizeof *t->list);
    }
    t->list[t->count++] = (struct turn){.by_client = by_client};
    return true;
}

void turns_add(struct turns *t, bool by_client, uint32_t octets)
{
    bool goes_on = t->count && t->list[t->count - 1].by_client == by_client;

    if (t->cut)
        return;
    if (!goes_on && !begin_turn(t, by_client)) {
        t->cut = true;
        return;
    }
    struct turn *last = &t->list[t->count - 1];
    last->records++;
    last->octets += octets;
    last->last = octets;
}

void turns_free(struct turns *t)
{
    free(t->list);
    *t = (struct turns){0};
}

/* ---- what protection adds */

#define TAG_OCTETS 16u      /* of GCM, CCM and ChaCha20-Poly1305 */
#define SHORT_TAG_OCTETS 8u /* of CCM_8 */
#define NONCE_OCTETS 8u     /* sent along with GCM and CCM up to TLS 1.2 (RFC 5288 3) */
#define TYPE_OCTETS 1u      /* the type inside the record (RFC 8446 5.2) */

static bool says(const char *name, const char *word)
{
    return strstr(name, word) != NULL;
}

static bool is_aead(const char *name)
{
    return says(name, "_GCM") || says(name, "_CCM") || says(name, "CHACHA20");
}

/* Of the cipher in CBC mode; 0: it is none. */
static uint32_t block_octets(const char *name)
{
    if (!says(name, "_CBC"))
        return 0;
    return says(name, "DES") || says(name, "IDEA") || says(name, "RC2") ? 8 : 16;
}

static uint32_t mac_octets(const char *name)
{
    if (says(name, "_SHA384"))
        return 48;
    if (says(name, "_SHA256"))
        return 32;
    return says(name, "_MD5") ? 16 : says(name, "_SHA") ? 20 : 0;
}

/* Drafts of it, too. */
static bool is_13(uint16_t version)
{
    return version == 0x0304 || version >> 8 == 0x7f;
}

uint32_t tls_overhead(uint16_t version, uint16_t cipher)
{
    const char *name = tls_cipher_name(cipher);

    if (!name)
        return 0;
    uint32_t tag = says(name, "_CCM_8") ? SHORT_TAG_OCTETS : TAG_OCTETS;
    if (is_13(version))
        return TYPE_OCTETS + (says(name, "TLS_SHA") ? mac_octets(name) : tag);
    if (is_aead(name))
        return tag + (says(name, "CHACHA20") ? 0 : NONCE_OCTETS);
    /* The initialisation vector is sent along from TLS 1.1 on (RFC 4346 6.2.3.2). */
    uint32_t block = block_octets(name), vector = version >= 0x0302 ? block : 0;
    return vector + mac_octets(name) + block / 2;
}

uint32_t tls_overhead_spread(uint16_t cipher)
{
    const char *name = tls_cipher_name(cipher);

    return name ? block_octets(name) / 2 : 0;
}

/* ---- what TLS 1.3 hides among the data */

#define ALERT_OCTETS 2u

/* RFC 8446 4.4.4: four octets, and a hash of SHA-256 or SHA-384 */
static bool is_finished(uint32_t octets)
{
    return octets == 4 + 32 || octets == 4 + 48;
}

/* Is this dialogue, and not what the sides send up to the client's Finished? */
static bool is_dialogue(struct turns *t, bool by_client, uint32_t octets)
{
    if (octets == ALERT_OCTETS)
        return false;
    if (t->talking)
        return true;
    /* The server has gone on, so Finished was in one record with something else. */
    bool passed = !by_client && t->client_began;
    t->talking = passed || (by_client && is_finished(octets));
    t->client_began |= by_client;
    return passed;
}

/* Asked for each record, and the same in all of a session but the first.  Of version 0 it is 0. */
static uint32_t overhead_of(struct turns *t, uint16_t version, uint16_t cipher)
{
    if (version != t->version || cipher != t->cipher)
        t->overhead = tls_overhead(version, cipher);
    t->version = version;
    t->cipher = cipher;
    return t->overhead;
}

void turns_add_record(struct turns *t, uint16_t version, uint16_t cipher, bool by_client,
                      size_t length)
{
    uint32_t overhead = overhead_of(t, version, cipher);
    uint32_t octets = length > overhead ? (uint32_t)length - overhead : 0;

    if (!is_13(version) || is_dialogue(t, by_client, octets))
        turns_add(t, by_client, octets);
}
