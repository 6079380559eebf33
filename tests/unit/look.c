/* look.c - see look.h. */
#include "test.h"

#include "look.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store *looked_at(const char *path, const struct lens *lens)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    if (!st || (lens && store_lens(st, lens, &e) < 0))
        fail_msg("%s", e.text);
    return st;
}

/* ---- answers as text */

static void write_cell(FILE *to, const struct cell *c)
{
    switch (c->kind) {
    case CELL_INTEGER:
        fprintf(to, "%lld", (long long)c->integer);
        break;
    case CELL_REAL:
        fprintf(to, "%.12g", c->real);
        break;
    case CELL_TEXT:
        fprintf(to, "'%.*s'", (int)c->text.n, (const char *)c->text.p);
        break;
    case CELL_BLOB: /* as text: a mark in it is to be found */
        fprintf(to, "x'%.*s'", (int)c->text.n, (const char *)c->text.p);
        break;
    case CELL_NULL:
        fputs("NULL", to);
    }
}

/* All rows; to be freed. */
char *answer(struct store *st, const char *sql, const char *ip)
{
    char *text;
    size_t octets;
    struct err e = {""};
    FILE *to = open_memstream(&text, &octets);
    struct query *q = query_open(st, sql, &e);

    if (!q || (query_ready(q, &e) < 0 && query_set(q, "ip", ip, &e) < 0))
        fail_msg("%s: %s", sql, e.text);
    int rc;
    while ((rc = query_next(q, &e)) > 0) {
        for (unsigned i = 0; i < query_columns(q); i++) {
            struct cell c = query_cell(q, i);
            write_cell(to, &c);
            fputc(' ', to);
        }
        fputc('\n', to);
    }
    if (rc < 0)
        fail_msg("%s: %s", sql, e.text);
    query_close(&q);
    fclose(to);
    return text;
}

/* One row of the columns given. */
void assert_answer(struct store *st, const char *sql, const char *want)
{
    char *got = answer(st, sql, "");

    if (strncmp(got, want, strlen(want)) != 0 || strcmp(got + strlen(want), " \n") != 0)
        fail_msg("%s: %s instead of %s", sql, got, want);
    free(got);
}

/* What SQLite alone prints; to be freed. */
char *shell(const char *path, const char *sql)
{
    char *command = NULL, *text;
    size_t octets;
    FILE *to = open_memstream(&text, &octets);

    assert_true(asprintf(&command, "sqlite3 -batch '%s' \"%s\"", path, sql) > 0);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    for (int c; (c = fgetc(from)) != EOF;)
        fputc(c, to);
    assert_int_equal(pclose(from), 0);
    fclose(to);
    free(command);
    return text;
}

/* ---- a database with rows in all tables */

const char *full(void **state, const char *name)
{
    struct facts f[] = {sample_facts(), sample_encrypted(2), sample_clear(300), sample_clear(301)};
    const char *path = sample_path(state, name);

    f[1].tls_established = NO;
    f[1].ending = ENDING_RESET;
    f[2].server = f[1].server;
    f[2].starttls_offered = YES;
    f[3].sni[0] = 'x';
    unlink(path);
    sample_store(path, 1, f, 4);
    sample_sql(
        path,
        "INSERT INTO contrast SELECT server_id, 7, 8, client_id, 1,2,3,4,5,6,7,8,9,1,0,.5,.5,1,"
        "'none' FROM session WHERE session_id = 3;"
        "INSERT INTO policy VALUES (1,'list',NULL,'mx.example',NULL,25,1,NULL,NULL),"
        " (2,'mta-sts','b.example','*.other.example','192.0.2.25',25,1,'enforce',86400);"
        "INSERT INTO dns VALUES"
        " (1,1,5,'192.0.2.1','b.example','b.example','MX',10,'client.example',60,0,0),"
        " (2,1,6,'192.0.2.99','mx.example','mx.example','A',NULL,'192.0.2.25',60,0,0),"
        " (3,1,7,'192.0.2.99','_mta-sts.b.example','_mta-sts.b.example','TXT',NULL,"
        "  'v=STSv1; id=20260101',60,0,0),"
        " (4,1,8,'192.0.2.99','_25._tcp.mx.example','_25._tcp.mx.example','TLSA',NULL,"
        "  '3 1 1 aabb',60,1,0),"
        " (5,1,9,'192.0.2.99','none.example',NULL,'none',NULL,NULL,NULL,0,3);"
        "INSERT OR REPLACE INTO unjudged VALUES (4);"
        "UPDATE address SET local_part = 'local-part';"
        "INSERT INTO evidence SELECT session_id, 9, 'policy-violated', 'strong',"
        " json_object('by', 'mta-sts', 'name', 'mx.example', 'policy', 'of a friend')"
        " FROM session WHERE session_id >= 3;"
        "UPDATE capture SET damage = 'cut', trust_store = '/home/me/store';"
        "UPDATE sensor SET name = 'cellar'");
    return path;
}
