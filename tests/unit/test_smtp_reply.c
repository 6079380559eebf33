/* test_smtp_reply.c - RFC 5321 4.2: what is a reply line, and what only looks like one. */
#include "test.h"

#include <mailtap/smtp.h>

static struct reply_line read_line(const char *line)
{
    struct reply_line l;

    reply_line_read(slice_of(line), &l);
    return l;
}

static void code_separator_and_text(void **state)
{
    (void)state;
    struct reply_line l = read_line("250-PIPELINING");

    assert_int_equal(l.code, 250);
    assert_true(l.more);
    assert_true(slice_equal(l.text, slice_of("PIPELINING")));
    l = read_line("354 go ahead");
    assert_int_equal(l.code, 354);
    assert_false(l.more);
    assert_true(slice_equal(l.text, slice_of("go ahead")));
}

static void text_may_be_missing(void **state)
{
    (void)state;
    assert_int_equal(read_line("250").code, 250);
    assert_false(read_line("250").more);
    assert_int_equal(read_line("250 ").code, 250);
    assert_true(read_line("250-").more);
}

static void what_is_no_reply_line(void **state)
{
    (void)state;
    static const char *const lines[] = {"",         "2",    "25",      "25x ok",  "150 early",
                                        "650 late", "260x", "270 bad", "250ok",   "+OK",
                                        " 250 ok",  "-ERR", "199 ",    "25\x30_", "HTTP/1.1"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_int_equal(read_line(lines[i]).code, 0);
    assert_int_equal(read_line("200 ok").code, 200);
    assert_int_equal(read_line("559 ok").code, 559);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_separator_and_text),
        cmocka_unit_test(text_may_be_missing),
        cmocka_unit_test(what_is_no_reply_line),
    };
    return cmocka_run_group_tests_name("smtp_reply", tests, NULL, NULL);
}
