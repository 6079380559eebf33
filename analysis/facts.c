/* facts.c - facts that outlive their session; see facts.h. */
#include <mailtap/facts.h>

#include <stdlib.h>
#include <string.h>

static void *copy_of(const void *p, size_t octets, size_t *sum)
{
    void *copy = p && octets ? must_alloc(1, octets) : NULL;

    if (copy)
        memcpy(copy, p, octets);
    *sum += copy ? octets : 0;
    return copy;
}

struct facts *facts_copy(const struct facts *f, size_t *octets_r)
{
    size_t sum = 0;
    struct facts *copy = copy_of(f, sizeof *f, &sum);

    copy->addresses = copy_of(f->addresses, f->address_count * sizeof *f->addresses, &sum);
    copy->kept = copy_of(f->kept, f->kept_count * sizeof *f->kept, &sum);
    copy->content = copy_of(f->content, sizeof *f->content, &sum);
    copy->chain = copy_of(f->chain, f->chain_length * sizeof *f->chain, &sum);
    for (uint32_t i = 0; i < copy->chain_length; i++)
        copy->chain[i].der = (struct slice){0};
    *octets_r = sum;
    return copy;
}

void facts_free_copy(struct facts **f)
{
    if (!*f)
        return;
    /* facts_free() wipes what a session has room for; a copy has room for what it holds. */
    if ((*f)->kept)
        explicit_bzero((*f)->kept, (*f)->kept_count * sizeof *(*f)->kept);
    free((*f)->kept);
    (*f)->kept = NULL;
    facts_free(*f);
    explicit_bzero(*f, sizeof **f);
    free(*f);
    *f = NULL;
}

void facts_shift(struct facts *f, int64_t by_ns)
{
    f->started_ns += by_ns;
    f->ended_ns += by_ns;
    for (uint32_t i = 0; i < f->conflicts_kept; i++)
        f->conflict[i].at_ns += by_ns;
}
