/* cert.c - see cert.h. */
#include <mailtap/cert.h>

#include <mailtap/digest.h>
#include <mailtap/text.h>

#include <openssl/err.h>
#include <openssl/x509.h>
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

static bool seconds_of(const ASN1_TIME *time, int64_t *seconds_r)
{
    struct tm tm;

    if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
        return false;
    *seconds_r = (int64_t)timegm(&tm);
    return true;
}

static X509 *parse(struct slice der)
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

bool cert_read(struct slice der, struct cert_facts *facts_r)
{
    struct cert_facts *f = facts_r;
    uint8_t sha256[DIGEST_OCTETS];
    X509 *x = parse(der);
    bool read = false;

    memset(f, 0, sizeof *f);
    if (x && seconds_of(X509_get0_notBefore(x), &f->not_before) &&
        seconds_of(X509_get0_notAfter(x), &f->not_after)) {
        common_name(f->subject_cn, X509_get_subject_name(x));
        common_name(f->issuer_cn, X509_get_issuer_name(x));
        digest_of(der, sha256);
        digest_hex(f->sha256, (struct slice){sha256, sizeof sha256});
        read = true;
    }
    if (!read)
        memset(f, 0, sizeof *f);
    X509_free(x);
    ERR_clear_error();
    return read;
}
