/*
 * exposure.h - what an observer could read, item by item.  Counted as it passes, never kept.
 */
#ifndef MAILTAP_EXPOSURE_H
#define MAILTAP_EXPOSURE_H

#include <stdint.h>

enum item {
    ITEM_ENVELOPE_SENDER,    /* count: MAIL commands; octets: of the reverse-path */
    ITEM_ENVELOPE_RECIPIENT, /* count: RCPT commands; octets: of the forward-path */
    ITEM_HEADER_FIELD,    /* count: header fields; octets: the header section with its empty line */
    ITEM_BODY,            /* count: bodies of at least one octet; octets: of the bodies */
    ITEM_ATTACHMENT,      /* count: attachments; octets: as transferred */
    ITEM_CREDENTIAL,      /* count: AUTH exchanges that gave something away; octets: of responses */
    ITEM_CLIENT_IDENTITY, /* count: EHLO, HELO, LHLO; octets: of the argument */
    ITEM_SERVER_IDENTITY, /* count: greetings and EHLO first lines; octets: of their text */
    ITEM_TLS_METADATA,    /* count: hellos and certificates; octets: of handshake in the clear */
    ITEMS
};

struct exposure {
    uint64_t count, octets;
};

/* The item's name in v_exposure: "envelope-sender", ... */
const char *item_name(enum item i);

#endif
