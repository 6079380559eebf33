/*
 * sip.h - SipHash-1-3 (Aumasson, Bernstein), for tables: who does not know the key cannot choose what
 * meets in one place of them.
 */
#ifndef MAILTAP_SIP_H
#define MAILTAP_SIP_H

#include <stddef.h>
#include <stdint.h>

/* Of the octets of the words, the lowest one first. */
uint64_t sip_hash(const uint64_t key[2], const uint64_t *word, size_t count);

#endif
