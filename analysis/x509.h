/*
 * x509.h - what cert.c, cert_memory.c and chain.c share of OpenSSL.  No other file may include it.
 */
#ifndef MAILTAP_ANALYSIS_X509_H
#define MAILTAP_ANALYSIS_X509_H

#include <mailtap/cert.h>

#include <openssl/x509.h>
#include <stdint.h>

/* The certificate that fills all of der, or NULL; the caller frees it and clears OpenSSL's errors. */
X509 *x509_parse(struct slice der);

/* The same with its facts; NULL where cert_read() says false. */
X509 *x509_read(struct slice der, struct cert_facts *facts_r);

/* One of those that cert_recall() read last, or NULL; the caller frees it. */
X509 *cert_memory_parsed(struct cert_memory *m, struct slice der);

/* False when the time is none of this calendar. */
bool x509_seconds(const ASN1_TIME *time, int64_t *seconds_r);

#endif
