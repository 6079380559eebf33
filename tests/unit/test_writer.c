/* test_writer.c - findings reach the database in their order, and a failure reaches who found them. */
#include "test.h"

#include "../../cli/writer.h"
#include "sample.h"

#include <string.h>
#include <unistd.h>

static struct store *new_store(void **state, const char **path_r, int64_t *capture_r)
{
    struct err e = {""};

    *path_r = sample_path(state, "writer.db");
    unlink(*path_r);
    struct store *st = store_open(*path_r, STORE_WRITE, &e);
    assert_non_null(st);
    assert_int_equal(
        store_capture_begin(st, "a.pcap", (const uint8_t[DIGEST_OCTETS]){1}, capture_r, &e), 1);
    return st;
}

static void end(struct store *st, int64_t capture)
{
    const struct capture_counts counts = {.frames = 1};
    struct err e = {""};

    assert_int_equal(
        store_capture_end(st, capture, (const uint8_t[DIGEST_OCTETS]){1}, &counts, NULL, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
}

static void all_that_was_found_is_stored_in_its_order(void **state)
{
    const char *path;
    struct err e = {""};
    struct part part = {0};
    struct store *st = new_store(state, &path, &part.capture);
    struct writer *w = writer_new(st, &e);
    struct sink to = writer_sink(w);

    assert_non_null(w);
    assert_int_equal(writer_rest(w, &e), 0);
    for (uint16_t port = 1; port <= 3000; port++) {
        const struct facts f = sample_clear(port);
        struct session *s = sample_session(&f);
        assert_int_equal(to.session(to.of, &part, &s, &e), 0);
        assert_null(s);
        if (port % 1000 == 0)
            assert_int_equal(writer_rest(w, &e), 0);
    }
    writer_free(&w);
    assert_null(w);
    writer_free(&w);
    end(st, part.capture);
    sample_expect(path, "SELECT count(*) || ' ' || sum(client_port = session_id) FROM session",
                  "3000 3000");
}

static void a_failure_is_told_and_nothing_more_is_stored(void **state)
{
    const char *path;
    struct err e = {""};
    struct part part = {0};
    struct store *st = new_store(state, &path, &part.capture);
    struct writer *w = writer_new(st, &e);
    struct sink to = writer_sink(w);
    const struct facts f = sample_clear(1);
    int rc = 0;

    store_deadline(st, 1); /* long over */
    for (unsigned i = 0; i < 100000 && rc == 0; i++) {
        struct session *s = sample_session(&f);
        rc = to.session(to.of, &part, &s, &e);
    }
    assert_int_equal(rc, -1);
    assert_non_null(strstr(e.text, "not finished in time"));
    strcpy(e.text, "");
    assert_int_equal(writer_rest(w, &e), -1);
    assert_non_null(strstr(e.text, "not finished in time"));
    writer_free(&w);
    store_deadline(st, 0);
    store_close(&st, &e);
    sample_expect(path, "SELECT count(*) FROM session", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_was_found_is_stored_in_its_order),
        cmocka_unit_test(a_failure_is_told_and_nothing_more_is_stored),
    };

    return cmocka_run_group_tests_name("writer", tests, sample_folder, sample_folder_remove);
}
