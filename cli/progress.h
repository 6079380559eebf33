/* progress.h - how far a capture has been read, on a terminal. */
#ifndef MAILTAP_PROGRESS_H
#define MAILTAP_PROGRESS_H

#include <mailtap/frame.h>
#include <mailtap/store.h>

/* Rewrite one line of standard error, a few times a second; wipe it when `done`. */
void progress_show(const struct source *source, const struct capture_counts *counts, bool done);

/* The same for work in steps: "asking: 3 of 30".  With done == all it is wiped. */
void progress_step(const char *what, unsigned done, unsigned all);

/* The same as a callback of (void *, done, all); `what` is a text. */
void progress_called(void *what, unsigned done, unsigned all);

#endif
