/*
 * simulation_answer.c - the answer in plain words: would any of it be worth it on this traffic?
 *
 * It says no more than the numbers: below SHARE_MINIMUM messages no share, and an effect only where
 * the interval of the difference leaves 0 out.
 */
#include "simulation_private.h"

#include "page.h"

#include <mailtap/rates.h>

#include <math.h>

struct answered {
    enum row row;
    const char *letter, *says;
};

static const struct answered letters[] = {
    {ROW_A_MUST, "2.a", "implementations include STARTTLS"},
    {ROW_B_MUST, "2.b", "receivers offer it"},
    {ROW_C_MUST, "2.c", "senders use it when it is offered"},
    {ROW_D_MUST, "2.d", "senders insist on it"},
};

#define LETTERS_TOLD (sizeof letters / sizeof *letters)

static struct lowered lowered_by(const struct scene *of, unsigned observer, enum row row)
{
    return lowered(row_result(of, observer, ROW_OBSERVED), row_result(of, observer, row));
}

static const char *readable_words(const struct scene *of, unsigned observer, enum row row)
{
    const struct simulated *r = row_result(of, observer, row);

    return share_words(of->d, r, &r->readable);
}

/* ---- the answer itself */

/* "2.b would leave 12.3 %, 2.c 55.0 %": of 2.b, 2.c, 2.d those that are shown to help; "" for none. */
static const char *helping(const struct scene *of)
{
    const char *list = "";

    for (unsigned i = 1; i < LETTERS_TOLD; i++) {
        const struct simulated *r = row_result(of, 0, letters[i].row);
        if (lowered_by(of, 0, letters[i].row).effect != EFFECT_SHOWN)
            continue;
        list = document_words(of->d, "%s%s%s %.1f %%", list, *list ? ", " : "", letters[i].letter,
                              100 * r->share.mean);
    }
    return list;
}

static bool shown(const struct lowered *l)
{
    return l->effect == EFFECT_SHOWN;
}

/* What is to be said of an interferer at once: "" where 2.d is not shown to do anything. */
static const char *against_interferer(const struct scene *of)
{
    unsigned who = first_interferer(of->s);

    if (who == of->s->observer_count)
        return "";
    struct lowered abc = lowered_by(of, who, ROW_ABC_MUST), d = lowered_by(of, who, ROW_D_MUST);
    if (!shown(&d))
        return "";
    const struct simulated *r = row_result(of, who, ROW_D_MUST);
    return document_words(of->d,
                          " Against one who strips %s, %s would leave %.1f %% to read, and %.1f %% "
                          "undelivered.",
                          offers_words(of->d, &of->s->observers[who]),
                          shown(&abc) ? "2.d" : "only 2.d has an effect: it", 100 * r->share.mean,
                          100 * of_messages(r, &r->undelivered).mean);
}

static void say_lead_answer(const struct scene *of)
{
    const struct simulated *r = row_result(of, 0, ROW_OBSERVED);
    const char *list = helping(of);

    if (!share_enough(r))
        say_lead(of->d, "Too few messages to tell: %s.", count_words(of->d, &r->messages));
    else if (!*list)
        say_lead(of->d,
                 "No effect is shown of any of them on what an observer who only listens reads: "
                 "%.1f %% of the messages.%s",
                 100 * r->share.mean, against_interferer(of));
    else
        say_lead(
            of->d,
            "Yes, against an observer who only listens: of the messages, %.1f %% are readable as "
            "observed, and would be with %s.%s",
            100 * r->share.mean, list, against_interferer(of));
}

/* ---- letter by letter */

static void say_letter(const struct scene *of, const struct answered *a)
{
    struct lowered l = lowered_by(of, 0, a->row);

    say_item(of->d, "%s, %s: readable %s instead of %s; %s.", a->letter, a->says,
             readable_words(of, 0, a->row), readable_words(of, 0, ROW_OBSERVED),
             lowered_words(of->d, &l));
}

/* ---- 2.d: its price, and whether it is needed */

