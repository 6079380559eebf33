/*
 * row_private.h - the field table of row.c, for the files that make keys and SQL of it.
 */
#ifndef MAILTAP_ROW_PRIVATE_H
#define MAILTAP_ROW_PRIVATE_H

#include "store_private.h"

enum kind {
    KIND_TEXT,      /* char[size]; NULL is empty */
    KIND_TRI,       /* NULL is UNKNOWN */
    KIND_BOOL,      /* */
    KIND_INT_MINUS, /* int; NULL is -1 */
    KIND_INT_ZERO,  /* int; NULL is 0 */
    KIND_U16,
    KIND_U16_ZERO, /* NULL is 0 */
    KIND_U32,
    KIND_U32_ZERO, /* 0 is NULL */
    KIND_U64,
    KIND_U64_ZERO, /* 0 is NULL */
    KIND_I64,
    KIND_CIPHER,       /* tls_cipher; NULL: it is not known */
    KIND_ESTIMATE_U32, /* NULL: no estimate was made */
    KIND_ESTIMATE_U64,
    KIND_ENDING,
};

struct field {
    const char *column;
    enum row_part part;
    enum kind kind;
    size_t at, size;
};

#define ROW_FIELDS 98
extern const struct field row_fields[ROW_FIELDS];

/* The fields of a part stand together: from the one to before the other. */
struct row_range {
    uint8_t from, to;
};
extern const struct row_range row_ranges[ROW_PARTS];

/* What stands in a row beside its fields: before them, bound by the caller, and after them. */
struct row_beside {
    const char *table, *before, *after;
    int before_count, after_count;
};
extern const struct row_beside row_beside[ROW_PARTS];

/* Columns of a certificate, in the order in which row_read_certificate() takes them. */
#define ROW_CERTIFICATE_COLUMNS 11
extern const char *const row_certificate_columns[ROW_CERTIFICATE_COLUMNS];

/* Columns after those of the field table, in row_select_sql() and row_scan_sql(). */
enum {
    AFTER_SERVER_IP = ROW_FIELDS,
    AFTER_SERVER_PORT,
    AFTER_CLIENT_IP,
    AFTER_CERTIFICATE, /* and the rest of its columns */
    ROW_SCAN_NUMBER = AFTER_CERTIFICATE +
                      ROW_CERTIFICATE_COLUMNS, /* row_scan_sql() alone: of the session */
    ROW_SCAN_CAPTURE,
    ROW_SCAN_CHAIN, /* name of its chain of certificates */
};

void row_read_certificate(sqlite3_stmt *s, int at, struct cert_facts *certificate_r);

/* What row_beside says of mail, from column `at` on: as many header fields as there are columns. */
void row_read_content(sqlite3_stmt *s, int at, struct content_facts *content_r);

/* All sessions of a database of any version, in the order of their numbers; and the certificates of
 * a chain, behind a column. */
char *row_scan_sql(const struct store *st);
char *row_chain_sql(const struct store *st);

#endif
