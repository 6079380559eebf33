/* section.c - see section.h: what all sections of the audit ask and print by. */
#include "section.h"

#include <stdlib.h>
#include <string.h>

struct query *section_ask(struct report *r, const char *question)
{
    return query_open(r->store, query_find(question)->sql, r->e);
}

struct cell cell_named(const struct query *q, const char *name)
{
    for (unsigned i = 0; i < query_columns(q); i++)
        if (strcmp(query_column(q, i), name) == 0)
            return query_cell(q, i);
    return (struct cell){.kind = CELL_NULL};
}

uint64_t count_named(const struct query *q, const char *name)
{
    struct cell c = cell_named(q, name);

    return c.kind == CELL_INTEGER && c.integer > 0 ? (uint64_t)c.integer : 0;
}

const char *text_named(const struct query *q, const char *name, char to[NAME_TEXT])
{
    struct cell c = cell_named(q, name);
    unsigned width;
    char *shown = shown_text(c.text, 72, &width);

    snprintf(to, NAME_TEXT, "%s", shown);
    free(shown);
    return to;
}

const char *words_for(const struct words *list, const char *name, const char *otherwise)
{
    for (; list->name; list++)
        if (strcmp(list->name, name) == 0)
            return list->text;
    return otherwise;
}

bool section_row(const struct report *r, const char *heading, unsigned *rows)
{
    if (*rows == 0)
        page_heading(&r->page, heading);
    return (*rows)++ < LISTED;
}

void section_more(const struct report *r, unsigned rows)
{
    if (rows > LISTED)
        page_say(&r->page, 2, false, "and %u more.", rows - LISTED);
}
