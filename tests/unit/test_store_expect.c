/* test_store_expect.c - what is expected of servers, as rows; and whom it makes judged again. */
#include "test.h"

#include "sample.h"

#include <string.h>
#include <unistd.h>

static const struct capture_counts counts = {.frames = 1};
static const struct ip_address asker = {6, {0x20, 1, 0xd, 0xb8, [15] = 9}};
static int64_t capture;

static const char *fresh(void **state)
{
    const char *path = sample_path(state, "expect.db");

    unlink(path);
    return path;
}

/* The sessions are those of sample_made(): 1 and 3 were offered STARTTLS, 2 was not. */
static const char *with_sessions(void **state)
{
    return sample_made(state, "expect.db");
}

static struct store *open_store(const char *path, uint8_t seed)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_non_null(st);
    if (seed)
        assert_int_equal(
            store_capture_begin(st, "dns.pcap", (const uint8_t[DIGEST_OCTETS]){seed}, &capture, &e),
            1);
    return st;
}

static void end_capture(struct store *st, uint8_t seed)
{
    struct err e = {""};

    assert_int_equal(
        store_capture_end(st, capture, (const uint8_t[DIGEST_OCTETS]){seed}, &counts, NULL, &e), 1);
}

static void close_store(struct store **st)
{
    struct err e = {""};

    assert_int_equal(store_close(st, &e), 0);
}

static void store(struct store *st, const struct dns_message *m)
{
    struct err e = {""};

    assert_int_equal(store_dns(st, capture, 77, &asker, m, &e), 0);
}

static struct dns_record *record(struct dns_message *m, enum dns_type type, const char *owner)
{
    struct dns_record *r = &m->record[m->records++];

    memset(r, 0, sizeof *r);
    r->type = type;
    r->ttl = UINT32_MAX;
    strcpy(r->owner, owner);
    return r;
}

#define ROW(where)                                                                                 \
    "SELECT concat FROM (SELECT coalesce(question, '-') || ' ' || coalesce(owner, '-') || ' ' ||"  \
    " type || ' ' || coalesce(preference, '-') || ' ' || coalesce(value, '-') || ' ' ||"           \
    " coalesce(ttl, '-') || ' ' || authentic || ' ' || rcode AS concat, * FROM dns) WHERE " where

static void a_row_for_each_record(void **state)
{
    static struct dns_message m;
    const char *path = fresh(state);
    struct store *st = open_store(path, 1);

    memset(&m, 0, sizeof m);
    m.authentic = true;
    strcpy(m.question, "q.example");
    struct dns_record *r = record(&m, DNS_MX, "mx.example");
    r->preference = 10;
    strcpy(r->target, "mx1.example");
    strcpy(record(&m, DNS_CNAME, "mx1.example")->target, "name.example");
    record(&m, DNS_A, "name.example")->address = (struct ip_address){4, {192, 0, 2, 7}};
    record(&m, DNS_AAAA, "mx1.example")->address = asker;
    strcpy(record(&m, DNS_TXT, "_mta-sts.example")->text, "v=STSv1; id=1;");
    strcpy(record(&m, DNS_TLSA, "_25._tcp.example")->text, "3 1 1 aabb");
    store(st, &m);
    end_capture(st, 1);
    close_store(&st);
    sample_expect(path, ROW("type = 'MX'"),
                  "q.example mx.example MX 10 mx1.example 4294967295 1 0");
    sample_expect(path, ROW("type = 'CNAME'"),
                  "q.example mx1.example CNAME - name.example 4294967295 1 0");
    sample_expect(path, ROW("type = 'A'"), "q.example name.example A - 192.0.2.7 4294967295 1 0");
    sample_expect(path, ROW("type = 'AAAA'"),
                  "q.example mx1.example AAAA - 2001:db8::9 4294967295 1 0");
    sample_expect(path, ROW("type = 'TXT'"),
                  "q.example _mta-sts.example TXT - v=STSv1; id=1; 4294967295 1 0");
    sample_expect(path, ROW("type = 'TLSA'"),
                  "q.example _25._tcp.example TLSA - 3 1 1 aabb 4294967295 1 0");
    sample_expect(path, "SELECT DISTINCT seen_ns || ' ' || asker_ip FROM dns", "77 2001:db8::9");
    sample_expect(path, "SELECT count(*) FROM dns", "6");
}

static void hosts_that_are_no_exchanges_are_nobodys_business(void **state)
{
    static struct dns_message m;
    const char *path = fresh(state);
    struct store *st = open_store(path, 1);

    memset(&m, 0, sizeof m);
    record(&m, DNS_A, "www.example")->address = asker;
    strcpy(record(&m, DNS_CNAME, "clinic.example")->target, "host.example");
    record(&m, DNS_A, "host.example")->address = asker;
    record(&m, DNS_A, "mx1.example")->address = asker; /* before it is known to be one */
    strcpy(record(&m, DNS_MX, "example")->target, "mx1.example");
    store(st, &m);
    end_capture(st, 1);
    close_store(&st);
    sample_expect(path, "SELECT group_concat(type || ' ' || owner) FROM dns", "MX example");
}

