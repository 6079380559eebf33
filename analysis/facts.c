/* facts.c - facts moved in time, and folded; see facts.h. */
#include <mailtap/facts.h>

/* Room for addresses is doubled (smtp_sent.c). */
static size_t addresses_room(uint32_t count)
{
    size_t room = count != 0;

    while (room < count)
        room *= 2;
    return room;
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

void facts_shift(struct facts *f, int64_t by_ns)
{
    f->started_ns += by_ns;
    f->ended_ns += by_ns;
    for (uint32_t i = 0; i < f->conflicts_kept; i++)
        f->conflict[i].at_ns += by_ns;
}
