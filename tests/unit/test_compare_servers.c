/*
 * test_compare_servers.c - servers of two databases: who began to expose mail and who no longer does
 * is told apart from who was not seen.
 */
#include "test.h"

#include "../../report/compare_private.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

/* ---- databases by hand */

enum { MOST = 400 };

struct world {
    struct facts sessions[MOST];
    unsigned count;
};

/* So many sessions with the server 192.0.2.LAST, in the clear with a message each, and under TLS. */
static void meet(struct world *w, uint8_t last, unsigned clear, unsigned encrypted)
{
    for (unsigned i = 0; i < clear + encrypted; i++) {
        assert_in_range(w->count, 0, MOST - 1);
        uint16_t port = (uint16_t)(1000 + w->count);
        struct facts *f = &w->sessions[w->count++];
        *f = i < clear ? sample_clear(port) : sample_encrypted(port);
        f->server.address.octets[3] = last;
    }
}

static struct store *made(void **state, const char *name, const struct world *w)
{
    const char *path = sample_path(state, name);
    struct err e = {""};

    remove(path);
    sample_store(path, 1, w->sessions, w->count);
    struct store *st = store_open(path, STORE_READ, &e);
    assert_string_equal(e.text, "");
    return st;
}

static struct document *compare(void **state, const struct world *before, const struct world *after)
{
    struct store *a = made(state, "a.db", before), *b = made(state, "b.db", after);
    struct document *d = document_open();
    struct err e = {""};

    assert_int_equal(compare_servers(d, a, b, &e), 0);
    assert_string_equal(e.text, "");
    store_close(&a, &e);
    store_close(&b, &e);
    assert_int_equal(d->section_count, 1);
    assert_string_equal(d->sections[0]->name, "servers");
    assert_true(d->sections[0]->blocks[0]->lead);
    return d;
}

static const char *answer(const struct document *d)
{
    return d->sections[0]->blocks[0]->text;
}

static const struct block *table(const struct document *d, const char *name)
{
    for (unsigned i = 0; i < d->sections[0]->block_count; i++)
        if (strcmp(d->sections[0]->blocks[i]->name, name) == 0)
            return d->sections[0]->blocks[i];
    fail_msg("no table '%s'", name);
    return NULL;
}

static struct table_cell cell(const struct block *b, unsigned row, const char *column)
{
    assert_in_range(row, 0, b->row_count - 1);
    for (unsigned i = 0; i < b->column_count; i++)
        if (strcmp(b->columns[i].name, column) == 0)
            return b->rows[row].cells[i];
    fail_msg("no column '%s'", column);
    return (struct table_cell){NULL, 0};
}

static void assert_number(const struct block *b, unsigned row, const char *column, uint64_t want)
{
    struct table_cell c = cell(b, row, column);

    assert_null(c.text);
    assert_int_equal(c.number, want);
}

/* The table has this one row, and this is its sentence. */
static void assert_row(const struct document *d, const char *name, const char *sentence)
{
    const struct block *b = table(d, name);

    assert_int_equal(b->row_count, 1);
    assert_int_equal(b->rows_left_out, 0);
    assert_string_equal(b->rows[0].sentence, sentence);
}

/* ---- fates */

