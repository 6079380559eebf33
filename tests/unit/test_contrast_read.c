/* test_contrast_read.c - sessions of a server in an order that does not depend on how they came. */
#include "test.h"

#include "../../db/contrast_read.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOON INT64_C(1795521600000000000)
#define SESSIONS 40u

static const char *fresh(void **state, const char *name)
{
    const char *path = sample_path(state, name);

    unlink(path);
    return path;
}

/* Of two sets of keywords, many at the same time; `order` is a step that reaches all of them. */
static void make(struct facts list[SESSIONS], unsigned order)
{
    for (unsigned i = 0; i < SESSIONS; i++) {
        unsigned n = i * order % SESSIONS;
        struct facts *f = &list[i];
        *f = sample_clear((uint16_t)(1000 + n % 3));
        f->client.address.octets[3] = (uint8_t)(1 + n / 3);
        f->starttls_offered = n % 2 ? YES : NO;
        f->started_ns = f->ended_ns = NOON + (int64_t)(n / 8 % 4);
        f->address_count = 0;
        if (n % 5 == 0)
            strcpy(f->keywords, "SIZE");
    }
}

/* "keywords:nanosecond/client/port/offer", a line each; clients have numbers in the order they come. */
static char *read_all(const char *path)
{
    struct err e = {""};
    struct items in = {0};
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);
    struct store *st = store_open(path, STORE_CHANGE, &e);
    uint32_t next = 0;

    assert_non_null(st);
    assert_int_equal(schema_index(st, &e), 0);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(contrast_read(st, 1, &in, &e), 0);
        assert_int_equal(in.count, SESSIONS);
    }
    for (size_t i = 0; i < in.count; i++) {
        const struct seen *s = &in.list[i];
        char sql[120];
        assert_true(s->session.client <= next);
        next += s->session.client == next;
        assert_true(in.clients[s->session.client] == s->client);
        snprintf(sql, sizeof sql,
                 "SELECT ip || '/' || client_port FROM session JOIN client USING (client_id)"
                 " WHERE session_id = %lld",
                 (long long)s->number);
        char *peer = sample_value(path, sql);
        fprintf(to, "%lld:%lld/%s/%d\n", (long long)s->keyword_mark,
                (long long)(s->session.at_ns - NOON), peer, s->session.offered);
        free(peer);
    }
    assert_int_equal(in.client_count, next);
    contrast_read_free(&in);
    assert_null(in.list);
    assert_int_equal(store_close(&st, &e), 0);
    fclose(to);
    return text;
}

static void the_order_is_theirs(void **state)
{
    static const unsigned orders[] = {1, 3, 7, 39};
    static struct facts list[SESSIONS];
    char *first = NULL;

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const char *path = fresh(state, "order.db");
        make(list, orders[i]);
        sample_store(path, 1, list, SESSIONS);
        char *text = read_all(path);
        if (!first)
            first = text;
        assert_string_equal(text, first);
        if (text != first)
            free(text);
    }
    assert_non_null(strstr(first, ":0/"));
    free(first);
}

/* What cannot be compared is not read. */
static void only_answered_ones(void **state)
{
    const char *path = fresh(state, "answered.db");
    struct facts list[3] = {sample_clear(1), sample_clear(2), sample_clear(3)};
    struct items in = {0};
    struct err e = {""};

    list[1].ehlo_accepted = NO;
    list[2].starttls_offered = UNKNOWN;
    sample_store(path, 1, list, 3);
    struct store *st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(schema_index(st, &e), 0);
    assert_int_equal(contrast_read(st, 1, &in, &e), 0);
    assert_int_equal(in.count, 1);
    assert_int_equal(in.list[0].number, 1);
    assert_int_equal(contrast_read(st, 2, &in, &e), 0);
    assert_int_equal(in.count, 0);
    contrast_read_free(&in);
    assert_int_equal(store_close(&st, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_theirs),
        cmocka_unit_test(only_answered_ones),
    };
    return cmocka_run_group_tests_name("contrast_read", tests, sample_folder, sample_folder_remove);
}
