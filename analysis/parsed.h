/*
 * parsed.h - certificates as OpenSSL has them, for cert_memory.c, which keeps some of them and knows
 * nothing else of OpenSSL.  cert.c has what is done to them.
 */
#ifndef MAILTAP_ANALYSIS_PARSED_H
#define MAILTAP_ANALYSIS_PARSED_H

#include <mailtap/cert.h>

struct x509_st; /* OpenSSL's X509 */

/* cert_read(), and what it was read from; NULL where that says false. */
struct x509_st *parsed_read(struct slice der, struct cert_facts *facts_r);

struct x509_st *parsed_share(struct x509_st *x); /* one owner more; NULL: there are too many */
void parsed_free(struct x509_st *x);             /* one less; NULL is fine */

/* cert_memory.c: one of those that cert_recall() read last, shared with the caller, or NULL. */
struct x509_st *cert_memory_parsed(struct cert_memory *m, struct slice der);

#endif