static void that_there_is_none_is_a_row(void **state)
{
    static struct dns_message m;
    const char *path = fresh(state);
    struct store *st = open_store(path, 1);

    memset(&m, 0, sizeof m);
    m.rcode = 3;
    strcpy(m.question, "_25._tcp.mx.example");
    store(st, &m);
    end_capture(st, 1);
    close_store(&st);
    sample_expect(path, ROW("1"), "_25._tcp.mx.example - none - - - 0 3");
}

static void rows_go_with_a_capture_that_did_not_end(void **state)
{
    static struct dns_message m;
    const char *path = fresh(state);
    struct store *st = open_store(path, 1);

    memset(&m, 0, sizeof m);
    record(&m, DNS_A, "a.example")->address = asker;
    store(st, &m);
    close_store(&st);
    st = open_store(path, 0);
    close_store(&st);
    sample_expect(path, "SELECT count(*) FROM dns", "0");
}

static void sessions_without_the_offer_are_judged_again(void **state)
{
    static struct dns_message m;
    const char *path = with_sessions(state);
    struct store *st = open_store(path, 9);

    memset(&m, 0, sizeof m);
    record(&m, DNS_A, "a.example")->address = asker;
    end_capture(st, 9);
    assert_int_equal(sample_judge(st), 0);
    close_store(&st);
    st = open_store(path, 10);
    store(st, &m);
    end_capture(st, 10);
    assert_int_equal(sample_judge(st), 1);
    assert_int_equal(sample_judge(st), 0);
    close_store(&st);
}

static void also_when_the_run_died_before_it_judged(void **state)
{
    static struct dns_message m;
    const char *path = with_sessions(state);
    struct store *st = open_store(path, 9);

    memset(&m, 0, sizeof m);
    record(&m, DNS_A, "a.example")->address = asker;
    store(st, &m);
    end_capture(st, 9);
    close_store(&st);
    st = open_store(path, 0);
    assert_int_equal(sample_judge(st), 1);
    close_store(&st);
}

/* ---- policies */

static void set(struct store *st, const char *list, const char *mta_sts)
{
    struct policy *p = policy_new();
    struct err e = {""};

    if (list)
        policy_read_list(p, slice_of(list), "list", &e);
    if (mta_sts)
        policy_read_mta_sts(p, slice_of(mta_sts), "b.example.mta-sts", &e);
    assert_string_equal(e.text, "");
    assert_int_equal(store_policies(st, p, &e), 0);
    policy_free(&p);
}

#define POLICY(where)                                                                              \
    "SELECT group_concat(x, ', ') FROM (SELECT source || ' ' || coalesce(domain, '-') || ' ' ||"   \
    " coalesce(host, '-') || ' ' || coalesce(address, '-') || ' ' || coalesce(port, '-') || ' '"   \
    " || must_offer || ' ' || coalesce(mode, '-') || ' ' || coalesce(max_age, '-') AS x"           \
    " FROM policy WHERE " where " ORDER BY policy_id)"

static void a_row_for_each_rule(void **state)
{
    const char *path = fresh(state);
    struct store *st = open_store(path, 0);

    set(st, "MX.example must-offer\n*.example:587 may\n[2001:db8:0::9]:25 must-offer\n",
        "version: STSv1\nmode: testing\nmx: mx1.b.example\nmx: *.c.example\nmax_age: 31557600\n");
    close_store(&st);
    sample_expect(path, POLICY("source = 'list'"),
                  "list - mx.example - - 1 - -, list - *.example - 587 0 - -,"
                  " list - - 2001:db8::9 25 1 - -");
    sample_expect(path, POLICY("source = 'mta-sts'"),
                  "mta-sts b.example mx1.b.example - 25 0 testing 31557600,"
                  " mta-sts b.example *.c.example - 25 0 testing 31557600");
}

static void they_replace_what_was_there(void **state)
{
    const char *path = fresh(state);
    struct store *st = open_store(path, 0);

    set(st, "a.example must-offer\n", NULL);
    set(st, "b.example may\n", NULL);
    close_store(&st);
    sample_expect(path, POLICY("1"), "list - b.example - - 0 - -");
    st = open_store(path, 0);
    set(st, NULL, NULL);
    close_store(&st);
    sample_expect(path, "SELECT count(*) FROM policy", "0");
}

static void all_sessions_are_judged_again(void **state)
{
    const char *path = with_sessions(state);
    struct store *st = open_store(path, 0);

    assert_int_equal(sample_judge(st), 0);
    set(st, NULL, NULL);
    assert_int_equal(sample_judge(st), 3);
    assert_int_equal(sample_judge(st), 0);
    set(st, NULL, NULL);
    close_store(&st);
    st = open_store(path, 0); /* the run died before it judged */
    assert_int_equal(sample_judge(st), 3);
    close_store(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_for_each_record),
        cmocka_unit_test(hosts_that_are_no_exchanges_are_nobodys_business),
        cmocka_unit_test(that_there_is_none_is_a_row),
        cmocka_unit_test(rows_go_with_a_capture_that_did_not_end),
        cmocka_unit_test(sessions_without_the_offer_are_judged_again),
        cmocka_unit_test(also_when_the_run_died_before_it_judged),
        cmocka_unit_test(a_row_for_each_rule),
        cmocka_unit_test(they_replace_what_was_there),
        cmocka_unit_test(all_sessions_are_judged_again),
    };
    return cmocka_run_group_tests_name("store_expect", tests, sample_folder, sample_folder_remove);
}