static void every_server_has_a_fate(void **state)
{
    static struct world before, after;
    static const char *const tables[] = {"began", "ended", "more", "less", "new", "gone"};

    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    meet(&before, 1, 0, 5); /* begins */
    meet(&after, 1, 3, 22);
    meet(&before, 2, 4, 0); /* ends */
    meet(&after, 2, 0, 6);
    meet(&before, 3, 5, 25); /* more */
    meet(&after, 3, 28, 2);
    meet(&before, 4, 30, 0); /* less */
    meet(&after, 4, 10, 20);
    meet(&before, 5, 10, 20); /* neither */
    meet(&after, 5, 12, 20);
    meet(&after, 6, 1, 0);  /* was not there before */
    meet(&before, 7, 2, 2); /* nor is this one now */
    meet(&before, 8, 0, 9); /* no mail of these was exposed */
    meet(&after, 9, 0, 9);
    struct document *d = compare(state, &before, &after);
    assert_string_equal(answer(d), "1 server began to expose mail, 1 no longer exposes any, 1 "
                                   "exposes more than before, 1 exposes less, 1 shows no "
                                   "difference, 1 that exposes mail was not seen before, 1 that "
                                   "exposed mail was not seen again.");
    assert_int_equal(d->sections[0]->block_count, 1 + 6);
    for (unsigned i = 0; i < 6; i++)
        assert_string_equal(d->sections[0]->blocks[i + 1]->name, tables[i]);
    assert_row(d, "began",
               "192.0.2.1 port 25 (mx.example): 3 messages, 3 of 25 sessions (12.0 %, "
               "4.2 to 30.0) in the clear; before, 5 sessions and nothing to be read");
    assert_row(d, "ended",
               "192.0.2.2 port 25 (mx.example): 4 messages, 4 of 4 sessions in the "
               "clear; after, 6 sessions and nothing to be read");
    assert_row(d, "more",
               "192.0.2.3 port 25 (mx.example): before 5 of 30 sessions (16.7 %, 7.3 to "
               "33.6) in the clear, after 28 of 30 sessions (93.3 %, 78.7 to 98.2) in "
               "the clear");
    assert_row(d, "less",
               "192.0.2.4 port 25 (mx.example): before 30 of 30 sessions (100.0 %, 88.6 "
               "to 100.0) in the clear, after 10 of 30 sessions (33.3 %, 19.2 to 51.2) "
               "in the clear");
    assert_row(d, "new", "192.0.2.6 port 25 (mx.example): 1 message, 1 of 1 sessions in the clear");
    assert_row(d, "gone",
               "192.0.2.7 port 25 (mx.example): 2 messages, 2 of 4 sessions in the clear");
    document_close(&d);
}

static void cells_are_empty_where_nothing_was_exposed(void **state)
{
    static struct world before, after;

    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    meet(&before, 1, 0, 5);
    meet(&after, 1, 3, 22);
    meet(&before, 4, 30, 0);
    meet(&after, 4, 10, 20);
    struct document *d = compare(state, &before, &after);
    const struct block *b = table(d, "began");
    assert_string_equal(cell(b, 0, "server_ip").text, "192.0.2.1");
    assert_number(b, 0, "server_port", 25);
    assert_string_equal(cell(b, 0, "one_name").text, "mx.example");
    assert_string_equal(cell(b, 0, "messages_before").text, "");
    assert_string_equal(cell(b, 0, "sessions_in_the_clear_before").text, "");
    assert_number(b, 0, "messages_after", 3);
    assert_number(b, 0, "sessions_in_the_clear_after", 3);
    assert_number(b, 0, "of_sessions_decided_after", 25);
    assert_number(b, 0, "sessions_without_exposure", 5);
    b = table(d, "less");
    assert_number(b, 0, "of_sessions_decided_before", 30);
    assert_number(b, 0, "messages_after", 10);
    assert_string_equal(cell(b, 0, "sessions_without_exposure").text, "");
    document_close(&d);
}

static void of_few_sessions_no_difference_is_said(void **state)
{
    static struct world before, after;

    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    meet(&before, 1, 19, 0);
    meet(&after, 1, 1, 60);
    struct document *d = compare(state, &before, &after);
    assert_string_equal(answer(d), "No server began to expose mail, 1 shows no difference.");
    for (unsigned i = 1; i < d->sections[0]->block_count; i++)
        assert_true(block_empty(d->sections[0]->blocks[i]));
    document_close(&d);
}

static void databases_without_exposure_say_so(void **state)
{
    static struct world before, after;

    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    meet(&after, 1, 0, 3);
    struct document *d = compare(state, &before, &after);
    assert_string_equal(answer(d), "No server exposes mail in either database.");
    document_close(&d);
}

