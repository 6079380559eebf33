/* table.c - see table.h. */
#include "table.h"

#include <mailtap/err.h>
#include <mailtap/statistics.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARES 4u
#define RULES 12u
#define EXAMPLES 2u

/* What offer-missing may say: contrast_name(), and that it says nothing. */
static const char *const whys[] = {"others", "around",     "changed", "chance",
                                   "uneven", "own-policy", "nothing"};
#define WHYS (sizeof whys / sizeof *whys)

enum answer { ANSWER_NOTHING, ANSWER_WEAK, ANSWER_STRONG, ANSWER_CERTAIN, ANSWERS };

/* Sessions that the server of a session has, up to. */
static const struct {
    uint32_t most;
    const char *name;
} bins[] = {{1, "1"},        {5, "2-5"},         {20, "6-20"},
            {100, "21-100"}, {1000, "101-1000"}, {UINT32_MAX, "more"}};
#define BINS (sizeof bins / sizeof *bins)

/* How far a box reaches: all servers or half of them, all the time or part of it. */
#define REACHES 4u
static const char *const reaches[REACHES] = {"all servers, all the time", "half, all the time",
                                             "all servers, part of the time",
                                             "half, part of the time"};

struct tally {
    uint64_t answers[ANSWERS];
};

struct example {
    uint64_t count;
    struct {
        uint32_t server, client, of_server, of_pair;
        struct answered judged;
    } kept[EXAMPLES];
};

struct share {
    double boxed;
    uint32_t boxes, populations;
    uint64_t sessions, touched, own_firewall, own_firewall_found;
    struct tally forms[FORMS], bins[BINS], reaches[REACHES], all;
    uint64_t by_rule[RULES][FORMS]; /* found */
    struct example wrong[RULES][CAUSES];
    uint64_t causes[CAUSES]; /* sessions without TLS that no box touched */
    uint64_t why[WHYS];      /* sessions with the offer deleted, by what the rule says of them */
};

struct table {
    struct share share[SHARES];
    unsigned shares;
    char rules[RULES][24];
    unsigned rule_count;
    uint32_t *of_server; /* sessions of each server of the population being added */
};

struct table *table_new(void)
{
    return must_alloc(1, sizeof(struct table));
}

void table_free(struct table **t)
{
    if (*t)
        free((*t)->of_server);
    free(*t);
    *t = NULL;
}

void table_begin(struct table *t, const struct population *p, double boxed)
{
    if (t->shares == 0 || t->share[t->shares - 1].boxed != boxed)
        t->shares++;
    struct share *s = &t->share[t->shares - 1];
    s->boxed = boxed;
    s->populations++;
    s->boxes += p->box_count;
    s->sessions += p->visit_count;
    free(t->of_server);
    t->of_server = must_alloc(p->server_count, sizeof *t->of_server);
    for (size_t i = 0; i < p->visit_count; i++)
        t->of_server[p->visits[i].server]++;
}

static unsigned bin_of(uint32_t sessions)
{
    unsigned i = 0;

    while (sessions > bins[i].most)
        i++;
    return i;
}

static enum answer answer_of(const struct answered *j)
{
    if (strcmp(j->rank, "certain") == 0)
        return ANSWER_CERTAIN;
    if (strcmp(j->rank, "strong") == 0)
        return ANSWER_STRONG;
    return j->rank[0] ? ANSWER_WEAK : ANSWER_NOTHING;
}

static unsigned rule_of(struct table *t, const char *name)
{
    for (unsigned i = 0; i < t->rule_count; i++)
        if (strcmp(t->rules[i], name) == 0)
            return i;
    if (t->rule_count == RULES)
        return RULES - 1;
    snprintf(t->rules[t->rule_count], sizeof t->rules[0], "%s", name);
    return t->rule_count++;
}

/* The last one when there is none. */
static size_t why_of(const char *detail)
{
    const char *at = strstr(detail, "\"why\":\"");
    size_t i = 0;

    while (at && i < WHYS - 1 && strncmp(at + 7, whys[i], strlen(whys[i])) != 0)
        i++;
    return at ? i : WHYS - 1;
}

static uint32_t sessions_of_pair(const struct population *p, const struct visit *v)
{
    uint32_t n = 0;

    for (size_t i = 0; i < p->visit_count; i++)
        n += p->visits[i].server == v->server && p->visits[i].client == v->client;
    return n;
}

static void accuse(struct table *t, const struct population *p, const struct visit *v,
                   const struct answered *j)
{
    struct share *s = &t->share[t->shares - 1];
    struct example *x = &s->wrong[rule_of(t, j->rule)][v->cause];
    uint64_t n = x->count++;

    if (n >= EXAMPLES)
        return;
    x->kept[n].server = v->server;
    x->kept[n].client = v->client;
    x->kept[n].of_server = t->of_server[v->server];
    x->kept[n].of_pair = sessions_of_pair(p, v);
    x->kept[n].judged = *j;
}

