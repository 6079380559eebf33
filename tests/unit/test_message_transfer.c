/* test_message_transfer.c - how many octets a body decodes to, at every cut. */
#include "test.h"

#include "../../analysis/message_private.h"

#include <string.h>

static void assert_decodes(enum encoding how, const char *text, uint64_t decoded)
{
    struct slice all = slice_of(text);

    for (size_t cut = 0; cut <= all.n; cut++) {
        struct transfer t = {.how = how};
        transfer_feed(&t, slice_head(all, cut));
        transfer_feed(&t, slice_tail(all, cut));
        assert_int_equal(t.octets, all.n);
        assert_int_equal(transfer_decoded(&t), decoded);
    }
    for (size_t lost = 0; lost < all.n; lost++) {
        struct transfer t = {.how = how};
        transfer_feed(&t, slice_head(all, lost));
        transfer_gap(&t);
        transfer_feed(&t, slice_tail(all, lost + 1));
        assert_true(transfer_decoded(&t) <= decoded);
    }
}

/* RFC 2045 6.8 */
static void base64_decodes_four_to_three(void **state)
{
    (void)state;
    assert_decodes(TRANSFER_BASE64, "", 0);
    assert_decodes(TRANSFER_BASE64, "QUJD", 3);
    assert_decodes(TRANSFER_BASE64, "QUI=", 2);
    assert_decodes(TRANSFER_BASE64, "QQ==\r\n", 1);
    assert_decodes(TRANSFER_BASE64, "QU\r\nJD\r\n\r\nQUJD", 6);
    assert_decodes(TRANSFER_BASE64, "Q-U_J D!", 3); /* what is not in the alphabet is passed over */
    assert_decodes(TRANSFER_BASE64, "QUI=----", 2); /* behind the end */
    assert_decodes(TRANSFER_BASE64, "QUJD=QUJD", 6); /* "=" can stand for nothing here */
    assert_decodes(TRANSFER_BASE64, "QUI", 2);
    assert_decodes(TRANSFER_BASE64, "Q", 0);
    assert_decodes(TRANSFER_BASE64, "+/09azAZ", 6);
}

static void long_base64_is_counted_like_short(void **state)
{
    (void)state;
    char text[1201];

    for (size_t i = 0; i < 1200; i += 12)
        memcpy(text + i, "QUJDREVG/+\r\n", 12);
    text[1200] = '\0';
    assert_decodes(TRANSFER_BASE64, text, 750);
    text[605] = '='; /* behind five digits: no end */
    assert_decodes(TRANSFER_BASE64, text, 749);
}

/* RFC 2045 6.7 */
static void quoted_printable_undoes_escapes_and_soft_breaks(void **state)
{
    (void)state;
    assert_decodes(TRANSFER_QUOTED, "Now's the time =\r\nfor all folk to come=\r\n to the aid", 46);
    assert_decodes(TRANSFER_QUOTED, "=3D=0d=C3", 3);
    assert_decodes(TRANSFER_QUOTED, "a b\r\n", 5);
    assert_decodes(TRANSFER_QUOTED, "a \t\r\nb", 4);   /* rule 3: added on the way */
    assert_decodes(TRANSFER_QUOTED, "a =\t \r\nb", 3); /* ... and behind a soft break */
    assert_decodes(TRANSFER_QUOTED, "a  ", 1);
    assert_decodes(TRANSFER_QUOTED, "a\n\nb", 4);
    assert_decodes(TRANSFER_QUOTED, "=\nb", 1);
}

static void what_is_no_escape_stands_for_itself(void **state)
{
    (void)state;
    assert_decodes(TRANSFER_QUOTED, "=zz", 3);
    assert_decodes(TRANSFER_QUOTED, "=4z", 3);
    assert_decodes(TRANSFER_QUOTED, "=4", 2);
    assert_decodes(TRANSFER_QUOTED, "=", 0); /* a soft break at the end */
    assert_decodes(TRANSFER_QUOTED, "==41", 2);
    assert_decodes(TRANSFER_QUOTED, "= x", 3);
    assert_decodes(TRANSFER_QUOTED, "a\rb", 3);
    assert_decodes(TRANSFER_QUOTED, "a \r\r\n", 5);
}

static void anything_else_is_as_long_as_it_is(void **state)
{
    (void)state;
    assert_decodes(TRANSFER_AS_IS, "a=41\r\n", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_decodes_four_to_three),
        cmocka_unit_test(long_base64_is_counted_like_short),
        cmocka_unit_test(quoted_printable_undoes_escapes_and_soft_breaks),
        cmocka_unit_test(what_is_no_escape_stands_for_itself),
        cmocka_unit_test(anything_else_is_as_long_as_it_is),
    };
    return cmocka_run_group_tests_name("message_transfer", tests, NULL, NULL);
}
