/*
 * err.h - errors of the environment: a file, a disk, an option.  What the traffic does is never an
 * error; it is counted, or it is a fact.
 *
 * The message is built where the fact is known and printed by cli/ alone.
 */
#ifndef MAILTAP_ERR_H
#define MAILTAP_ERR_H

struct err {
    char text[512]; /* one sentence: what, where, and what to do; empty when nothing went wrong */
};

/* Fill in the sentence; always returns -1, so that a caller can return it. */
int err_set(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Allocation that cannot fail: without memory the program says so on standard error and exits 1. */
void *must_alloc(unsigned long count, unsigned long size);
void *must_grow(void *p, unsigned long count, unsigned long size);
char *must_copy(const char *text);
/* Begins at a page.  Where the kernel has its pages, as of a file, and we have ours, it copies several times as
 * fast. */
#define MEMORY_PAGE 4096u
void *must_alloc_pages(unsigned long size);
void *must_have(void *p); /* p, which an allocation of somebody else gave */

/*
 * Room for `need` octets where p has `*room`, of which `used` are kept; doubled, from `least` on.
 * Unlike must_grow() it leaves no copy of the octets behind: they may hold a password.
 */
void *must_grow_wiped(void *p, unsigned long used, unsigned long *room, unsigned long need,
                      unsigned long least);

#endif
