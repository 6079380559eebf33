/* row_sql.c - the SQL that goes with the field table of row.c, both ways. */
#include "row_private.h"

#include <mailtap/err.h>

#include <stdio.h>
#include <string.h>

#define SQL_ROOM 8192

struct sql {
    char *text;
    size_t n;
};

/* `form`, each '%' replaced by the word. */
static void add(struct sql *sql, const char *form, const char *word)
{
    for (; *form; form++)
        sql->n += (size_t)snprintf(sql->text + sql->n, SQL_ROOM - sql->n, "%.*s",
                                   *form == '%' ? (int)strlen(word) : 1,
                                   *form == '%' ? word : form);
}

static int add_columns(struct sql *sql, enum row_part part)
{
    const char *before = row_beside[part].before;
    int n = row_beside[part].before_count + row_beside[part].after_count;
    bool first = !before;

    add(sql, "%", before ? before : "");
    for (size_t i = 0; i < ROW_FIELDS; i++) {
        if (row_fields[i].part != part)
            continue;
        add(sql, first ? "%" : ", %", row_fields[i].column);
        first = false;
        n++;
    }
    if (row_beside[part].after)
        add(sql, ", %", row_beside[part].after);
    return n;
}

char *row_insert_sql(enum row_part part)
{
    struct sql sql = {must_alloc(1, SQL_ROOM), 0};

    add(&sql, "INSERT INTO % (", row_beside[part].table);
    int n = add_columns(&sql, part);
    add(&sql, "%", ") VALUES (?");
    for (int i = 1; i < n; i++)
        add(&sql, "%", ",?");
    add(&sql, "%", ")");
    return sql.text;
}

char *row_part_sql(enum row_part part)
{
    struct sql sql = {must_alloc(1, SQL_ROOM), 0};

    add(&sql, "SELECT %_id", row_beside[part].table);
    add(&sql, ", %", row_beside[part].before ? row_beside[part].before : "0");
    for (size_t i = 0; i < ROW_FIELDS; i++)
        if (row_fields[i].part == part)
            add(&sql, ", %", row_fields[i].column);
    if (row_beside[part].after)
        add(&sql, ", %", row_beside[part].after);
    add(&sql, " FROM %", row_beside[part].table);
    add(&sql, " ORDER BY %_id DESC LIMIT ?", row_beside[part].table);
    return sql.text;
}

/* What follows the fields: the server's address, the client's, the certificate. */
static void add_after(struct sql *sql, const struct store *st, const char *client_ip)
{
    add(sql, "r.ip, r.port, %", client_ip);
    for (size_t i = 0; i < ROW_CERTIFICATE_COLUMNS; i++)
        add(sql,
            !st || schema_has(st, "certificate", row_certificate_columns[i]) ? ", k.%" : ", NULL",
            row_certificate_columns[i]);
}

static const char *const forms[ROW_PARTS] = {
    [ROW_SESSION] = "s.%, ", [ROW_NAME] = "n_%.name, ", [ROW_COURSE] = "c.%, ",
    [ROW_BANNER] = "b.%, ",  [ROW_TLS] = "t.%, ",       [ROW_IDENTITY] = "i.%, ",
    [ROW_MAIL] = "m.%, ",
};

static void add_from(struct sql *sql)
{
    add(sql, "%",
        " FROM session s"
        " CROSS JOIN course c ON c.course_id = s.course_id"
        " CROSS JOIN server r ON r.server_id = s.server_id"
        " CROSS JOIN client a ON a.client_id = s.client_id"
        " LEFT JOIN banner b ON b.banner_id = s.banner_id"
        " LEFT JOIN tls t ON t.tls_id = s.tls_id"
        " LEFT JOIN identity i ON i.identity_id = s.identity_id"
        " LEFT JOIN certificate k ON k.sha256 = i.certificate"
        " LEFT JOIN mail m ON m.session_id = s.session_id");
    for (size_t i = 0; i < ROW_FIELDS; i++)
        if (row_fields[i].part == ROW_NAME)
            add(sql, " LEFT JOIN name n_% ON n_%.name_id = s.%_id", row_fields[i].column);
}

char *row_select_sql(void)
{
    struct sql sql = {must_alloc(1, SQL_ROOM), 0};

    add(&sql, "%", "SELECT ");
    for (size_t i = 0; i < ROW_FIELDS; i++)
        add(&sql, forms[row_fields[i].part], row_fields[i].column);
    add_after(&sql, NULL, "a.ip");
    add_from(&sql);
    add(&sql, "%", " WHERE s.session_id = ?");
    return sql.text;
}

/*
 * Before version 3 a session was one wide row with the same names; what a database does not have of
 * them is NULL.  What was exposed, and the content, stood in tables of their own.
 */
static void add_old_field(struct sql *sql, const struct store *st, const struct field *field)
{
    bool has = schema_has(st, "session", field->column);
    bool estimated = field->kind == KIND_ESTIMATE_U32 || field->kind == KIND_ESTIMATE_U64;

    add(sql,
        !has        ? "NULL, "
        : estimated ? "CASE s.estimated WHEN 1 THEN s.% END, "
                    : "s.%, ",
        field->column);
}

char *row_scan_sql(const struct store *st)
{
    struct sql sql = {must_alloc(1, SQL_ROOM), 0};
    bool old = st->version < SCHEMA_SHARED;

    add(&sql, "%", "SELECT ");
    for (size_t i = 0; i < ROW_FIELDS; i++) {
        if (old)
            add_old_field(&sql, st, &row_fields[i]);
        else
            add(&sql, forms[row_fields[i].part], row_fields[i].column);
    }
    add_after(&sql, st, old ? "s.client_ip" : "a.ip");
    add(&sql, ", s.session_id, s.capture_id, %",
        !old                                 ? "i.chain"
        : schema_has(st, "session", "chain") ? "s.chain"
                                             : "NULL");
    if (old)
        add(&sql, "%",
            " FROM session s CROSS JOIN server r ON r.server_id = s.server_id"
            " LEFT JOIN certificate k ON k.sha256 = s.certificate");
    else
        add_from(&sql);
    add(&sql, "%", " ORDER BY s.session_id");
    return sql.text;
}

char *row_chain_sql(const struct store *st)
{
    struct sql sql = {must_alloc(1, SQL_ROOM), 0};

    add(&sql, "%", "SELECT c.place");
    for (size_t i = 0; i < ROW_CERTIFICATE_COLUMNS; i++)
        add(&sql, schema_has(st, "certificate", row_certificate_columns[i]) ? ", k.%" : ", NULL",
            row_certificate_columns[i]);
    add(&sql, "%",
        " FROM chain c JOIN certificate k ON k.sha256 = c.sha256 WHERE c.chain = ?"
        " ORDER BY c.place");
    return sql.text;
}
