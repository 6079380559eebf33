/*
 * writer.h - while files are read, a thread of its own stores what is found in them.
 *
 * It also does what a session leaves to its end: nDPI is asked, certificates are read and verified.
 *
 * The store stays the caller's; it is the thread's from the first finding until writer_rest().
 */
#ifndef MAILTAP_WRITER_H
#define MAILTAP_WRITER_H

#include "sink.h"

struct writer;

/* NULL: no thread can be started, or nDPI cannot.  nDPI and what is below it begin and end in one thread at a
 * time: not while another pipeline is opened or closed. */
struct writer *writer_new(struct store *st, struct err *e);

/* Of one thread.  A failure to store is told by the next finding, or by writer_rest(). */
struct sink writer_sink(struct writer *w);

/* All that was found is stored: 0, or -1 with what went wrong first. */
int writer_rest(struct writer *w, struct err *e);

/* What still waits is stored first. */
void writer_free(struct writer **w);

#endif
