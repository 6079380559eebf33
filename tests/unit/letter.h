/*
 * letter.h - messages for tests, read in every way there is to cut them, and with every octet lost.
 */
#ifndef LETTER_H
#define LETTER_H

#include <mailtap/message.h>

/* Subjects and filenames that were told, each with '\n' behind it. */
struct letter_kept {
    char text[4096];
};

/* In two pieces. */
struct message_facts letter_cut_at(struct slice all, size_t cut, struct letter_kept *k);

/* In two pieces at every place, and octet by octet; the facts must be the same. */
struct message_facts letter_cut_everywhere(struct slice all, struct letter_kept *k);

/* The same; and whatever run of octets is lost, nothing may be said that is not so. */
struct message_facts letter_read(const char *text, struct letter_kept *k);
struct message_facts letter_facts(const char *text);

/* "type encoding octets decoded depth attachment" of each part, a line each; a static text. */
const char *letter_parts(const struct message_facts *f);

#endif
