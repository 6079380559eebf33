/* ladder.c - see ladder.h. */
#include <mailtap/ladder.h>

#include <mailtap/tls.h>

#include <stddef.h>
#include <string.h>

#define SSL3 0x0300
#define TLS12 0x0303

/* ---- the ladder */

static enum rung by_certificate(const struct protection *p)
{
    if (p->certificate_visible == NO)
        return RUNG_HIDDEN;
    if (p->certificate_visible == UNKNOWN)
        return RUNG_UNDECIDED;
    if (p->verified == NO || p->named == NO || (p->verified == UNKNOWN && p->self_signed))
        return RUNG_UNAUTHENTICATED;
    return p->verified == YES && p->named == YES ? RUNG_AUTHENTICABLE : RUNG_UNDECIDED;
}

enum rung protection_rung(const struct protection *p)
{
    if (p->encrypted) {
        if (p->version == 0)
            return RUNG_UNDECIDED;
        return p->version < TLS12 ? RUNG_OBSOLETE : by_certificate(p);
    }
    if (p->stripped)
        return RUNG_STRIPPED;
    return p->cleartext ? RUNG_CLEARTEXT : RUNG_UNDECIDED;
}

const char *rung_name(enum rung r)
{
    static const char *const names[RUNGS] = {
        [RUNG_UNDECIDED] = "undecided",
        [RUNG_CLEARTEXT] = "cleartext",
        [RUNG_STRIPPED] = "stripped",
        [RUNG_OBSOLETE] = "obsolete-tls",
        [RUNG_UNAUTHENTICATED] = "unauthenticated",
        [RUNG_AUTHENTICABLE] = "authenticable",
        [RUNG_HIDDEN] = "authentication-hidden",
    };
    return r < RUNGS ? names[r] : "undecided";
}

/* ---- weaknesses */

static uint32_t of_version(uint16_t version)
{
    if (version == 0 || version >= TLS12)
        return 0;
    return version <= SSL3 ? WEAK(WEAK_SSL) : WEAK(WEAK_OLD_TLS);
}

/* The names of the registry are regular: key exchange, "WITH", cipher, digest. */
static uint32_t of_cipher(uint16_t cipher)
{
    static const struct {
        const char *part;
        enum weakness weakness;
    } parts[] = {
        {"_WITH_NULL_", WEAK_NULL},
        {"TLS_SHA256_SHA256", WEAK_NULL}, /* RFC 9150: integrity alone, in TLS 1.3 */
        {"TLS_SHA384_SHA384", WEAK_NULL},
        {"_EXPORT_", WEAK_EXPORT},
        {"_anon_", WEAK_ANONYMOUS},
        {"_RC4_", WEAK_RC4},
        {"_WITH_DES_", WEAK_DES},
        {"_DES40_", WEAK_DES},
        {"_3DES_", WEAK_3DES},
        {"_CBC_", WEAK_CBC},
    };
    const char *name = tls_cipher_name(cipher);
    uint32_t found = 0;

    for (size_t i = 0; name && i < sizeof parts / sizeof *parts; i++)
        if (strstr(name, parts[i].part))
            found |= WEAK(parts[i].weakness);
    return found;
}

/* Anonymous DH is ephemeral (RFC 5246 F.1.1.1); TLS 1.3 names no key exchange in its suites. */
static bool lacks_forward_secrecy(uint16_t cipher)
{
    static const char *const exchanges[] = {
        "TLS_RSA_", "TLS_DH_", "TLS_ECDH_", "TLS_PSK_", "TLS_KRB5_", "TLS_GOSTR341112_",
    };
    const char *name = tls_cipher_name(cipher);

    if (!name || strstr(name, "_anon_"))
        return false;
    for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++)
        if (strncmp(name, exchanges[i], strlen(exchanges[i])) == 0)
            return true;
    return false;
}

/* sect163k1 to sect193r2, secp160k1 to secp192r1 (RFC 8422 5.1.1). */
static bool is_short_curve(uint16_t group)
{
    return (group >= 1 && group <= 5) || (group >= 15 && group <= 19);
}

static uint32_t of_key(const char *type, unsigned bits)
{
    if (bits == 0)
        return 0;
    if (strncmp(type, "RSA", 3) == 0 && bits < 2048) /* RSA-PSS too */
        return WEAK(WEAK_RSA_KEY);
    return strncmp(type, "EC", 2) == 0 && bits < 224 ? WEAK(WEAK_EC_CURVE) : 0;
}

/* By OpenSSL's long names: "md5WithRSAEncryption", "ecdsa-with-SHA1", "dsaWithSHA", ... */
static uint32_t of_signature(const char *name)
{
    static const char *const older[] = {"md2", "md4", "md5", "mdc2"};

    for (size_t i = 0; i < sizeof older / sizeof *older; i++)
        if (strcasestr(name, older[i]))
            return WEAK(WEAK_MD5);
    /* "dsaWithSHA" and "shaWithRSAEncryption" are the SHA before SHA-1, which is no better. */
    if (strcasestr(name, "sha1") || strcasestr(name, "shaWith") || strcmp(name, "dsaWithSHA") == 0)
        return WEAK(WEAK_SHA1);
    return 0;
}

uint32_t tls_weaknesses(const struct tls_choice *c)
{
    uint32_t found = of_version(c->version);

    if (c->cipher_known) {
        found |= of_cipher(c->cipher);
        if (lacks_forward_secrecy(c->cipher))
            found |= WEAK(WEAK_NO_FORWARD);
    }
    if (c->dh_bits && c->dh_bits < 2048)
        found |= WEAK(WEAK_DH_GROUP);
    if (is_short_curve(c->group))
        found |= WEAK(WEAK_EC_CURVE);
    if (c->compression == YES)
        found |= WEAK(WEAK_COMPRESSION);
    found |= c->key_type ? of_key(c->key_type, c->key_bits) : 0;
    found |= c->signature ? of_signature(c->signature) : 0;
    return found;
}

const char *weakness_name(unsigned bit)
{
    static const char *const names[WEAKNESSES] = {
        [WEAK_SSL] = "ssl",
        [WEAK_OLD_TLS] = "old-tls",
        [WEAK_NULL] = "null-cipher",
        [WEAK_EXPORT] = "export-cipher",
        [WEAK_ANONYMOUS] = "anonymous",
        [WEAK_RC4] = "rc4",
        [WEAK_DES] = "des",
        [WEAK_3DES] = "3des",
        [WEAK_NO_FORWARD] = "no-forward-secrecy",
        [WEAK_CBC] = "cbc",
        [WEAK_MD5] = "md5-signature",
        [WEAK_SHA1] = "sha1-signature",
        [WEAK_RSA_KEY] = "rsa-below-2048",
        [WEAK_DH_GROUP] = "dh-below-2048",
        [WEAK_EC_CURVE] = "ec-below-224",
        [WEAK_COMPRESSION] = "compression",
    };
    return bit < WEAKNESSES ? names[bit] : NULL;
}
