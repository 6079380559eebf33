/* simulation_observer.c - one observer: what each policy leaves to read, and costs. */
#include "simulation_private.h"

#include <mailtap/rates.h>

#include <math.h>

/* ---- its names: "sim-b-must-readable" is of the global one who only listens */

static const char *name_of(const struct scene *of, unsigned observer)
{
    unsigned interferers = first_interferer(of->s);
    bool strips = observer >= interferers;
    unsigned number = strips ? observer - interferers + 1 : observer + 1;

    if (number == 1)
        return strips ? "sim-strips" : "sim";
    return document_words(of->d, strips ? "sim-%u-strips" : "sim-%u", number);
}

static const char *title_of(const struct scene *of, const struct observer *o)
{
    const char *sees = observer_sees(of->d, o);

    if (o->strips > 0)
        return document_words(of->d, "Who sees %s, and strips %s", sees, offers_words(of->d, o));
    return document_words(of->d, "Who sees %s, and only listens", sees);
}

/* ---- figures: for scripts, the table is for eyes */

static uint64_t whole(double value)
{
    return value > 0 && value < 0x1p53 ? (uint64_t)(value + 0.5) : 0;
}

static void add_share(const struct scene *of, struct block *b, const struct simulated *r,
                      const char *name, const char *label, const struct outcome *o)
{
    struct outcome share = o == &r->readable ? r->share : of_messages(r, o);
    uint64_t all = whole(r->messages.mean);

    add_figure(of->d, b,
               (struct figure){.name = name,
                               .label = label,
                               .quiet = true,
                               .count = whole(o->mean),
                               .of = all,
                               .share = true,
                               .estimated = true,
                               .intervalled = all >= SHARE_MINIMUM,
                               .low = share.low,
                               .high = share.high,
                               .tone = TONE_CLEAR});
}

static void add_count(const struct scene *of, struct block *b, const char *name, const char *label,
                      const struct outcome *o)
{
    add_figure(of->d, b,
               (struct figure){.name = name,
                               .label = label,
                               .quiet = true,
                               .count = whole(o->mean),
                               .estimated = true,
                               .tone = TONE_CLEAR});
}

static void add_row_figures(const struct scene *of, struct block *b, unsigned observer,
                            enum row row)
{
    const struct simulated *r = row_result(of, observer, row);
    const char *name = document_words(of->d, "%s-%s", name_of(of, observer), row_name(row));
    struct document *d = of->d;
    const char *l = row_label(row);

#define NAMED(what) document_words(d, "%s-" what, name), document_words(d, "%s: " what, l)
    add_share(of, b, r, NAMED("readable"), &r->readable);
    add_share(of, b, r, NAMED("stripped"), &r->stripped);
    add_share(of, b, r, NAMED("rerouted"), &r->rerouted);
    add_share(of, b, r, NAMED("undelivered"), &r->undelivered);
    add_count(of, b, NAMED("correspondents"), &r->correspondents);
    add_count(of, b, NAMED("credentials"), &r->credentials);
#undef NAMED
}

static void add_all_figures(const struct scene *of, unsigned observer)
{
    struct block *b = add_figures(of->d, "figures", "", CHART_NONE, "");

    for (unsigned i = 0; i < ROWS; i++)
        add_row_figures(of, b, observer, (enum row)i);
}

/* ---- the table */

enum {
    POLICY,
    READABLE,
    LESS,
    STRIPPED,
    UNDELIVERED,
    REROUTED,
    CORRESPONDENTS,
    CREDENTIALS,
    BITS,
    BURDEN,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [POLICY] = {"policy", "policy", false},
    [READABLE] = {"readable", "messages readable", true},
    [LESS] = {"less", "points less", true},
    [STRIPPED] = {"stripped", "stripped", true},
    [UNDELIVERED] = {"undelivered", "undelivered", true},
    [REROUTED] = {"rerouted", "rerouted", true},
    [CORRESPONDENTS] = {"correspondents", "correspondents", true},
    [CREDENTIALS] = {"credentials", "credentials", true},
    [BITS] = {"bits", "bits of signal", true},
    [BURDEN] = {"burden", "burden", true},
};

/* "47.8 (40.2 to 55.0)": no effect is shown where it holds 0. */
static const char *less_cell(const struct scene *of, unsigned observer, enum row row)
{
    struct lowered l = lowered(row_result(of, observer, ROW_OBSERVED),
                               row_result(of, observer, row));

    if (row == ROW_OBSERVED || l.effect == EFFECT_TOO_FEW)
        return "-";
    return points_words(of->d, &l);
}

