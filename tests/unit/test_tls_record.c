/* test_tls_record.c - octets to records and handshake messages. */
#include "test.h"

#include "../../analysis/tls_private.h"

#include <stdlib.h>
#include <string.h>

static struct slice wire(const void *octets, size_t n)
{
    return (struct slice){octets, n};
}

#define WIRE(text) wire(text, sizeof(text) - 1)

static void a_record_is_the_same_however_it_is_cut(void **state)
{
    (void)state;
    struct slice s = WIRE("\x16\x03\x01\x00\x04"
                          "abcd"
                          "\x17\x03\x03\x00\x02xy");

    for (size_t cut = 0; cut <= 9; cut++) {
        struct tls_reader r = {.n = 0};
        enum tls_read what;
        size_t used = tls_read_record(&r, slice_head(s, cut), &what);
        assert_int_equal(used, cut);
        if (cut < 9) {
            assert_int_equal(what, TLS_READ_MORE);
            used += tls_read_record(&r, slice_tail(s, cut), &what);
        }
        assert_int_equal(used, 9);
        assert_int_equal(what, TLS_READ_RECORD);
        assert_int_equal(r.record.type, TLS_HANDSHAKE);
        assert_int_equal(r.record.length, 4);
        assert_true(slice_equal(r.record.body, slice_of("abcd")));
        assert_int_equal(tls_read_record(&r, slice_tail(s, 9), &what), 7);
        assert_int_equal(what, TLS_READ_RECORD);
        assert_int_equal(r.record.type, TLS_DATA);
        assert_int_equal(r.record.length, 2);
        assert_int_equal(r.record.body.n, 0); /* encrypted: not kept */
        tls_reader_free(&r);
    }
}

static enum tls_read first_read(struct slice s)
{
    struct tls_reader r = {.n = 0};
    enum tls_read what;

    tls_read_record(&r, s, &what);
    tls_reader_free(&r);
    return what;
}

static void a_header_out_of_range_is_no_record(void **state)
{
    (void)state;
    assert_int_equal(first_read(WIRE("\x13")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x14")), TLS_READ_MORE);
    assert_int_equal(first_read(WIRE("\x18")), TLS_READ_MORE);
    assert_int_equal(first_read(WIRE("\x19")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x16\x02")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x16\x03\x05")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x16\x03\x04")), TLS_READ_MORE);
    /* 2^14 + 2048 octets and not one more */
    assert_int_equal(first_read(WIRE("\x16\x03\x03\x49")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x16\x03\x03\x48\x01")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x16\x03\x03\x48\x00")), TLS_READ_MORE);
    /* only data may be empty (RFC 5246 6.2.1) */
    assert_int_equal(first_read(WIRE("\x16\x03\x03\x00\x00")), TLS_READ_NOT_TLS);
    assert_int_equal(first_read(WIRE("\x17\x03\x03\x00\x00")), TLS_READ_RECORD);
}

static void first_octets_tell_tls_from_text(void **state)
{
    (void)state;
    assert_int_equal(tls_looks_like(WIRE("")), UNKNOWN);
    assert_int_equal(tls_looks_like(WIRE("\x16")), UNKNOWN);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03")), UNKNOWN);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03\x01")), YES);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03\x01\x02")), YES);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc")), YES);
    assert_int_equal(tls_looks_like(WIRE("\x17\x03\x03\x00\x13")), YES);
    assert_int_equal(tls_looks_like(WIRE("2")), NO);
    assert_int_equal(tls_looks_like(WIRE("220 mail.example")), NO);
    assert_int_equal(tls_looks_like(WIRE("\x80\x2e\x01\x03\x01")), NO); /* SSL 2 */
    assert_int_equal(tls_looks_like(WIRE("\x18\x03\x03")), NO);         /* cannot come first */
    assert_int_equal(tls_looks_like(WIRE("\x16\x04")), NO);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03\x05")), NO);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03\x03\xff")), NO);
    assert_int_equal(tls_looks_like(WIRE("\x16\x03\x03\x00\x00")), NO);
}

static void octets_missing_within_a_record_are_skipped(void **state)
{
    (void)state;
    struct tls_reader r = {.n = 0};
    enum tls_read what;

    tls_read_record(&r,
                    WIRE("\x16\x03\x03\x00\x06"
                         "ab"),
                    &what);
    assert_false(tls_skip(&r, 4)); /* the next header may be among them */
    assert_false(tls_skip(&r, UINT64_MAX));
    assert_true(tls_skip(&r, 3));
    assert_int_equal(tls_read_record(&r, WIRE("fXX"), &what), 1);
    assert_int_equal(what, TLS_READ_RECORD);
    assert_true(r.record.damaged);
    assert_int_equal(r.record.length, 6);
    assert_int_equal(r.record.body.n, 0);
    tls_read_record(&r, WIRE("\x16\x03"), &what);
    assert_false(tls_skip(&r, 1));
    tls_reader_free(&r);
}

