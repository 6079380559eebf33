/* condition_judge.c - conditions on the figures of a report: checked, judged, put into words; see
 * condition.h. */
#include "condition_private.h"

#include "page.h"

#include <inttypes.h>
#include <string.h>

/* A count of 64 bits times ten to the places of a number. */
__extension__ typedef unsigned __int128 product;

static const struct {
    const char *words;
    enum relation contrary;
    bool less, same, more; /* holds it for a value that is so? */
} relations[RELATIONS] = {
    [AT_MOST] = {"at most", MORE, true, true, false},
    [AT_LEAST] = {"at least", LESS, false, true, true},
    [SAME] = {"exactly", OTHER, false, true, false},
    [OTHER] = {"not", SAME, true, false, true},
    [LESS] = {"less than", AT_LEAST, true, false, false},
    [MORE] = {"more than", AT_MOST, false, false, true},
};

/* ---- checking */

/* How many octets must be changed, added or taken away (Levenshtein); 0 when one holds the other. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[BOUND_FIGURE_NAME + 1];
    size_t n = strlen(b);

    if (n > BOUND_FIGURE_NAME)
        return BOUND_FIGURE_NAME;
    if (strstr(a, b) || strstr(b, a))
        return 0;
    for (unsigned k = 0; k <= n; k++)
        row[k] = k;
    for (unsigned i = 0; a[i]; i++) {
        unsigned corner = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < n; k++) {
            unsigned changed = corner + (a[i] != b[k]);
            unsigned other = 1 + (row[k] < row[k + 1] ? row[k] : row[k + 1]);
            corner = row[k + 1];
            row[k + 1] = changed < other ? changed : other;
        }
    }
    return row[n];
}

#define NEAR 5u

/* Those of the names that are nearest, the nearest first. */
static unsigned find_near(const struct figures *f, const char *name, const char *near[NEAR])
{
    unsigned far[NEAR], count = 0;
    const char *one;

    for (unsigned i = 0; (one = f->name(f->of, i)) != NULL; i++) {
        unsigned away = distance(name, one), at = count;
        if (count < NEAR)
            count++;
        else if (away >= far[--at])
            continue;
        for (; at && far[at - 1] > away; at--) {
            far[at] = far[at - 1];
            near[at] = near[at - 1];
        }
        far[at] = away;
        near[at] = one;
    }
    return count;
}

static int no_figure(const struct comparison *c, const struct figures *f, struct err *e)
{
    const char *near[NEAR];
    unsigned count = find_near(f, c->name, near);
    char list[NEAR * (BOUND_FIGURE_NAME + 2) + 1] = "";
    size_t used = 0;

    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.*s", i ? ", " : "",
                                 (int)BOUND_FIGURE_NAME, near[i]);
    return err_set(e, "condition, octet %zu: there is no figure '%s'; %s%s", c->name_at, c->name,
                   count ? "those with the nearest names are " : "there is none at all", list);
}

static bool is_share(const struct comparison *c, const struct figure *f)
{
    return c->operand == LOW || c->operand == HIGH || (c->operand == PLAIN && f->share);
}

/* NULL, or why no value can ever be so. */
static const char *never(const struct comparison *c, bool share)
{
    if (c->relation == LESS && c->number.digits == 0)
        return "nothing is less than 0, so this is never met";
    if (share && c->relation == MORE && number_against_one(&c->number) == 0)
        return "no share is more than 1, which is 100 %, so this is never met";
    return NULL;
}

static int check_number(const struct comparison *c, bool share, struct err *e)
{
    const struct number *n = &c->number;
    const char *why = never(c, share);

    if (!share && n->percent)
        return err_set(e,
                       "condition, octet %zu: %s%s%s%s is a count: a number without %% is expected",
                       c->number_at, operand_words[c->operand], c->operand ? "(" : "", c->name,
                       c->operand ? ")" : "");
    if (share && number_against_one(n) > 0)
        return err_set(
            e,
            "condition, octet %zu: %s is a share, from 0 to 1 or to 100 %%: write 5%% for "
            "a share of 0.05",
            c->number_at, c->name);
    return why ? err_set(e, "condition, octet %zu: %s", c->number_at, why) : 0;
}

static int check_comparison(const struct comparison *c, const struct figures *f, struct err *e)
{
    const struct figure *figure = f->find(f->of, c->name);

    if (!figure)
        return no_figure(c, f, e);
    if (!figure->share && (c->operand == LOW || c->operand == HIGH || c->operand == OF))
        return err_set(e, "condition, octet %zu: %s is a count alone, and no share: it has no '%s'",
                       c->name_at, c->name, operand_words[c->operand]);
    return check_number(c, is_share(c, figure), e);
}

int condition_check(const struct condition *c, const struct figures *f, struct err *e)
{
    int rc = 0;

    for (unsigned i = 1; i < c->count && rc == 0; i++)
        if (c->nodes[i].kind == COMPARISON)
            rc = check_comparison(&c->nodes[i].comparison, f, e);
    return rc;
}

/* ---- judging */

