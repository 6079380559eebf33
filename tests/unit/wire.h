/*
 * wire.h - a pair of interfaces for tests, in a network of the test's own: what is sent into one end
 * comes out at the other.  Needs the rights to make them.
 */
#ifndef WIRE_H
#define WIRE_H

#include <mailtap/slice.h>

/* Interfaces "wire0" and "wire1", both up; false, and said why, where that is not allowed: then the
 * test is to be skipped. */
bool wire_make(void);

/* A shell command that must work. */
void wire_run(const char *command);

/* Frames go in at wire1 and are seen at wire0. */
void wire_send(struct slice frame);
/* They leave by another interface: at wire0 they are seen as what this host sends. */
void wire_send_at(const char *interface, struct slice frame);

#endif