/* ---- after a gap */

static struct slice search_all(struct tls_search *search, struct slice s, size_t step, size_t *used)
{
    struct slice found = {NULL, 0};

    *used = 0;
    while (*used < s.n && found.n == 0)
        *used += tls_search(search, slice_head(slice_tail(s, *used), step), &found);
    return found;
}

static void a_record_before_a_header_is_found(void **state)
{
    (void)state;
    struct slice s = WIRE("rest of a record \x16\x03 \x17\x03\x03\x00\x04"
                          "abcd"
                          "\x15\x03\x03\x00\x13"
                          "more");

    for (size_t step = 1; step <= s.n; step++) {
        struct tls_search search = {.n = 0};
        size_t used;
        struct slice found = search_all(&search, s, step, &used);
        assert_true(slice_equal(found, slice_head(slice_tail(s, 20), 14)));
        assert_int_equal(used, 34);
        tls_search_free(&search);
    }
}

static void a_header_before_none_is_not_found(void **state)
{
    (void)state;
    struct slice s = WIRE("\x17\x03\x03\x00\x04"
                          "abcd"
                          "\x15\x02\x03\x00\x13");
    struct tls_search search = {.n = 0};
    size_t used;

    assert_int_equal(search_all(&search, s, 3, &used).n, 0);
    tls_search_free(&search);
}

static void a_false_header_hides_no_true_one(void **state)
{
    (void)state;
    static uint8_t octets[60000];
    struct tls_search search = {.n = 0};
    size_t used;

    memset(octets, 0, sizeof octets);
    /* announces 18,432 octets, and no header follows them */
    memcpy(octets, "\x17\x03\x03\x48\x00", 5);
    memcpy(octets + 100, "\x17\x03\x03\x00\x01z\x17\x03\x03\x00\x01", 11);
    for (size_t step = 1; step < 40000; step = step * 3 + 1) {
        struct slice found = search_all(&search, wire(octets, sizeof octets), step, &used);
        assert_true(slice_equal(slice_head(found, 11), wire(octets + 100, 11)));
        assert_int_equal(found.n, used - 100);
        assert_int_equal(used, 5 + 18432 + 5);
        tls_search_free(&search);
    }
}

/* ---- messages */

static void a_message_is_put_together_from_any_pieces(void **state)
{
    (void)state;
    struct slice s = WIRE("\x0b\x00\x00\x03"
                          "abc"
                          "\x0e\x00\x00\x00"
                          "\x01\x00\x00\x01z");

    for (size_t step = 1; step <= s.n; step++) {
        struct tls_messages m = {.n = 0};
        struct slice rest = s;
        unsigned count = 0;
        while (rest.n) {
            bool whole;
            rest = slice_tail(rest, tls_read_message(&m, slice_head(rest, step), &whole));
            if (!whole)
                continue;
            static const uint8_t types[] = {11, 14, 1};
            static const char *const bodies[] = {"abc", "", "z"};
            assert_int_equal(m.message.type, types[count]);
            assert_true(m.message.kept);
            assert_true(slice_equal(m.message.body, slice_of(bodies[count])));
            count++;
        }
        assert_int_equal(count, 3);
        tls_messages_free(&m);
    }
}

static void a_message_above_the_bound_is_passed_over(void **state)
{
    (void)state;
    static uint8_t octets[BOUND_HANDSHAKE_OCTETS + 1];

    for (size_t over = 0; over <= 1; over++) {
        struct tls_messages m = {.n = 0};
        bool whole;
        size_t length = BOUND_HANDSHAKE_OCTETS + over;
        uint8_t header[] = {11, (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};
        tls_read_message(&m, wire(header, 4), &whole);
        assert_int_equal(tls_read_message(&m, wire(octets, length), &whole), length);
        assert_true(whole);
        assert_int_equal(m.message.length, length);
        assert_int_equal(m.message.kept, over == 0);
        assert_int_equal(m.message.body.n, over ? 0 : length);
        tls_read_message(&m, WIRE("\x0e\x00\x00\x00"), &whole);
        assert_true(whole);
        assert_int_equal(m.message.type, 14);
        tls_messages_free(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_the_same_however_it_is_cut),
        cmocka_unit_test(a_header_out_of_range_is_no_record),
        cmocka_unit_test(first_octets_tell_tls_from_text),
        cmocka_unit_test(octets_missing_within_a_record_are_skipped),
        cmocka_unit_test(a_record_before_a_header_is_found),
        cmocka_unit_test(a_header_before_none_is_not_found),
        cmocka_unit_test(a_false_header_hides_no_true_one),
        cmocka_unit_test(a_message_is_put_together_from_any_pieces),
        cmocka_unit_test(a_message_above_the_bound_is_passed_over),
    };
    return cmocka_run_group_tests_name("tls_record", tests, NULL, NULL);
}