void table_add(struct table *t, const struct population *p, const struct visit *v,
               const struct answered *j)
{
    struct share *s = &t->share[t->shares - 1];
    enum answer answer = answer_of(j);
    bool found = strcmp(j->class, "stripped") == 0;

    if (v->form != FORM_NONE && v->cause == CAUSE_OWN_FIREWALL && !v->stripped) {
        s->own_firewall++;
        s->own_firewall_found += found;
        return;
    }
    s->touched += v->form != FORM_NONE;
    if (v->form == FORM_NONE && answer >= ANSWER_STRONG)
        accuse(t, p, v, j);
    s->causes[v->cause] += v->form == FORM_NONE && v->handshake != HANDSHAKE_DONE;
    if (!v->stripped)
        return;
    /* A finding counts when the class follows it. */
    if (answer >= ANSWER_STRONG && !found)
        answer = ANSWER_NOTHING;
    if (v->form == FORM_DELETED)
        s->why[why_of(j->detail)]++;
    s->all.answers[answer]++;
    s->forms[v->form].answers[answer]++;
    s->bins[bin_of(t->of_server[v->server])].answers[answer]++;
    s->reaches[(v->part ? 2u : 0u) + (v->half ? 1u : 0u)].answers[answer]++;
    if (found)
        s->by_rule[rule_of(t, j->rule)][v->form]++;
}

/* ---- printing */

static uint64_t total(const struct tally *t)
{
    uint64_t n = 0;

    for (int i = 0; i < ANSWERS; i++)
        n += t->answers[i];
    return n;
}

static uint64_t found_of(const struct tally *t)
{
    return t->answers[ANSWER_CERTAIN] + t->answers[ANSWER_STRONG];
}

static void print_tally(const char *name, const struct tally *t)
{
    uint64_t n = total(t), found = found_of(t);
    struct interval i = wilson(found, n);

    if (n == 0)
        return;
    printf("| %s | %llu | %llu | %llu | %llu | %llu | %.1f %% (%.1f to %.1f) |\n", name,
           (unsigned long long)n, (unsigned long long)t->answers[ANSWER_CERTAIN],
           (unsigned long long)t->answers[ANSWER_STRONG],
           (unsigned long long)t->answers[ANSWER_WEAK],
           (unsigned long long)t->answers[ANSWER_NOTHING], 100.0 * (double)found / (double)n,
           100 * i.low, 100 * i.high);
}

/* False accusations; those of servers that do not know EHLO apart. */
static uint64_t wrong_of(const struct share *s, bool helo_only)
{
    uint64_t n = 0;

    for (unsigned r = 0; r < RULES; r++)
        for (int c = 0; c < CAUSES; c++)
            n += (c == CAUSE_HELO_ONLY) == helo_only ? s->wrong[r][c].count : 0;
    return n;
}

static void print_rate(uint64_t hits, uint64_t n)
{
    struct interval i = wilson(hits, n);

    printf(" %llu | %.2f (%.2f to %.2f) |", (unsigned long long)hits,
           n ? 1e4 * (double)hits / (double)n : 0, 1e4 * i.low, 1e4 * i.high);
}

static void print_summary(const struct table *t)
{
    puts("| networks behind a box | populations | sessions | truly stripped | found | recall | "
         "false | per "
         "10,000 |"
         " HELO-only servers | per 10,000 |");
    puts("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (unsigned i = 0; i < t->shares; i++) {
        const struct share *s = &t->share[i];
        uint64_t n = total(&s->all), found = found_of(&s->all);
        printf("| %.1f %% (%u) | %u | %llu | %llu | %llu |", 100 * s->boxed, s->boxes,
               s->populations, (unsigned long long)s->sessions, (unsigned long long)n,
               (unsigned long long)found);
        if (n)
            printf(" %.1f %% |", 100.0 * (double)found / (double)n);
        else
            printf(" - |");
        print_rate(wrong_of(s, false), s->sessions);
        print_rate(wrong_of(s, true), s->sessions);
        puts("");
    }
    puts("");
    for (unsigned i = 0; i < t->shares; i++)
        printf("At %.1f %%: %llu sessions masked by the server's own firewall, which counts neither"
               " way; %llu of them found.\n",
               100 * t->share[i].boxed, (unsigned long long)t->share[i].own_firewall,
               (unsigned long long)t->share[i].own_firewall_found);
}

