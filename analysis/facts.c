/* facts.c - the times of facts, moved; see facts.h. */
#include <mailtap/facts.h>

void facts_shift(struct facts *f, int64_t by_ns)
{
    f->started_ns += by_ns;
    f->ended_ns += by_ns;
    for (uint32_t i = 0; i < f->conflicts_kept; i++)
        f->conflict[i].at_ns += by_ns;
}
