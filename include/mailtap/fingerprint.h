/*
 * fingerprint.h - what tells one capture from another: XXH3 of all its octets, 128 bits.
 *
 * It is ten times as fast as SHA-256, which takes longer than reading a capture does.  Two captures do not
 * have the same one by chance.  Who wants to make two that have must know every octet of both: not who sends
 * packets into a capture, but who writes the file, and could as well leave out of it what he hides.
 */
#ifndef MAILTAP_FINGERPRINT_H
#define MAILTAP_FINGERPRINT_H

#include <mailtap/digest.h>

enum fingerprint_kind {
    FINGERPRINT_XXH3,   /* FINGERPRINT_OCTETS; the rest of a digest's room is zero */
    FINGERPRINT_SHA256, /* what databases of earlier versions know captures by */
    FINGERPRINT_KINDS
};

#define FINGERPRINT_OCTETS 16

struct fingerprint; /* a running one, owned by the caller of fingerprint_new */

struct fingerprint *fingerprint_new(enum fingerprint_kind kind);
void fingerprint_add(struct fingerprint *f, struct slice s);

/* Gives that of all that was added, frees f and sets *f to NULL. */
void fingerprint_finish(struct fingerprint **f, uint8_t out[DIGEST_OCTETS]);

/* Another one of the same kind, for the part of these octets that `choice` names. */
void fingerprint_choose(uint8_t fingerprint[DIGEST_OCTETS], enum fingerprint_kind kind,
                        struct slice choice);

/* That of a file from its first octet on, wherever reading it stands; false when it cannot be read. */
bool fingerprint_file(int fd, enum fingerprint_kind kind, uint8_t out[DIGEST_OCTETS]);

/*
 * The same in a thread of its own, while the caller does something else; `fd` must outlive it.  _ready
 * waits for so long at most; _end waits for the answer, and _cancel does not want it any more: both
 * free, and set *j to NULL.
 */
struct fingerprint_job;
struct fingerprint_job *fingerprint_file_begin(int fd, enum fingerprint_kind kind);
bool fingerprint_file_ready(struct fingerprint_job *j, unsigned milliseconds);
bool fingerprint_file_end(struct fingerprint_job **j, uint8_t out[DIGEST_OCTETS]);
void fingerprint_file_cancel(struct fingerprint_job **j);

#endif
