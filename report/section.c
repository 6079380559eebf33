/* section.c - see section.h: what the sections have in common. */
#include "section.h"

#include "page.h"

#include <mailtap/rates.h>

#include <string.h>

/* Columns of a list; ours have six at most. */
#define LIST_COLUMNS 8

struct words words_for(const struct words *list, const char *name)
{
    for (; list->name; list++)
        if (strcmp(list->name, name) == 0)
            return *list;
    return (struct words){name, name, TONE_PLAIN};
}

static const char *note_of(struct document *d, const struct listing *l, const struct answer *a,
                           unsigned row)
{
    char text[COUNTED_TEXT];

    if (!l->note || row == a->rows)
        return "";
    if (!l->one)
        return answer_text(a, row, l->note);
    uint64_t n = answer_count(a, row, l->note);
    return n ? document_words(d, "%s", counted(text, n, l->one, l->many)) : "";
}

/* None of so many: no cluster has one, so Wilson's interval is the only one to be had. */
static struct figure none_of(uint64_t of)
{
    struct share s = share_of(0, of);

    return (struct figure){.quiet = true,
                           .share = true,
                           .of = of,
                           .intervalled = of >= SHARE_MINIMUM,
                           .low = s.low,
                           .high = s.high};
}

void add_listing(struct document *d, struct block *figures, const struct listing *l)
{
    const struct answer *a = answer_of(d, l->question);

    for (const struct words *w = l->words; w->name; w++) {
        unsigned row = answer_row(a, l->column, w->name);
        struct figure f = l->of ? answer_share(a, row, l->count, l->of, l->low, l->high)
                                : answer_figure(a, row, l->count);
        f.quiet = row == a->rows;
        if (f.quiet && l->of)
            f = none_of(answer_count(a, 0, l->of));
        f.name = document_words(d, "%s-%s", l->prefix, w->name);
        f.label = w->text;
        f.tone = w->tone;
        f.unit = l->unit;
        f.note = note_of(d, l, a, row);
        f.quiet |= f.share && f.of == 0 && !*f.note;
        add_figure(d, figures, f);
    }
}

uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static void fill(struct document *d, const struct list *l, const struct answer *a, unsigned row,
                 struct table_cell *cells)
{
    for (unsigned i = 0; i < l->column_count; i++) {
        const struct list_column *c = &l->columns[i];
        if (c->text)
            cells[i].text = c->text(d, a, row);
        else if (c->column.number)
            cells[i].number = answer_count(a, row, c->column.name);
        else
            cells[i].text = answer_text(a, row, c->column.name);
    }
}

static struct block *add_list_table(struct document *d, const char *name, const char *title,
                                    const struct list *l)
{
    struct table_column columns[LIST_COLUMNS];

    for (unsigned i = 0; i < l->column_count; i++)
        columns[i] = l->columns[i].column;
    return add_table(d, name, title, columns, l->column_count);
}

void add_list(struct document *d, const char *name, const char *title, const struct list *l)
{
    const struct answer *a = answer_of(d, l->question);
    struct block *b = add_list_table(d, name, title, l);

    b->rows_left_out = a->rows_left_out;
    for (unsigned row = 0; row < a->rows; row++) {
        if (l->wanted && !l->wanted(a, row))
            continue;
        if (b->row_count == SECTION_ROWS) {
            b->rows_left_out++;
            continue;
        }
        struct table_row *r = add_row(d, b);
        fill(d, l, a, row, r->cells);
        if (l->sentence)
            r->sentence = l->sentence(d, a, row);
    }
}

const char *server_text(struct document *d, const struct answer *a, unsigned row)
{
    return document_words(d, "%s port %s", answer_text(a, row, "server_ip"),
                          answer_text(a, row, "server_port"));
}