static void print_found(const struct share *s)
{
    static const char head[] = "sessions | certain | strong | weak only | nothing | recall |\n"
                               "| --- | --- | --- | --- | --- | --- | --- |";

    if (total(&s->all) == 0)
        return;
    printf("\n### Found, %.1f %% of networks\n\n| what the box does | %s\n", 100 * s->boxed, head);
    for (int f = FORM_NONE + 1; f < FORMS; f++)
        print_tally(form_name((enum form)f), &s->forms[f]);
    print_tally("all", &s->all);
    printf("\n| sessions of the server | %s\n", head);
    for (size_t b = 0; b < BINS; b++)
        print_tally(bins[b].name, &s->bins[b]);
    printf("\n| reach of the box | %s\n", head);
    for (unsigned r = 0; r < REACHES; r++)
        print_tally(reaches[r], &s->reaches[r]);
}

static void print_whys(const struct share *s)
{
    if (total(&s->forms[FORM_DELETED]) == 0)
        return;
    puts("\n| `offer-missing` says of deleted offers | sessions |\n| --- | --- |");
    for (size_t i = 0; i < WHYS; i++)
        if (s->why[i])
            printf("| %s | %llu |\n", whys[i], (unsigned long long)s->why[i]);
}

static void print_by_rule(const struct table *t, const struct share *s)
{
    if (total(&s->all) == 0)
        return;
    puts("\n| rule | what the box does | found |\n| --- | --- | --- |");
    for (unsigned r = 0; r < t->rule_count; r++)
        for (int f = 0; f < FORMS; f++)
            if (s->by_rule[r][f])
                printf("| `%s` | %s | %llu |\n", t->rules[r], form_name((enum form)f),
                       (unsigned long long)s->by_rule[r][f]);
}

/* Without the sentence that opens the detail. */
static void print_example(const char *cause, const struct example *x, unsigned i)
{
    const struct answered *j = &x->kept[i].judged;
    const char *facts = strstr(j->detail, "\",\"");

    printf("- %s: server %u (%u sessions), client %u (%u with this server), `%s` %s `{%s`\n", cause,
           x->kept[i].server, x->kept[i].of_server, x->kept[i].client, x->kept[i].of_pair, j->rule,
           j->rank, facts ? facts + 2 : j->detail);
}

/* Of each rule and cause, where it first occurs. */
static void print_examples(const struct table *t, unsigned share)
{
    bool seen[RULES][CAUSES] = {{false}};

    for (unsigned i = 0; i < share; i++)
        for (unsigned r = 0; r < RULES; r++)
            for (int c = 0; c < CAUSES; c++)
                seen[r][c] |= t->share[i].wrong[r][c].count > 0;
    puts("");
    for (unsigned r = 0; r < t->rule_count; r++)
        for (int c = 0; c < CAUSES; c++) {
            const struct example *x = &t->share[share].wrong[r][c];
            for (unsigned i = 0; !seen[r][c] && i < EXAMPLES && i < x->count; i++)
                print_example(cause_name((enum cause)c), x, i);
        }
}

static void print_wrong(const struct table *t, unsigned share)
{
    const struct share *s = &t->share[share];

    if (wrong_of(s, false) + wrong_of(s, true) == 0)
        return;
    printf("\n### False accusations, %.1f %% of networks\n\n", 100 * s->boxed);
    puts("| rule | honest cause | sessions of it | false | per 10,000 of all |\n"
         "| --- | --- | --- | --- | --- |");
    for (unsigned r = 0; r < t->rule_count; r++)
        for (int c = 0; c < CAUSES; c++)
            if (s->wrong[r][c].count) {
                printf("| `%s` | %s | %llu |", t->rules[r], cause_name((enum cause)c),
                       (unsigned long long)s->causes[c]);
                print_rate(s->wrong[r][c].count, s->sessions);
                puts("");
            }
    print_examples(t, share);
}

static void print_parameters(void)
{
    unsigned n;
    const struct parameter *p = population_parameters(&n);

    puts("\n### The population\n\n| parameter | value | reason |\n| --- | --- | --- |");
    for (unsigned i = 0; i < n; i++)
        printf("| %s | %g %% | %s |\n", p[i].name, 100 * p[i].value, p[i].reason);
}

void table_print(const struct table *t)
{
    print_summary(t);
    for (unsigned i = 0; i < t->shares; i++) {
        print_found(&t->share[i]);
        print_by_rule(t, &t->share[i]);
        print_whys(&t->share[i]);
        print_wrong(t, i);
    }
    print_parameters();
}

bool table_is_good(const struct table *t, double limit)
{
    bool good = true;

    for (unsigned i = 0; i < t->shares; i++) {
        const struct share *s = &t->share[i];
        uint64_t wrong = wrong_of(s, false) + wrong_of(s, true);
        if (wilson(wrong, s->sessions).low > limit) {
            printf("\n%.1f %% of networks: more than %g of 10,000 sessions are accused falsely.\n",
                   100 * s->boxed, 1e4 * limit);
            good = false;
        }
        if (total(&s->all) && found_of(&s->all) == 0) {
            printf("\n%.1f %% of networks: nothing was found.\n", 100 * s->boxed);
            good = false;
        }
    }
    return good;
}
