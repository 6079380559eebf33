/* facts.c - facts as they begin, folded, and moved in time; see facts.h. */
#include <mailtap/facts.h>

#include <string.h>

void facts_begin(struct facts *f)
{
    memset(f, 0, offsetof(struct facts, keywords) + 1);
}

void facts_whole(struct facts *f)
{
    size_t used = offsetof(struct facts, keywords) + strlen(f->keywords);

    if (!f->whole)
        memset((char *)f + used, 0, sizeof *f - used);
    f->whole = true;
}

/* Room for addresses is doubled (smtp_sent.c). */
static size_t addresses_room(uint32_t count)
{
    size_t room = count != 0;

    while (room < count)
        room *= 2;
    return room;
}

void facts_fold(struct fold *f, struct facts *of)
{
    size_t room = addresses_room(of->address_count);

    facts_whole(of); /* octets of any kind cannot be packed */
    fold_array(f, (void **)&of->addresses, of->address_count * sizeof *of->addresses,
               room * sizeof *of->addresses);
    fold_array(f, (void **)&of->kept, of->kept_count * sizeof *of->kept,
               BOUND_KEPT * sizeof *of->kept);
    fold_object(f, (void **)&of->content, sizeof *of->content, NULL);
}

void facts_shift(struct facts *f, int64_t by_ns)
{
    f->started_ns += by_ns;
    f->ended_ns += by_ns;
    for (uint32_t i = 0; i < f->conflicts_kept; i++)
        f->conflict[i].at_ns += by_ns;
}
