/* test_contrast.c - servers compared with themselves, over a whole database. */
#include "test.h"

#include "sample.h"

#include <mailtap/random.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE (60 * INT64_C(1000000000))
#define ROOM 256

/* Sessions to be stored. */
static struct facts made[ROOM];
static unsigned count;

static struct facts *add(unsigned server, char client, int64_t minute)
{
    struct facts *f = &made[count++];

    assert_true(count <= ROOM);
    *f = sample_clear((uint16_t)(1000 + count));
    f->server.address.octets[3] = (uint8_t)server;
    f->client.address.octets[3] = (uint8_t)tolower((unsigned char)client);
    f->starttls_offered = client < 'a' ? YES : NO;
    f->started_ns = INT64_C(1795485052000000000) + minute * MINUTE;
    f->ended_ns = f->started_ns + MINUTE / 2;
    f->address_count = 0;
    return f;
}

/* A letter is a session, a minute after the one before: capital with the offer, small without. */
static void add_all(unsigned server, const char *sessions)
{
    for (int64_t minute = 0; *sessions; sessions++)
        add(server, *sessions, minute++);
}

static const char *fresh(void **state)
{
    const char *path = sample_path(state, "contrast.db");

    unlink(path);
    count = 0;
    return path;
}

/* What was added since the last time is one capture. */
static void store(const char *path, uint8_t seed)
{
    sample_store(path, seed, made, count);
    count = 0;
}

/* The same, not judged: numbers of the sessions that are to be judged, in order. */
static void expect_judged_again(const char *path, uint8_t seed, const char *want)
{
    const uint8_t digest[DIGEST_OCTETS] = {seed};
    const struct capture_counts counts = {.frames = 1};
    struct err e = {""};
    struct facts f;
    struct history h;
    struct verdict v;
    int64_t capture, session;
    char got[1024] = "";
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_non_null(st);
    if (count) {
        assert_int_equal(store_capture_begin(st, "again.pcap", digest, &capture, &e), 1);
        for (unsigned i = 0; i < count; i++)
            assert_int_equal(store_session(st, capture, &made[i], &e), 0);
        assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
        count = 0;
    }
    while (store_unjudged(st, &session, &f, &h, &e) > 0) {
        size_t n = strlen(got);
        snprintf(got + n, sizeof got - n, "%s%lld", n ? " " : "", (long long)session);
        classify(&f, &h, &v);
        assert_int_equal(store_judge(st, session, &v, &e), 0);
    }
    assert_string_equal(e.text, "");
    assert_int_equal(store_close(&st, &e), 0);
    assert_string_equal(got, want);
}

#define ROWS "SELECT count(*) FROM contrast"
#define WITH_CLIENTS                                                                               \
    "(SELECT c.*, k.ip AS client_ip FROM contrast c JOIN client k USING (client_id))"
#define SIGNS                                                                                      \
    "SELECT group_concat(x, ' ') FROM (SELECT ip || '/' || client_ip || ':' || sign AS x"          \
    " FROM " WITH_CLIENTS " JOIN server USING (server_id) ORDER BY ip, client_ip, sign)"

/* ---- one server */

static void a_row_for_each_client_that_lacks_it(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaBCbC");
    store(path, 1);
    sample_expect(path,
                  "SELECT concat FROM (SELECT missing || ' ' || offered || ' ' || before || ' ' ||"
                  " after || ' ' || others || ' ' || others_missing || ' ' || outside || ' ' ||"
                  " runs || ' ' || elsewhere || ' ' || uneven || ' ' || tests || ' ' || sign AS"
                  " concat FROM " WITH_CLIENTS " WHERE client_ip = '192.0.2.97')",
                  "5 0 0 0 9 1 0 5 0 0 2 others"); /* b lacks it once, of nine */
    sample_expect(path,
                  "SELECT missing || ' ' || before FROM " WITH_CLIENTS " WHERE client_ip ="
                  " '192.0.2.98'",
                  "1 6");
    sample_expect(path, ROWS, "2"); /* c always has it */
}

