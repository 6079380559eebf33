/* simulation_exposure.c - how long it takes until a domain is first read, as things are. */
#include "simulation_private.h"

#include <mailtap/first_exposure.h>

static const struct {
    double share;
    const char *label;
} observers[] = {
    {1, "who sees all sessions"},
    {0.1, "who sees one session in ten"},
    {0.01, "who sees one in a hundred"},
};

static const char *words_of(struct document *d, const struct first_exposure *f)
{
    return f->told ? document_words(d, "%.1f %%", 100 * f->exposed) : "-";
}

void simulation_exposure(const struct scene *of)
{
    static const struct table_column columns[] = {
        {"observer", "domains read", false},
        {"hour", "in 1 hour", true},
        {"day", "1 day", true},
        {"week", "7 days", true},
        {"month", "30 days", true},
    };
    const struct exposures *x = of->words->exposures;
    struct first_exposure times[FIRST_EXPOSURE_TIMES];
    struct document *d = of->d;

    if (!x || x->domains == 0)
        return;
    document_section(d, "first-exposure", "How long until a domain is first read");
    struct block *b = add_table(d, "time", "Since it was first seen, as observed:", columns, 5);
    for (size_t i = 0; i < sizeof observers / sizeof *observers; i++) {
        for (size_t k = 0; k < x->count; k++)
            x->list[k].readable = observers[i].share;
        first_exposure(x->list, x->count, x->followed, x->domains, first_exposure_times,
                       FIRST_EXPOSURE_TIMES, times);
        struct table_row *r = add_row(d, b);
        r->cells[0].text = observers[i].label;
        for (unsigned k = 0; k < FIRST_EXPOSURE_TIMES; k++)
            r->cells[k + 1].text = words_of(d, &times[k]);
    }
    say_item(
        d,
        "Of the %zu domains of senders whose mail was in the clear at least once; of the others "
        "nobody learns the name. Where '-' stands, no domain was followed for so long.",
        x->domains);
}
