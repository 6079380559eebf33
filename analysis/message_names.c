/* message_names.c - the names of header fields in the database; see message.h. */
#include <mailtap/message.h>

const char *header_field_name(enum header_field f)
{
    static const char *const names[HEADER_FIELDS] = {
        [HEADER_FROM] = "from",
        [HEADER_SENDER] = "sender",
        [HEADER_REPLY_TO] = "reply-to",
        [HEADER_TO] = "to",
        [HEADER_CC] = "cc",
        [HEADER_BCC] = "bcc",
        [HEADER_SUBJECT] = "subject",
        [HEADER_DATE] = "date",
        [HEADER_MESSAGE_ID] = "message-id",
        [HEADER_IN_REPLY_TO] = "in-reply-to",
        [HEADER_REFERENCES] = "references",
        [HEADER_RETURN_PATH] = "return-path",
        [HEADER_RECEIVED] = "received",
        [HEADER_USER_AGENT] = "user-agent",
        [HEADER_ORIGIN] = "origin",
        [HEADER_LIST] = "list",
        [HEADER_DKIM] = "dkim",
        [HEADER_MIME] = "mime",
        [HEADER_TLS_REQUIRED] = "tls-required",
        [HEADER_OTHER] = "other",
    };
    return f < HEADER_FIELDS ? names[f] : "other";
}
