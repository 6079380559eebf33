/* simulation.c - the document of a simulation: the answer, each observer, and what it rests on. */
#include "simulation_private.h"

#include "page.h"

#include <math.h>
#include <string.h>

/* ---- is it a simulation that can be told of? */

static int check_policies(const struct simulation *s, const struct simulation_words *words,
                          struct err *e)
{
    struct policy_mix wanted[SIMULATION_POLICIES];

    simulation_policies(words->follow, wanted);
    if (s->policy_count != SIMULATION_POLICIES)
        return err_set(e, "a simulation of %u policies, of which a report needs %u",
                       s->policy_count, SIMULATION_POLICIES);
    for (unsigned i = 0; i < SIMULATION_POLICIES; i++)
        for (unsigned k = 0; k < LETTERS; k++)
            if (s->policies[i].follow[k] != wanted[i].follow[k])
                return err_set(e, "policy %u is not the one that a report needs there", i);
    return 0;
}

static int check_observers(const struct simulation *s, struct err *e)
{
    unsigned interferers = first_interferer(s);

    if (interferers == 0 || s->observers[0].kind != OBSERVER_GLOBAL)
        return err_set(e, "the first observer must see everything, and only listen");
    if (interferers < s->observer_count && s->observers[interferers].kind != OBSERVER_GLOBAL)
        return err_set(e, "the first interferer must see everything");
    for (unsigned i = interferers; i < s->observer_count; i++)
        if (!(s->observers[i].strips > 0))
            return err_set(e, "those who only listen must come before those who interfere");
    return 0;
}

/* ---- what was simulated */

static void say_population(struct document *d, const struct relations *r)
{
    char servers[COUNTED_TEXT], clients[COUNTED_TEXT], relations[COUNTED_TEXT];

    document_fact(d, document_words(d, "%s, %s, %s",
                                    counted(clients, r->client_count, "client", "clients"),
                                    counted(servers, r->server_count, "server", "servers"),
                                    counted(relations, r->count, "pair of them that exchanges mail",
                                            "pairs of them that exchange mail")));
}

static void say_head(const struct scene *of)
{
    const struct simulation_words *w = of->words;
    struct document *d = of->d;
    char draws[COUNTED_TEXT];
    const char *name = w->lens.anonymise ? "" : document_text(d, slice_of(w->name), 60);

    document_title(
        d, *name ? document_words(d, "Simulation of %s%s", w->scenario ? "the scenario " : "", name)
                 : "Simulation");
    if (w->relations)
        say_population(d, w->relations);
    document_fact(d,
                  document_words(d, "%s, seed %llu", counted(draws, of->s->draws, "draw", "draws"),
                                 (unsigned long long)of->s->seed));
    d->narrowed = w->lens.since || w->lens.until;
    if (w->lens.since)
        document_fact(d, document_words(d, "Sessions that began at %s or later.", w->lens.since));
    if (w->lens.until)
        document_fact(d, document_words(d, "Sessions that began before %s.", w->lens.until));
}

/* ---- what it rests on */

static void say_levels(const struct scene *of)
{
    const double *f = of->words->follow;

    say_item(
        of->d,
        "MAY, SHOULD and MUST are shares of those bound who follow: %.3g, %.3g and %.3g %%. No "
        "constant for them is published: they are parameters (--follow), and the curves show "
        "every share.",
        100 * f[LEVEL_MAY], 100 * f[LEVEL_SHOULD], 100 * f[LEVEL_MUST]);
    say_item(of->d,
             "2.a binds implementations, 2.b receivers, 2.c and 2.d senders. For each of them "
             "an operator has one number by which it follows or not, the same at every level, "
             "so a stricter policy never raises what is read by who only listens.");
}

static void say_draws(const struct scene *of)
{
    char draws[NUMBER_TEXT];

    say_item(of->d,
             "Each rate that is not known is drawn %s times from its posterior (Beta, Jeffreys' "
             "prior, pooled towards the population where there are few cases); an interval is the "
             "middle 95 %% of the draws.",
             number_text(draws, of->s->draws));
    if (of->words->curve_draws && of->words->curve_draws < of->s->draws)
        say_item(of->d, "The points of curves are of %s of the draws.",
                 number_text(draws, of->words->curve_draws));
    if (of->words->relations && simulate_known_draws(of->words->relations, of->s) < of->s->draws)
        say_item(of->d, "Correspondents and bits of signal take long: they are of %s of the draws.",
                 number_text(draws, simulate_known_draws(of->words->relations, of->s)));
    if (of->s->resample)
        say_item(of->d,
                 "The servers seen stand for others like them: in each draw the mail of each "
                 "has a weight of its own (--resample).");
    else
        say_item(of->d,
                 "A draw is what could become of this very traffic, so the interval does not "
                 "hold how far other traffic is like it (--resample does).");
    say_item(of->d,
             "A difference is taken as if both sides were independent. They are draws of the "
             "same worlds, so its interval is too wide rather than too narrow; where it "
             "holds 0, no effect is shown.");
}

static void say_limits(const struct scene *of)
{
    char sessions[COUNTED_TEXT];

    if (of->words->scenario)
        say_item(of->d,
                 "The population is described, not seen: what is told here holds of mail that "
                 "is like the scenario.");
    else
        say_item(
            of->d,
            "Messages under TLS are estimated from the sizes of their records; what is "
            "in the clear is counted. Mail of which the capture does not tell why it is in the "
            "clear stays so under every policy.");
    if (of->words->not_estimated)
        say_item(of->d,
                 "%s under TLS of which no number of messages could be estimated: none is "
                 "counted.",
                 counted(sessions, of->words->not_estimated, "session", "sessions"));
    say_item(of->d,
             "Nothing else changes: nobody moves to another provider, mail that is kept back "
             "is not sent in the clear later, and who intercepts TLS with a certificate of "
             "his own is not simulated.");
}

static void say_measures(const struct scene *of)
{
    say_item(of->d, "Bits of signal are the mutual information of 'it is encrypted' and who the "
                    "client is, for a message.");
    say_item(
        of->d,
        "The burden is the number of encrypted messages to attack for each one that is wanted, "
        "%.3g %% of all (--wanted), when whatever is wanted is encrypted already. It is at most "
        "%.0f, where all is encrypted alike.",
        100 * of->s->wanted, 1 / of->s->wanted);
}

/* ---- all of it */

struct document *simulation_make(const struct simulation *s, const struct simulated *results,
                                 const struct simulation_words *words, struct err *e)
{
    if (check_policies(s, words, e) < 0 || check_observers(s, e) < 0)
        return NULL;
    struct scene of = {document_open(), s, results, words};

    say_head(&of);
    simulation_answer(&of);
    for (unsigned i = 0; i < s->observer_count; i++)
        simulation_observer(&of, i);
    simulation_exposure(&of);
    document_section(of.d, "assumptions", "What this rests on");
    say_levels(&of);
    say_draws(&of);
    say_limits(&of);
    say_measures(&of);
    return of.d;
}
