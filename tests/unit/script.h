/*
 * script.h - SMTP dialogues for tests, written as they are read.
 *
 * A script is lines of "S: text" and "C: text", each sent with CRLF; "C+" and "S+" send the octets
 * as they stand, with C escapes already undone by the compiler.  Lines follow each other at '\n'.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <mailtap/smtp.h>

/* How the octets of consecutive lines of one side are cut into segments. */
enum cutting {
    CUT_NOWHERE, /* consecutive lines of one side are one segment */
    CUT_LINES,   /* each line is a segment */
    CUT_OCTETS,  /* each octet is a segment */
};

/* The facts of a script, read from its start; the caller frees what they own with script_free. */
struct facts script_read(const char *script, enum cutting cutting, bool midstream, bool closed);

/* The same, but the `at`-th octet of the whole script begins a new segment. */
struct facts script_read_cut_at(const char *script, size_t at);

size_t script_octets(const char *script);
void script_free(struct facts *f);

/* Read it in every way there is to cut it, and assert that the facts are the same each time. */
struct facts script_facts(const char *script);

/* All of them, by name. */
void assert_same_facts(const struct facts *a, const struct facts *b);

#endif