static void add_policies(const struct scene *of, unsigned observer)
{
    struct block *b = add_table(of->d, "policies",
                                "What each policy would leave, and cost:", columns, COLUMNS);

    b->whole = true;
    for (unsigned i = 0; i < ROWS; i++) {
        const struct simulated *r = row_result(of, observer, (enum row)i);
        struct table_cell *cells = add_row(of->d, b)->cells;
        cells[POLICY].text = row_label((enum row)i);
        cells[READABLE].text = share_words(of->d, r, &r->readable);
        cells[LESS].text = less_cell(of, observer, (enum row)i);
        cells[STRIPPED].text = share_words(of->d, r, &r->stripped);
        cells[UNDELIVERED].text = share_words(of->d, r, &r->undelivered);
        cells[REROUTED].text = share_words(of->d, r, &r->rerouted);
        cells[CORRESPONDENTS].text = count_words(of->d, &r->correspondents);
        cells[CREDENTIALS].text = count_words(of->d, &r->credentials);
        cells[BITS].text = real_words(of->d, &r->bits);
        cells[BURDEN].text = real_words(of->d, &r->burden_selective);
    }
}

/* ---- curves */

static const struct curve_axis axes[2] = {
    {.label = "share that follows", .unit = "", .share = true, .most = 1},
    {.label = "share of the messages", .unit = "", .share = true, .most = 1},
};

static const enum tone sweep_tones[SWEEPS] = {
    [SWEEP_A] = TONE_UNKNOWN, [SWEEP_B] = TONE_WEAK,   [SWEEP_C] = TONE_HIDDEN,
    [SWEEP_D] = TONE_CLEAR,   [SWEEP_BC] = TONE_PLAIN, [SWEEP_ALL] = TONE_GOOD,
};

static struct curve_value value_of(const struct outcome *o)
{
    return (struct curve_value){o->mean, o->low, o->high};
}

static void fill(const struct scene *of, struct block *b, unsigned line, unsigned observer,
                 enum sweep sweep, bool undelivered)
{
    for (unsigned step = 0; step <= SWEEP_STEPS; step++) {
        const struct simulated *r = sweep_result(of, observer, sweep, step);
        struct outcome kept = of_messages(r, &r->undelivered);
        b->xs[step] = sweep_share(step);
        b->curves[line].values[step] = value_of(undelivered ? &kept : &r->share);
    }
}

/* The axis ends at a round share above all that is drawn, so that what is small is seen as well. */
static void fit(struct block *b)
{
    static const double ends[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5};
    double most = 0;

    for (unsigned i = 0; i < b->curve_count; i++)
        for (unsigned k = 0; k < b->x_count; k++)
            most = fmax(most, fmax(b->curves[i].values[k].at, b->curves[i].values[k].high));
    for (size_t i = sizeof ends / sizeof *ends; i-- > 0 && most <= ends[i];)
        b->up.most = ends[i];
}

static void add_readable(const struct scene *of, unsigned observer)
{
    struct curve curves[SWEEPS];

    for (unsigned i = 0; i < SWEEPS; i++)
        curves[i] = (struct curve){.name = sweep_name((enum sweep)i),
                                   .label = sweep_label((enum sweep)i),
                                   .tone = sweep_tones[i]};
    struct block *b = add_curves(
        of->d, "readable", "Messages readable, by the share that follows:",
        "A line for each policy: the share of the messages that this observer would read, from "
        "nobody following it, which is as observed, to everybody.",
        axes, SWEEP_STEPS + 1, curves, SWEEPS);
    for (unsigned i = 0; i < SWEEPS; i++)
        fill(of, b, i, observer, (enum sweep)i, false);
    fit(b);
}

/* What insisting does about stripping, and its price. */
static void add_insisting(const struct scene *of, unsigned observer)
{
    static const struct curve lines[] = {
        {.name = "readable", .label = "readable", .tone = TONE_CLEAR},
        {.name = "undelivered", .label = "undelivered", .tone = TONE_STRIPPED},
        {.name = "bc-readable", .label = "readable, b + c", .tone = TONE_PLAIN},
    };
    struct block *b = add_curves(
        of->d, "insisting", "2.d: messages readable and undelivered, by the share that follows:",
        "The share of the messages that would be readable, and that would not be delivered, when "
        "senders insist, from none of them to all; and what would be readable if they followed "
        "2.b and 2.c instead.",
        axes, SWEEP_STEPS + 1, lines, 3);

    fill(of, b, 0, observer, SWEEP_D, false);
    fill(of, b, 1, observer, SWEEP_D, true);
    fill(of, b, 2, observer, SWEEP_BC, false);
    fit(b);
}

void simulation_observer(const struct scene *of, unsigned observer)
{
    const struct observer *o = &of->s->observers[observer];

    document_section(of->d, document_words(of->d, "observer-%u", observer + 1), title_of(of, o));
    if (!(row_result(of, observer, ROW_OBSERVED)->messages.mean > 0)) {
        say(of->d, "No message would pass this observer.");
        add_all_figures(of, observer);
        return;
    }
    add_policies(of, observer);
    if (!share_enough(row_result(of, observer, ROW_OBSERVED)))
        say(of->d, "Too few messages for shares, and so for curves.");
    else if (o->strips > 0)
        add_insisting(of, observer);
    else
        add_readable(of, observer);
    add_all_figures(of, observer);
}
