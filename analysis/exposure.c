/* exposure.c - see exposure.h. */
#include <mailtap/exposure.h>

const char *item_name(enum item i)
{
    static const char *const names[ITEMS] = {
        [ITEM_ENVELOPE_SENDER] = "envelope-sender",
        [ITEM_ENVELOPE_RECIPIENT] = "envelope-recipient",
        [ITEM_HEADER_FIELD] = "header-field",
        [ITEM_BODY] = "body",
        [ITEM_ATTACHMENT] = "attachment",
        [ITEM_CREDENTIAL] = "credential",
        [ITEM_CLIENT_IDENTITY] = "client-identity",
        [ITEM_SERVER_IDENTITY] = "server-identity",
        [ITEM_TLS_METADATA] = "tls-metadata",
    };
    return i < ITEMS ? names[i] : "unknown";
}
