/* facts.c - what facts own: added to, folded, freed; and facts moved in time; see facts.h. */
#include <mailtap/facts.h>

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* It is doubled. */
static size_t addresses_room(uint32_t count)
{
    size_t room = count != 0;

    while (room < count)
        room *= 2;
    return room;
}

struct address *facts_add_address(struct heard *f)
{
    const size_t size = sizeof *f->addresses;
    size_t room = addresses_room(f->address_count) * size, used = f->address_count * size;

    if (f->address_count == BOUND_ADDRESSES)
        return NULL;
    if (used == room)
        f->addresses = must_grow_wiped(f->addresses, used, &room, used + size, size);
    return &f->addresses[f->address_count++];
}

void facts_fold(struct fold *f, struct heard *of)
{
    size_t room = addresses_room(of->address_count);

    fold_array(f, (void **)&of->addresses, of->address_count * sizeof *of->addresses,
               room * sizeof *of->addresses);
    fold_array(f, (void **)&of->kept, of->kept_count * sizeof *of->kept,
               BOUND_KEPT * sizeof *of->kept);
    fold_object(f, (void **)&of->content, sizeof *of->content, NULL);
}

void facts_free(struct heard *f)
{
    if (f->addresses)
        explicit_bzero(f->addresses, f->address_count * sizeof *f->addresses);
    if (f->kept)
        explicit_bzero(f->kept, BOUND_KEPT * sizeof *f->kept);
    free(f->addresses);
    free(f->kept);
    free(f->content);
    free(f->chain);
    f->addresses = NULL;
    f->kept = NULL;
    f->content = NULL;
    f->chain = NULL;
    f->address_count = f->kept_count = f->chain_length = 0;
}

void facts_shift(struct facts *f, int64_t by_ns)
{
    f->started_ns += by_ns;
    f->ended_ns += by_ns;
    for (uint32_t i = 0; i < f->conflicts_kept; i++)
        f->conflict[i].at_ns += by_ns;
}