static const char *price_words(const struct scene *of, unsigned observer)
{
    const struct simulated *r = row_result(of, observer, ROW_D_MUST);

    return document_words(of->d, "%s undelivered, and %s sent through another server",
                          share_words(of->d, r, &r->undelivered),
                          share_words(of->d, r, &r->rerouted));
}

static void say_enough(const struct scene *of)
{
    struct lowered more = lowered(row_result(of, 0, ROW_ABC_MUST), row_result(of, 0, ROW_ALL_MUST));
    const struct simulated *everybody = sweep_result(of, 0, SWEEP_BC, SWEEP_STEPS);

    say_item(
        of->d,
        "2.a, 2.b and 2.c together: readable %s. 2.d on top of them: %s. If everybody followed "
        "2.b and 2.c, readable %s.",
        readable_words(of, 0, ROW_ABC_MUST), lowered_words(of->d, &more),
        share_words(of->d, everybody, &everybody->readable));
}

static void say_interferer(const struct scene *of)
{
    unsigned who = first_interferer(of->s);

    if (who == of->s->observer_count)
        return;
    struct lowered abc = lowered_by(of, who, ROW_ABC_MUST), d = lowered_by(of, who, ROW_D_MUST);
    say_item(of->d,
             "An interferer, who strips %s, reads %s as things are; with 2.a, 2.b "
             "and 2.c together %s, %s; with 2.d %s, %s.",
             offers_words(of->d, &of->s->observers[who]), readable_words(of, who, ROW_OBSERVED),
             readable_words(of, who, ROW_ABC_MUST), lowered_words(of->d, &abc),
             readable_words(of, who, ROW_D_MUST), lowered_words(of->d, &d));
    if (shown(&d))
        say_item(of->d,
                 "%s has an effect on the interferer. The price is that of stripping made "
                 "denial of service: %s.",
                 shown(&abc) ? "Not only 2.d" : "Of the four, only 2.d", price_words(of, who));
    else
        say_item(of->d, "2.d is not shown to stop the interferer; it would cost %s.",
                 price_words(of, who));
}

/* ---- encryption as a signal, and the burden */

/* What became of a number where its intervals do not meet. */
static const char *moved(const struct outcome *was, const struct outcome *is)
{
    if (!isfinite(was->mean) || !isfinite(is->mean))
        return "which cannot be compared";
    if (is->low > was->high)
        return "which is more";
    if (is->high < was->low)
        return "which is less";
    return was->mean == is->mean ? "the same" : "a difference that is not shown";
}

static void say_signal(const struct scene *of)
{
    const struct simulated *was = row_result(of, 0, ROW_OBSERVED);
    const struct simulated *is = row_result(of, 0, ROW_ALL_MUST);

    if (!share_enough(was))
        return;
    say_item(
        of->d,
        "Where only some mail is encrypted, that it is encrypted is a signal: it tells %s bits "
        "a message of who the client is, as observed; with all four at MUST %s, %s.",
        real_words(of->d, &was->bits), real_words(of->d, &is->bits), moved(&was->bits, &is->bits));
    say_item(
        of->d,
        "The burden: who wants %.3g %% of the messages, all of which are encrypted already, would "
        "have to attack %s encrypted ones for each of these, as observed; with all four at MUST "
        "%s, %s.",
        100 * of->s->wanted, real_words(of->d, &was->burden_selective),
        real_words(of->d, &is->burden_selective),
        moved(&was->burden_selective, &is->burden_selective));
}

/* ---- all of it */

void simulation_answer(const struct scene *of)
{
    document_section(of->d, "answer", "Would it be worth it?");
    say(of->d, "Would any of 2.b, 2.c and 2.d at MUST be worth it on this traffic?");
    say_lead_answer(of);
    say(of->d,
        "Each at MUST, followed by %.3g %% of those it binds, against an observer who sees "
        "everything and only listens:",
        100 * of->words->follow[LEVEL_MUST]);
    for (unsigned i = 0; i < LETTERS_TOLD; i++)
        say_letter(of, &letters[i]);
    say_item(of->d, "What 2.d costs with nobody interfering: %s.", price_words(of, 0));
    say_enough(of);
    say_interferer(of);
    say_signal(of);
}