static void no_rows_where_nothing_differs(void **state)
{
    const char *path = fresh(state);

    add_all(25, "ababab");
    add_all(26, "ABABAB");
    add_all(27, "ABABABa");
    made[count - 1].ehlo_accepted = NO; /* EHLO was refused: nothing was said of STARTTLS */
    store(path, 1);
    sample_expect(path, ROWS, "0");
}

static void ports_are_servers_of_their_own(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    for (unsigned i = 0; i < count; i++)
        made[i].server.port = made[i].starttls_offered == YES ? 587 : 25;
    store(path, 1);
    sample_expect(path, ROWS, "0");
}

static void more_clients_than_fit_at_first(void **state)
{
    const char *path = fresh(state);

    for (unsigned i = 0; i < 200; i++)
        add(25, 'B', i)->client.address.octets[2] = (uint8_t)i;
    for (unsigned i = 0; i < 4; i++)
        add(25, 'a', 20 + 40 * i);
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");
    sample_expect(path, "SELECT missing || ' ' || others FROM contrast", "4 200");
}

/* ---- machines behind one address */

static void name_all(const char *with, const char *without)
{
    for (unsigned i = 0; i < count; i++)
        strcpy(made[i].server_name, made[i].starttls_offered == YES ? with : without);
}

static void machines_go_by_the_name_in_the_greeting(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    name_all("mx1.example", "mx2.example"); /* uneven machines, and a client stuck to one */
    store(path, 1);
    sample_expect(path, ROWS, "0");

    path = fresh(state);
    add_all(25, "BaBaBaBaBaB");
    name_all("mx1.example", "MX1.example");
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");
}

static void machines_go_by_their_keywords(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    for (unsigned i = 0; i < count; i += 2)
        strcpy(made[i].keywords, "STARTTLS\nSIZE 1000\nCHUNKING");
    store(path, 1);
    sample_expect(path, ROWS, "0");

    path = fresh(state);
    add_all(25, "BaBaBaBaBaB");
    for (unsigned i = 0; i < count; i += 2)
        strcpy(made[i].keywords, "STARTTLS\nSIZE 2000\nAUTH PLAIN");
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");
}

static void a_masked_greeting_is_of_the_only_name(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    name_all("mx1.example", "***********");
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");

    /* With two names it may be either, and is compared with masked ones only. */
    path = fresh(state);
    add_all(25, "BaBaBaBaBaB");
    name_all("mx1.example", "***********");
    strcpy(made[0].server_name, "mx2.example");
    store(path, 1);
    sample_expect(path, ROWS, "0");
}

static void one_client_at_two_machines_is_not_two(void **state)
{
    const char *path = fresh(state);
    const char *stripped = "BaCaDaEaBaC", *two = "BaCaDfEaBfCaDfEaBfCa";

    for (int machine = 1; machine <= 2; machine++) {
        unsigned from = count;
        add_all(25, stripped);
        for (; from < count; from++)
            made[from].server_name[1] = (char)('0' + machine);
    }
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others 192.0.2.25/192.0.2.97:others");
    sample_expect(path, "SELECT sum(uneven) FROM contrast", "0");

    path = fresh(state);
    add_all(25, two); /* two of six: a balancer that is sticky by client looks like that */
    store(path, 1);
    sample_expect(path, "SELECT sum(uneven) FROM contrast", "2");
}

/* ---- the same connection at two places */

static void a_connection_captured_twice_counts_once(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaB");
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:chance");
    add_all(25, "BaBaBaB");
    for (unsigned i = 0; i < count; i++)
        made[i].started_ns += 1000; /* the other side of the path */
    store(path, 2);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:chance");
    sample_expect(path, "SELECT missing || ' ' || others || ' ' || runs FROM contrast", "3 4 3");
    /* The port used again, later in the same hour, is another connection. */
    add(25, 'a', 9)->client.port = 1002;
    store(path, 3);
    sample_expect(path, "SELECT missing FROM contrast", "4");
}

static void what_differs_on_the_way_counts_on_both_sides(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaB");
    store(path, 1);
    add_all(25, "BABABAB");
    store(path, 2);
    sample_expect(path, "SELECT missing || ' ' || offered || ' ' || others FROM contrast", "3 3 4");
}

