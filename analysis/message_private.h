/*
 * message_private.h - what the grammars of a message share: message.c (which octets are what),
 * message_field.c (fields and the trace), message_mime.c (what a header says of its body),
 * message_words.c (encoded words), message_transfer.c (what a body decodes to).
 */
#ifndef MAILTAP_MESSAGE_PRIVATE_H
#define MAILTAP_MESSAGE_PRIVATE_H

#include <mailtap/message.h>

/* ---- fields (message_field.c) */

/* The field of this name; case does not matter (RFC 5322 1.2.2). */
enum header_field header_field_of(struct slice name);

/*
 * Whether a Received field says that its hop used TLS: in its `with` clause (RFC 3848, 6531), a
 * `tls` clause (RFC 8314 7.4), or a comment of the form that one of the common servers writes.
 */
bool received_claims_tls(struct slice value);

/* The inside of the comment that *s begins with, nesting and all (RFC 5322 3.2.2); *s moves on. */
struct slice field_comment_take(struct slice *s);

/* ---- encoded words (message_words.c, RFC 2047) */

uint32_t words_count(struct slice text);

/*
 * Decode those of UTF-8 and US-ASCII, and leave everything else as it stands.  At most cap octets
 * are written; returns how many.
 */
size_t words_decode(uint8_t *to, size_t cap, struct slice text);

/* The octets of "=41" or "%41" after its mark; -1: they are no hexadecimal digits. */
int words_hex(struct slice digits);

bool words_plain_charset(struct slice charset); /* UTF-8 or a part of it, or none given */

/* ---- what a body decodes to (message_transfer.c, RFC 2045 6) */

enum encoding { TRANSFER_AS_IS, TRANSFER_BASE64, TRANSFER_QUOTED };

struct transfer {
    enum encoding how;
    uint64_t octets;  /* as transferred */
    uint64_t digits;  /* base64: so far */
    bool padded;      /* base64: its end was read */
    uint64_t decoded; /* quoted-printable: so far */
    uint64_t blanks;  /* quoted-printable: white space that does not count at the end of a line */
    bool cr;          /* ... and a CR behind it */
    int escape;       /* how much of "=41" was read */
};

void transfer_feed(struct transfer *t, struct slice s);
void transfer_gap(struct transfer *t);
uint64_t transfer_decoded(const struct transfer *t);

/* ---- what a header says of its body (message_mime.c) */

struct entity {
    bool typed, encoded, disposed; /* the field was read: the first one of each counts */
    char media_type[80];           /* as in struct mime_part */
    char encoding[20];
    char boundary[BOUND_BOUNDARY]; /* multipart with a usable boundary */
    size_t boundary_octets;
    bool enveloped;                /* S/MIME says that it is encrypted (RFC 8551 3.2.2) */
    bool attachment;               /* see struct mime_part */
    uint8_t name[BOUND_KEPT_TEXT]; /* the filename, decoded */
    size_t name_octets;
};

/* RFC 2045 5.2: text/plain, unless something else is said; RFC 2046 5.1.5: in a digest, mail. */
void entity_begin(struct entity *e, bool in_digest);

/* A field of its header, unfolded; `cut`: its end is missing, so it says nothing. */
void entity_field(struct entity *e, struct slice name, struct slice value, bool cut);

bool entity_is(const struct entity *e, const char *type); /* "text/" names all of that type */
enum encoding entity_transfer(const struct entity *e);

#endif
