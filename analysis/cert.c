/* cert.c - see cert.h. */
#include <mailtap/cert.h>

#include "x509.h"

#include <mailtap/digest.h>
#include <mailtap/text.h>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void common_name(char to[BOUND_NAME], const X509_NAME *name)
{
    int last = -1, next;

    while ((next = X509_NAME_get_index_by_NID(name, NID_commonName, last)) >= 0)
        last = next;
    if (last < 0)
        return;
    const ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last));
    unsigned char *utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, text);
    struct slice s = {utf8, n > 0 ? (size_t)n : 0};
    if (n < 0)
        /* A string that is not what its type says is shown as it is. */
        s = (struct slice){ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)};
    text_escape(to, BOUND_NAME, s);
    OPENSSL_free(utf8);
}

bool x509_seconds(const ASN1_TIME *time, int64_t *seconds_r)
{
    struct tm tm;

    if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *seconds_r = (int64_t)timegm(&tm);
    return true;
}

X509 *x509_parse(struct slice der)
{
    const unsigned char *p = der.p;

    if (der.n == 0 || der.n > BOUND_HANDSHAKE_OCTETS)
        return NULL;
    X509 *x = d2i_X509(NULL, &p, (long)der.n);
    if (x && p != der.p + der.n) {
        X509_free(x);
        return NULL;
    }
    return x;
}

/* ---- subjectAltName */

/* A line more, unless it does not fit. */
static void add_name(char to[BOUND_CERT_NAMES], size_t *used, struct slice s)
{
    size_t at = *used + (*used > 0), room = BOUND_CERT_NAMES - at;

    if (s.n == 0 || at + 1 >= BOUND_CERT_NAMES)
        return;
    if (!text_escape(to + at, room, s)) {
        to[*used] = '\0'; /* half a name is none */
        return;
    }
    if (at > *used)
        to[*used] = '\n';
    *used = at + strlen(to + at);
}

static void add_address(char to[BOUND_CERT_NAMES], size_t *used, const ASN1_STRING *octets)
{
    char text[INET6_ADDRSTRLEN];
    int n = ASN1_STRING_length(octets), family = n == 4 ? AF_INET : AF_INET6;

    if ((n == 4 || n == 16) && inet_ntop(family, ASN1_STRING_get0_data(octets), text, sizeof text))
        add_name(to, used, slice_of(text));
}

static void alternative_names(char to[BOUND_CERT_NAMES], const X509 *x)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    size_t used = 0;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type;
        const ASN1_STRING *s = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type == GEN_DNS)
            add_name(to, &used,
                     (struct slice){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)});
        else if (type == GEN_IPADD)
            add_address(to, &used, s);
    }
    GENERAL_NAMES_free(names);
}

/* ---- key and signature */

/* The long name of an algorithm, or its number when OpenSSL has none. */
static void algorithm(char *to, size_t cap, const ASN1_OBJECT *object)
{
    if (OBJ_obj2txt(to, (int)cap, object, 0) < 0)
        to[0] = '\0';
}

static void key_facts(struct cert_facts *f, const X509 *x)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    char group[sizeof f->key_type - 3];
    ASN1_OBJECT *object;

    if (!key) { /* of a kind that OpenSSL does not know, or damaged */
        X509_PUBKEY_get0_param(&object, NULL, NULL, NULL, X509_get_X509_PUBKEY(x));
        algorithm(f->key_type, sizeof f->key_type, object);
        return;
    }
    const char *type = EVP_PKEY_get0_type_name(key);
    int bits = EVP_PKEY_get_bits(key);
    f->key_bits = bits > 0 ? (unsigned)bits : 0;
    snprintf(f->key_type, sizeof f->key_type, "%s", type ? type : "");
    /* A curve with parameters of its own has no name. */
    if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1)
        snprintf(f->key_type, sizeof f->key_type, "EC %s", group);
}

/* RSASSA-PSS names its digest in a parameter (RFC 4055 3.1), the other algorithms in their name. */
static void signature_facts(struct cert_facts *f, X509 *x)
{
    const X509_ALGOR *of = NULL;
    const ASN1_OBJECT *object;
    int digest = NID_undef;

    X509_get0_signature(NULL, &of, x);
    X509_ALGOR_get0(&object, NULL, NULL, of);
    algorithm(f->signature, sizeof f->signature, object);
    if (OBJ_obj2nid(object) != NID_rsassaPss)
        return;
    size_t used = strlen(f->signature);
    if (X509_get_signature_info(x, &digest, NULL, NULL, NULL) == 1 && digest != NID_undef)
        snprintf(f->signature + used, sizeof f->signature - used, " %s", OBJ_nid2ln(digest));
}

/*
 * One verification, which OpenSSL bounds: RSA to 16,384 bits, and above 3,072 bits to exponents of
 * 64 bits; DSA to 10,000 bits; EC to fields of 661 bits.
 */
static bool signed_by_itself(X509 *x)
{
    if (X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) != 0)
        return false;
    EVP_PKEY *key = X509_get0_pubkey(x);
    return key && X509_verify(x, key) == 1;
}

/* basicConstraints alone (RFC 5280 4.2.1.9): what X509_check_ca() guesses of old ones is not said. */
static bool is_authority(const X509 *x)
{
    BASIC_CONSTRAINTS *b = X509_get_ext_d2i(x, NID_basic_constraints, NULL, NULL);
    bool authority = b && b->ca;

    BASIC_CONSTRAINTS_free(b);
    return authority;
}

static void fill(struct cert_facts *f, struct slice der, X509 *x)
{
    uint8_t sha256[DIGEST_OCTETS];

    common_name(f->subject_cn, X509_get_subject_name(x));
    common_name(f->issuer_cn, X509_get_issuer_name(x));
    alternative_names(f->names, x);
    key_facts(f, x);
    signature_facts(f, x);
    f->self_signed = signed_by_itself(x);
    f->authority = is_authority(x);
    digest_of(der, sha256);
    digest_hex(f->sha256, (struct slice){sha256, sizeof sha256});
}

X509 *parsed_read(struct slice der, struct cert_facts *facts_r)
{
    struct cert_facts *f = facts_r;
    X509 *x = x509_parse(der);

    memset(f, 0, sizeof *f);
    if (x && x509_seconds(X509_get0_notBefore(x), &f->not_before) &&
        x509_seconds(X509_get0_notAfter(x), &f->not_after)) {
        fill(f, der, x);
    } else {
        memset(f, 0, sizeof *f);
        X509_free(x);
        x = NULL;
    }
    ERR_clear_error();
    return x;
}

bool cert_read(struct slice der, struct cert_facts *facts_r)
{
    X509 *x = parsed_read(der, facts_r);

    X509_free(x);
    return x != NULL;
}

X509 *parsed_share(X509 *x)
{
    return X509_up_ref(x) == 1 ? x : NULL;
}

void parsed_free(X509 *x)
{
    X509_free(x);
}