/* ---- other servers */

static void holm_corrects_over_all_servers(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");     /* p = 1 / 462 */
    add_all(26, "BcBcBcBcBcBcBcB"); /* p = 1 / 6435 */
    add_all(27, "BBBdddd");         /* nothing is tested here */
    store(path, 1);
    sample_expect(path, "SELECT count(*) FROM contrast WHERE tests = 2", "3");
    sample_expect(
        path,
        "SELECT group_concat(printf('%.6f', p) || ' ' || printf('%.6f', p_adjusted), ', ')"
        " FROM (SELECT p, p_adjusted FROM contrast ORDER BY p)",
        "0.000155 0.000311, 0.002165 0.002165, 1.000000 1.000000");
    sample_expect(path, SIGNS,
                  "192.0.2.25/192.0.2.97:others 192.0.2.26/192.0.2.99:others"
                  " 192.0.2.27/192.0.2.100:changed");
    /* Five of one kind: what was significant alone is not among them. */
    for (unsigned server = 30; server < 35; server++)
        add_all(server, "BaBaBaBaBaB");
    for (unsigned i = 0; i < count; i++)
        made[i].client.address.octets[2] = made[i].server.address.octets[3];
    store(path, 2);
    sample_expect(path,
                  "SELECT group_concat(DISTINCT sign) FROM " WITH_CLIENTS " WHERE client_ip LIKE"
                  " '%.97'",
                  "chance");
}

static void a_server_that_withholds_it_is_told_by_others(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    add(26, 'A', 5);
    add(27, 'a', 5); /* does not do STARTTLS: says nothing */
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:own-policy");
    sample_expect(path, "SELECT elsewhere || ' ' || elsewhere_missing FROM contrast", "1 0");

    path = fresh(state);
    add_all(25, "BaBaBaBaBaB");
    add(26, 'A', 5 + 24 * 60); /* at another time, it may have been elsewhere itself */
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");
}

/* ---- judging again */

static void a_comparison_that_changes_is_judged_again(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB"); /* 1 to 11 */
    add_all(26, "CCC");         /* 12 to 14 */
    store(path, 1);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");
    expect_judged_again(path, 2, "");

    add_all(27, "DD"); /* 15, 16: a server of others, with nothing to compare */
    expect_judged_again(path, 2, "15 16");

    add(28, 'A', 3); /* 17: a is offered it there, so b's server withholds it from a */
    expect_judged_again(path, 3, "2 4 6 8 10 17");
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:own-policy");
    sample_expect(path, "SELECT count(*) FROM verdict", "17");
}

static void another_test_is_judged_again(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    store(path, 1);
    add_all(26, "DcDc"); /* one more is tested: a's p-value is corrected */
    expect_judged_again(path, 2, "2 4 6 8 10 12 13 14 15");
    expect_judged_again(path, 3, "");
}

static void a_comparison_that_ends_is_judged_again(void **state)
{
    const char *path = fresh(state);

    add_all(25, "BaBaBaBaBaB");
    store(path, 1);
    sample_sql(path, "UPDATE server SET ehlo_offered = 0");
    expect_judged_again(path, 2, "2 4 6 8 10");
    sample_expect(path, ROWS, "0");
}

static void a_capture_that_did_not_end_is_compared_no_more(void **state)
{
    const char *path = fresh(state);
    struct err e = {""};
    int64_t capture;

    add_all(25, "BaBaBaBaBaB");
    store(path, 1);
    add(28, 'A', 3);
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "died.pcap", NULL, &capture, &e), 1);
    assert_int_equal(store_session(st, capture, &made[0], &e), 0);
    assert_int_equal(sample_judge(st), 6);
    store_close(&st, &e);
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:own-policy");
    count = 0;
    expect_judged_again(path, 2, "2 4 6 8 10");
    sample_expect(path, SIGNS, "192.0.2.25/192.0.2.97:others");
}

/* ---- order */