/* a / b against the number: below 0, 0 or above. */
static int compare_exactly(uint64_t a, uint64_t b, const struct number *n)
{
    product left = (product)a * number_power(n->places), right = (product)n->digits * b;

    return (left > right) - (left < right);
}

static tri holds(enum relation r, int sign)
{
    return tri_of(sign < 0 ? relations[r].less : sign ? relations[r].more : relations[r].same);
}

static tri judge_end(const struct comparison *c, const struct figure *f)
{
    double end = c->operand == LOW ? f->low : f->high;
    double limit = (double)c->number.digits / (double)number_power(c->number.places);

    if (!f->intervalled || !(end >= 0 && end <= 1))
        return UNKNOWN;
    return holds(c->relation, (end > limit) - (end < limit));
}

static tri judge_comparison(const struct comparison *c, const struct figure *f)
{
    if (!f || (is_share(c, f) && f->of == 0))
        return UNKNOWN;
    if (c->operand == LOW || c->operand == HIGH)
        return judge_end(c, f);
    uint64_t part = c->operand == OF ? f->of : f->count;
    return holds(c->relation, compare_exactly(part, is_share(c, f) ? f->of : 1, &c->number));
}

static tri contrary(tri t)
{
    return t == UNKNOWN ? UNKNOWN : t == YES ? NO : YES;
}

static tri judge(const struct condition *c, unsigned at, const struct figures *f)
{
    const struct node *n = &c->nodes[at];
    tri settled = n->kind == ANY ? YES : NO, all = contrary(settled);

    if (n->kind == COMPARISON)
        return judge_comparison(&n->comparison, f->find(f->of, n->comparison.name));
    if (n->kind == NOT)
        return contrary(judge(c, n->first, f));
    for (unsigned i = n->first; i; i = c->nodes[i].next) {
        tri one = judge(c, i, f);
        if (one == settled)
            return settled;
        all = one == UNKNOWN ? UNKNOWN : all;
    }
    return all;
}

tri condition_met(const struct condition *c, const struct figures *f)
{
    return judge(c, c->root, f);
}

/* ---- in words */

/* The number as it is, of a share in percent: "5 %", "0.1 %", "1,000". */
static void say_number(FILE *out, const struct number *n, bool share)
{
    uint64_t digits = n->digits;
    unsigned places = n->places;
    char text[NUMBER_TEXT];

    for (unsigned i = 0; share && i < 2; i++) {
        if (places)
            places--;
        else
            digits *= 10;
    }
    while (places && digits % 10 == 0) {
        digits /= 10;
        places--;
    }
    fputs(number_text(text, digits / number_power(places)), out);
    if (places)
        fprintf(out, ".%0*" PRIu64, (int)places, digits % number_power(places));
    fputs(share ? " %" : "", out);
}

static void say_value(FILE *out, const struct comparison *c, const struct figure *f)
{
    char count[NUMBER_TEXT], of[NUMBER_TEXT];

    number_text(count, f->count);
    number_text(of, f->of);
    if (c->operand == LOW || c->operand == HIGH)
        fprintf(out, " is %.1f %%, ", 100 * (c->operand == LOW ? f->low : f->high));
    else if (!is_share(c, f))
        fprintf(out, " is %s, ", c->operand == OF ? of : count);
    else if (f->of < SHARE_MINIMUM)
        fprintf(out, " is %s of %s, ", count, of);
    else
        fprintf(out, " is %.1f %% (%s of %s), ", 100 * (double)f->count / (double)f->of, count, of);
}

static void say_comparison(FILE *out, const struct comparison *c, const struct figure *f)
{
    tri answer = judge_comparison(c, f);
    enum relation r = answer == YES ? c->relation : relations[c->relation].contrary;

    if (c->operand == PLAIN)
        fputs(c->name, out);
    else
        fprintf(out, "%s(%s)", operand_words[c->operand], c->name);
    if (answer != UNKNOWN) {
        say_value(out, c, f);
        fprintf(out, "%s ", relations[r].words);
        say_number(out, &c->number, is_share(c, f));
    } else if (!f) {
        fputs(" is not in this report", out);
    } else if (f->of == 0) {
        fputs(" is not known: it is a share of nothing", out);
    } else {
        fprintf(out, " is not known: %" PRIu64 " are too few for an interval", f->of);
    }
}

/* What made a node so: the parts of it that are the same, or under `not` the contrary. */
static void explain(FILE *out, const struct condition *c, unsigned at, const struct figures *f,
                    bool *said)
{
    const struct node *n = &c->nodes[at];
    tri answer = judge(c, at, f), wanted = n->kind == NOT ? contrary(answer) : answer;

    if (n->kind == COMPARISON) {
        fputs(*said ? "; " : "", out);
        say_comparison(out, &n->comparison, f->find(f->of, n->comparison.name));
        *said = true;
    }
    for (unsigned i = n->first; i; i = c->nodes[i].next)
        if (judge(c, i, f) == wanted)
            explain(out, c, i, f, said);
}

void condition_why(FILE *out, const struct condition *c, const struct figures *f)
{
    bool said = false;

    explain(out, c, c->root, f, &said);
}
