/* nesting.h - is markup well-formed, and inside its bounds? */
#ifndef NESTING_H
#define NESTING_H

#include <stddef.h>

/*
 * Elements are nested and closed, attributes quoted, entities known, octets printable; ids are
 * letters, digits and '-', and each is there once; no attribute runs, styles or loads; lengths are finite, from 0 to 100 % of the width
 * or to LENGTH_MOST pixels.  Fails the test that it is called from.
 */
#define LENGTH_MOST 1000000
void assert_well_formed(const char *markup);

/* How often a text is in another. */
size_t times_in(const char *text, const char *what);

#endif