/* Ten of each fate, those with most messages first, and how many more there are. */
static void lists_are_short(void **state)
{
    static struct world before, after;

    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    for (uint8_t i = 1; i <= 12; i++)
        meet(&after, i, i, 0);
    for (uint8_t i = 101; i <= 110; i++)
        meet(&before, i, 1, 0);
    struct document *d = compare(state, &before, &after);
    assert_string_equal(answer(d), "No server began to expose mail, 12 that expose mail were not "
                                   "seen before, 10 that exposed mail were not seen again.");
    const struct block *b = table(d, "new");
    assert_int_equal(b->row_count, 10);
    assert_int_equal(b->rows_left_out, 2);
    assert_string_equal(cell(b, 0, "server_ip").text, "192.0.2.12");
    assert_string_equal(cell(b, 9, "server_ip").text, "192.0.2.3");
    b = table(d, "gone");
    assert_int_equal(b->row_count, 10);
    assert_int_equal(b->rows_left_out, 0);
    /* As good as each other: in the order of their addresses. */
    assert_string_equal(cell(b, 0, "server_ip").text, "192.0.2.101");
    assert_string_equal(cell(b, 9, "server_ip").text, "192.0.2.110");
    document_close(&d);
}

/* ---- strangers */

/* One server as 10,001, of which it is the last; their names would harm a terminal. */
static void multiply(const char *path)
{
    sample_sql(path,
               "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
               "FROM n LIMIT 10000) SELECT i FROM n;"
               "CREATE TEMP TABLE r AS SELECT server.* FROM server, n;"
               "UPDATE r SET server_id = rowid + 1000, ip = char(27) || '[2J' || rowid;"
               "INSERT INTO server SELECT * FROM r;"
               "CREATE TEMP TABLE s AS SELECT session.* FROM session, n;"
               "UPDATE s SET session_id = rowid + 1000, server_id = rowid + 1000;"
               "INSERT INTO session SELECT * FROM s;"
               "CREATE TEMP TABLE v AS SELECT judgement.* FROM judgement, n;"
               "UPDATE v SET session_id = rowid + 1000;"
               "INSERT INTO judgement SELECT * FROM v;"
               "UPDATE banner SET server_name = 'a' || char(10) || 'b'");
}

static void what_is_too_much_is_said(void **state)
{
    static struct world one;
    struct err e = {""};
    struct document *d = document_open();

    memset(&one, 0, sizeof one);
    meet(&one, 1, 1, 0);
    struct store *a = made(state, "a.db", &one), *b = made(state, "b.db", &one);
    store_close(&b, &e);
    multiply(sample_path(state, "b.db"));
    b = store_open(sample_path(state, "b.db"), STORE_READ, &e);
    assert_non_null(b);
    assert_int_equal(compare_servers(d, a, b, &e), 0);
    assert_string_equal(answer(d), "No server began to expose mail, 10,000 that expose mail were "
                                   "not seen before, 1 may expose some in both.");
    const struct section *s = d->sections[0];
    assert_non_null(strstr(s->blocks[s->block_count - 1]->text,
                           "only the 10,000 servers with the most messages readable are compared"));
    assert_int_equal(table(d, "new")->rows_left_out, 9990);
    assert_string_equal(cell(table(d, "new"), 0, "server_ip").text, "\\x1b[2J1");
    assert_string_equal(cell(table(d, "new"), 0, "one_name").text, "a\\x0ab");
    store_close(&a, &e);
    store_close(&b, &e);
    document_close(&d);
}

/* What cannot be asked is an error, and not a difference. */
static void a_database_that_fails_is_no_difference(void **state)
{
    static struct world one;
    struct err e = {""};
    struct document *d = document_open();

    memset(&one, 0, sizeof one);
    meet(&one, 1, 1, 0);
    struct store *a = made(state, "a.db", &one), *b = made(state, "b.db", &one);
    store_close(&b, &e);
    sample_sql(sample_path(state, "b.db"), "DROP VIEW v_server");
    b = store_open(sample_path(state, "b.db"), STORE_READ, &e);
    assert_non_null(b);
    assert_int_equal(compare_servers(d, a, b, &e), -1);
    assert_non_null(strstr(e.text, "v_server"));
    assert_int_equal(d->section_count, 0);
    store_close(&a, &e);
    store_close(&b, &e);
    document_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_server_has_a_fate),
        cmocka_unit_test(cells_are_empty_where_nothing_was_exposed),
        cmocka_unit_test(of_few_sessions_no_difference_is_said),
        cmocka_unit_test(databases_without_exposure_say_so),
        cmocka_unit_test(lists_are_short),
        cmocka_unit_test(what_is_too_much_is_said),
        cmocka_unit_test(a_database_that_fails_is_no_difference),
    };
    return cmocka_run_group_tests_name("compare_servers", tests, sample_folder,
                                       sample_folder_remove);
}
