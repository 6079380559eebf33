/*
 * x509.h - what cert.c and chain.c share of OpenSSL.  No other file may include it.
 */
#ifndef MAILTAP_ANALYSIS_X509_H
#define MAILTAP_ANALYSIS_X509_H

#include "parsed.h"

#include <openssl/x509.h>
#include <stdint.h>

/* The certificate that fills all of der, or NULL; the caller frees it and clears OpenSSL's errors. */
X509 *x509_parse(struct slice der);

/* False when the time is none of this calendar. */
bool x509_seconds(const ASN1_TIME *time, int64_t *seconds_r);

#endif
