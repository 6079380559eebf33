/*
 * config.h - a configuration file: the long options of a command, one a line.
 *
 *     # comment
 *     interface = eth0
 *     database  = "/var/lib/mailtap/findings.db"
 *     verbose
 *
 * Options given on the command line count more: of those that may be given once, and of lists all of
 * it.  Blank lines and lines that begin with '#' are left out; a value may stand in double quotes,
 * between which all is taken as it is.  Names are whole, and only lists may be given again.  A file
 * cannot set what is only of use on the command line: `config`, `help` and `read`.
 */
#ifndef MAILTAP_CONFIG_H
#define MAILTAP_CONFIG_H

#include "options.h"

#include <mailtap/err.h>
#include <mailtap/slice.h>

/* The words of a file, as main() would get them ("--interface=eth0"), owned by the caller; values that
 * options_read_with() fills borrow from them. */
struct config {
    char **words;
    unsigned count;
};

/* Parse the text of a file named `path`: -1 with "FILE, line N: ..." in *e. */
int config_parse(struct config *c, const struct option_table *table, const char *path,
                 struct slice text, struct err *e);
/* Read it; a file that is no plain file, or longer than BOUND_CONFIG_OCTETS, is refused. */
int config_read(struct config *c, const struct option_table *table, const char *path,
                struct err *e);
void config_free(struct config *c);

#endif
