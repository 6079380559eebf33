/*
 * cert.h - the few facts of an X.509 certificate (RFC 5280) that the session row needs.  The only
 * file besides digest.c that knows OpenSSL.
 */
#ifndef MAILTAP_CERT_H
#define MAILTAP_CERT_H

#include <mailtap/bounds.h>
#include <mailtap/slice.h>

struct cert_facts {
    char subject_cn[BOUND_NAME]; /* last common name of the subject, escaped; empty if none */
    char issuer_cn[BOUND_NAME];
    int64_t not_before, not_after; /* seconds since the epoch */
    char sha256[65];               /* of the DER, hexadecimal */
};

/* False when the octets are no certificate; *facts_r is zeroed then. */
bool cert_read(struct slice der, struct cert_facts *facts_r);

#endif
