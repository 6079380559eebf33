/* compare.c - two reports against each other, figure by figure; see compare_private.h. */
#include <mailtap/compare.h>

#include "compare_private.h"

#include <mailtap/rates.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *one, *many, *none; /* "3 figures are better, none is worse" */
    const char *said;              /* of a figure */
    const char *name, *title;      /* of the table of those that it is said of */
} changes[CHANGES] = {
    [CHANGE_BETTER] = {"is better", "are better", "is better", "better", "better", "Better:"},
    [CHANGE_WORSE] = {"is worse", "are worse", "is worse", "worse", "worse", "Worse:"},
    [CHANGE_HIGHER] = {"is higher", "are higher", NULL, "higher", "higher",
                       "Higher, which is neither:"},
    [CHANGE_LOWER] = {"is lower", "are lower", NULL, "lower", "lower", "Lower, which is neither:"},
    [CHANGE_NOT_SHOWN] = {"shows no difference", "show no difference", NULL, "no difference shown",
                          "not-shown", "No difference shown:"},
    [CHANGE_TOO_FEW] = {"rests on too few to tell", "rest on too few to tell", NULL, "too few",
                        "too-few", "Too few to tell:"},
    [CHANGE_OF_COUNT] = {NULL, NULL, NULL, "changed", "changed", "Counts that changed:"},
    [CHANGE_SAME] = {NULL, NULL, NULL, "the same", "same", "Counts that did not:"},
};

/* ---- one figure */

static double share_in(const struct figure *f)
{
    return (double)f->count / (double)f->of;
}

static enum change moved(enum tone tone, bool up)
{
    switch (tone) {
    case TONE_CLEAR:
    case TONE_STRIPPED:
    case TONE_WEAK:
    case TONE_UNKNOWN:
        return up ? CHANGE_WORSE : CHANGE_BETTER;
    case TONE_GOOD:
        return up ? CHANGE_BETTER : CHANGE_WORSE;
    case TONE_HIDDEN: /* more of it is better than the clear, and worse than authenticated */
    case TONE_PLAIN:
    case TONES:
        break;
    }
    return up ? CHANGE_HIGHER : CHANGE_LOWER;
}

static bool interval_of(const struct figure *f, struct interval *i_r)
{
    *i_r = (struct interval){f->low, f->high};
    return f->share && f->of && f->intervalled;
}

struct compared compare_figure(const struct figure *before, const struct figure *after)
{
    struct compared c = {.change = CHANGE_TOO_FEW};
    struct interval was, is;

    if (!before->share && !after->share)
        c.change = before->count == after->count ? CHANGE_SAME : CHANGE_OF_COUNT;
    if (!interval_of(before, &was) || !interval_of(after, &is))
        return c;
    c.known = true;
    c.points = share_in(after) - share_in(before);
    c.within = difference(share_in(after), is, share_in(before), was);
    c.change = CHANGE_NOT_SHOWN;
    if (c.within.low > 0 || c.within.high < 0)
        c.change = moved(after->tone, c.within.low > 0);
    return c;
}

/* ---- in words */

/* "41 of 68 (60.3 %)": the interval that counts here is that of the difference. */
static const char *value_words(struct document *d, const struct figure *f)
{
    struct figure plain = *f;
    char text[FIGURE_TEXT];

    plain.intervalled = false;
    return document_words(d, "%s", figure_text(text, &plain));
}

/* Percentage points to one place with their sign; 0.0 has none. */
static const char *points_words(struct document *d, double points)
{
    return fabs(100 * points) < 0.05 ? "0.0" : document_words(d, "%+.1f", 100 * points);
}

/* Labels were made to stand below a heading, so the name is behind them. */
static const char *sentence(struct document *d, const struct figure *before,
                            const struct figure *after, const struct compared *c)
{
    const char *text = document_words(d, "%s (%s): %s before, %s after", after->label, after->name,
                                      value_words(d, before), value_words(d, after));

    if (!c->known)
        return text;
    return document_words(d, "%s, %s points (%s to %s)", text, points_words(d, c->points),
                          points_words(d, c->within.low), points_words(d, c->within.high));
}

/* ---- all of them */

enum { LABEL, NAME, BEFORE, BEFORE_OF, AFTER, AFTER_OF, POINTS, FROM, TO, VERDICT, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [LABEL] = {"label", "figure", false},   [NAME] = {"figure", "name", false},
    [BEFORE] = {"before", "before", true},  [BEFORE_OF] = {"before_of", "of", true},
    [AFTER] = {"after", "after", true},     [AFTER_OF] = {"after_of", "of", true},
    [POINTS] = {"points", "points", false}, [FROM] = {"low", "from", false},
    [TO] = {"high", "to", false},           [VERDICT] = {"verdict", "verdict", false},
};

