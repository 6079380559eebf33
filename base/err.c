/* err.c - see err.h. */
#include <mailtap/err.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *e, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return -1;
}

void *must_have(void *p)
{
    if (p)
        return p;
    fputs("mailtap: out of memory; lower --max-flows or --max-held\n", stderr);
    exit(1);
}

/* Pieces up to this are at hand in each thread: malloc() takes them from there, calloc() does not, and has
 * to share with threads that free. */
#define AT_HAND 1024u

void *must_alloc(unsigned long count, unsigned long size)
{
    if (count > AT_HAND || size > AT_HAND || count * size > AT_HAND)
        return must_have(calloc(count ? count : 1, size ? size : 1));
    size *= count;
    return memset(must_have(malloc(size ? size : 1)), 0, size);
}

void *must_alloc_pages(unsigned long size)
{
    return must_have(
        aligned_alloc(MEMORY_PAGE, (size + MEMORY_PAGE - 1) / MEMORY_PAGE * MEMORY_PAGE));
}

void *must_grow(void *p, unsigned long count, unsigned long size)
{
    return must_have(reallocarray(p, count ? count : 1, size ? size : 1));
}

char *must_copy(const char *text)
{
    return must_have(strdup(text));
}

void *must_grow_wiped(void *p, unsigned long used, unsigned long *room, unsigned long need,
                      unsigned long least)
{
    unsigned long more = *room ? *room : least;

    while (more < need)
        more *= 2;
    void *grown = must_alloc(1, more);
    if (used)
        memcpy(grown, p, used);
    if (p)
        explicit_bzero(p, *room);
    free(p);
    *room = more;
    return grown;
}
