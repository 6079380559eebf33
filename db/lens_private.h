/* lens_private.h - what an anonymised database looks like; lens_names.c tells lens.c. */
#ifndef MAILTAP_LENS_PRIVATE_H
#define MAILTAP_LENS_PRIVATE_H

#include <stdbool.h>

/* What stands in the place of a column of main.TABLE x; NULL: it stays as it is. */
struct lens_column {
    const char *table, *column, *as;
};

/* A table in temp that is filled by a SELECT. */
struct lens_part {
    const char *name, *columns, *fill;
};

/* Every column that is TEXT or BLOB, and some others. */
const struct lens_column *lens_columns(unsigned *count_r);

/* What pseudonyms stand for. */
const struct lens_part *lens_maps(unsigned *count_r);

/* Is no row of it seen? */
bool lens_is_left_out(const char *table);

#endif