static void add_compared(struct document *d, struct block *table, const struct figure *before,
                         const struct figure *after, const struct compared *c)
{
    struct table_row *row = add_row(d, table);
    struct table_cell *cells = row->cells;

    cells[NAME].text = document_words(d, "%s", after->name);
    cells[LABEL].text = document_words(d, "%s", after->label);
    cells[BEFORE].number = before->count;
    cells[BEFORE_OF] = (struct table_cell){before->share ? NULL : "", before->of};
    cells[AFTER].number = after->count;
    cells[AFTER_OF] = (struct table_cell){after->share ? NULL : "", after->of};
    cells[POINTS].text = c->known ? points_words(d, c->points) : "";
    cells[FROM].text = c->known ? points_words(d, c->within.low) : "";
    cells[TO].text = c->known ? points_words(d, c->within.high) : "";
    cells[VERDICT].text = changes[c->change].said;
    row->sentence = sentence(d, before, after, c);
}

/* "3 figures are better, none is worse, 12 show no difference." */
static void say_answer(struct document *d, const unsigned count[CHANGES])
{
    char *text = NULL;
    size_t n;
    FILE *out = must_have(open_memstream(&text, &n));

    for (enum change v = CHANGE_BETTER; v <= CHANGE_TOO_FEW; v++) {
        const char *before = v == CHANGE_BETTER ? "" : ", ";
        const char *noun = v > CHANGE_BETTER ? "" : count[v] == 1 ? " figure" : " figures";
        if (count[v])
            fprintf(out, "%s%u%s %s", before, count[v], noun,
                    count[v] == 1 ? changes[v].one : changes[v].many);
        else if (changes[v].none)
            fprintf(out, "%s %s", v > CHANGE_BETTER ? ", none" : "No figure", changes[v].none);
    }
    fclose(out);
    say_lead(d, "%s.", text);
    free(text);
}

static void say_answers(struct document *d, const unsigned count[CHANGES])
{
    unsigned shares = 0, counts = count[CHANGE_OF_COUNT] + count[CHANGE_SAME];

    for (enum change v = CHANGE_BETTER; v <= CHANGE_TOO_FEW; v++)
        shares += count[v];
    if (shares) {
        say_answer(d, count);
        say(d, "Better and worse is said where the 95 %% interval of a difference leaves 0 out; of "
               "20 figures that did not change, about one will seem to have done so.");
    } else {
        say_lead(d, "No share stands in both reports, so which is better does not show.");
    }
    if (counts)
        say(d,
            "Of %u count%s, which %s no interval and depend%s on how much was captured, %u "
            "changed.",
            counts, counts == 1 ? "" : "s", counts == 1 ? "has" : "have", counts == 1 ? "s" : "",
            count[CHANGE_OF_COUNT]);
}

/* Figures of one report that the other one does not have; what neither eye has seen is none. */
static void add_lone(struct document *d, const char *name, const char *title,
                     const struct document *one, const struct document *other)
{
    struct block *b = add_figures(d, name, title, CHART_NONE, "");
    struct figure_place p = {0};
    const struct figure *f;

    while ((f = document_next(one, &p)) != NULL)
        if (!f->quiet && !document_figure(other, f->name))
            add_figure(d, b, *f);
}

/* Twice: what is counted stands before the tables. */
static void go_through(struct document *d, struct block *tables[CHANGES],
                       const struct document *before, const struct document *after,
                       unsigned count[CHANGES])
{
    struct figure_place p = {0};
    const struct figure *was, *is;

    while ((was = document_next(before, &p)) != NULL) {
        is = document_figure(after, was->name);
        if (!is || (was->quiet && is->quiet))
            continue;
        struct compared c = compare_figure(was, is);
        if (tables)
            add_compared(d, tables[c.change], was, is, &c);
        count[c.change]++;
    }
}

void compare_figures(struct document *d, const struct document *before,
                     const struct document *after)
{
    unsigned count[CHANGES] = {0}, again[CHANGES] = {0};
    struct block *tables[CHANGES];

    document_section(d, "figures", "What became better, and what worse");
    go_through(d, NULL, before, after, count);
    say_answers(d, count);
    for (enum change c = 0; c < CHANGES; c++)
        tables[c] = add_table(d, changes[c].name, changes[c].title, columns, COLUMNS);
    go_through(d, tables, before, after, again);
    add_lone(d, "before-only", "Only in the report before:", before, after);
    add_lone(d, "after-only", "Only in the report after:", after, before);
}

/* ---- both databases */

static void say_head(struct document *d, const char *when, const char *name,
                     const struct document *report)
{
    document_fact(d, document_words(d, "%s: %s", when, document_text(d, slice_of(name), 60)));
    for (unsigned i = 0; i < report->fact_count; i++)
        document_fact(d, report->facts[i]);
}

static struct document *compare_reports(struct store *stores[2], const struct document *before,
                                        const struct document *after, const char *names[2],
                                        struct err *e)
{
    struct document *d = document_open();

    document_title(d, "Before and after");
    say_head(d, "Before", names[0], before);
    say_head(d, "After", names[1], after);
    compare_figures(d, before, after);
    if (compare_servers(d, stores[0], stores[1], e) < 0)
        document_close(&d);
    return d;
}

struct document *compare_make(struct store *before, const struct report_wish *was,
                              struct store *after, const struct report_wish *is, struct err *e)
{
    struct store *stores[] = {before, after};
    const char *names[] = {was->name, is->name};
    struct document *a = report_make(before, was, e), *b = a ? report_make(after, is, e) : NULL;
    struct document *d = b ? compare_reports(stores, a, b, names, e) : NULL;

    report_free(&a);
    report_free(&b);
    return d;
}
