/*
 * report.h - what people look at: tables of query results, and the exposure audit as text.
 */
#ifndef MAILTAP_REPORT_H
#define MAILTAP_REPORT_H

#include <mailtap/query.h>
#include <stdio.h>

enum table_format { TABLE_BOX, TABLE_CSV, TABLE_JSON, TABLE_NDJSON };

/* Write every row of q.  Octets that would harm a terminal are escaped in a box. */
int table_write(FILE *out, struct query *q, enum table_format format, struct err *e);

/* The audit in text, at most 80 columns: how much could be read, whose, and why. */
int report_text(FILE *out, struct store *st, const char *database_name, bool colour, struct err *e);

#endif