static void add_random(struct random *r)
{
    static const char *const names[] = {"mx1.example", "mx2.example", "***********", ""};
    static const char *const keywords[] = {"SIZE", "SIZE\nDSN", "DSN\nSIZE 5\nXXXXXXXA"};
    unsigned server = 25 + (unsigned)random_below(r, 3);
    char client = (char)('a' + random_below(r, 4));
    bool taken = client == 'a' || random_below(r, 5) == 0;
    struct facts *f = add(server, taken ? client : (char)toupper((unsigned char)client),
                          (int64_t)random_below(r, 90)); /* some at the same time */

    strcpy(f->server_name, names[server == 25 ? 0 : random_below(r, 4)]);
    strcpy(f->keywords, keywords[server == 26 ? random_below(r, 3) : 0]);
}

#define EVERYTHING                                                                                 \
    "SELECT group_concat(x, char(10)) FROM ("                                                      \
    "SELECT ip || keyword_mark || ' ' || name_mark || ' ' || client_ip || ' ' || missing ||"       \
    " ' ' || offered || ' ' || before || ' ' || after || ' ' || others || ' ' ||"                  \
    " others_missing || ' ' || outside || ' ' || runs || ' ' || elsewhere || ' ' ||"               \
    " elsewhere_missing || ' ' || uneven || ' ' || p || ' ' || p_adjusted || ' ' || tests ||"      \
    " sign AS x FROM " WITH_CLIENTS " JOIN server USING (server_id) UNION ALL "                    \
    "SELECT client_port || ' ' || class || ' ' || coalesce(strip_rule || strip_rank, '') FROM"     \
    " v_session ORDER BY 1)"

/* The sessions [0, n) in captures of `size`, from the one at `first` on and around. */
static char *stored_in_parts(void **state, const struct facts *all, unsigned n, unsigned size,
                             unsigned first)
{
    const char *path = fresh(state);
    uint8_t seed = 0;

    for (unsigned i = 0; i < n; i++) {
        made[count++] = all[(first + i * 7) % n]; /* n is no multiple of 7 */
        if (count == size || i + 1 == n)
            store(path, ++seed);
    }
    return sample_value(path, EVERYTHING);
}

static void order_and_batches_do_not_matter(void **state)
{
    static struct facts all[100];
    struct random r = random_seeded(20261125);

    for (int round = 0; round < 3; round++) {
        count = 0;
        while (count < 100)
            add_random(&r);
        memcpy(all, made, sizeof all);
        char *whole = stored_in_parts(state, all, 100, 100, 0);
        assert_non_null(strstr(whole, "192.0.2.97"));
        for (unsigned i = 1; i < 4; i++) {
            char *parts = stored_in_parts(state, all, 100, 10 * i, i * 31);
            assert_string_equal(parts, whole);
            free(parts);
        }
        free(whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_for_each_client_that_lacks_it),
        cmocka_unit_test(no_rows_where_nothing_differs),
        cmocka_unit_test(ports_are_servers_of_their_own),
        cmocka_unit_test(more_clients_than_fit_at_first),
        cmocka_unit_test(machines_go_by_the_name_in_the_greeting),
        cmocka_unit_test(machines_go_by_their_keywords),
        cmocka_unit_test(a_masked_greeting_is_of_the_only_name),
        cmocka_unit_test(one_client_at_two_machines_is_not_two),
        cmocka_unit_test(a_connection_captured_twice_counts_once),
        cmocka_unit_test(what_differs_on_the_way_counts_on_both_sides),
        cmocka_unit_test(holm_corrects_over_all_servers),
        cmocka_unit_test(a_server_that_withholds_it_is_told_by_others),
        cmocka_unit_test(a_comparison_that_changes_is_judged_again),
        cmocka_unit_test(another_test_is_judged_again),
        cmocka_unit_test(a_comparison_that_ends_is_judged_again),
        cmocka_unit_test(a_capture_that_did_not_end_is_compared_no_more),
        cmocka_unit_test(order_and_batches_do_not_matter),
    };
    return cmocka_run_group_tests_name("contrast", tests, sample_folder, sample_folder_remove);
}
