/* test_box.c - what a box changes, on either side of it. */
#include "test.h"

#include "../../synth/box.h"

#include <mailtap/evidence.h>

#include <mailtap/evidence.h>

static void the_clients_side_sees_replies_changed(void **state)
{
    (void)state;
    assert_null(box_keyword(BOX_DELETED, SPEAKER_CLIENT, "STARTTLS"));
    assert_string_equal(box_keyword(BOX_MASKED, SPEAKER_CLIENT, "STARTTLS"), "XXXXXXXA");
    for (int box = 0; box <= BOX_FORMS; box++) {
        enum box_form form = (enum box_form)box;
        assert_string_equal(box_keyword(form, SPEAKER_CLIENT, "PIPELINING"), "PIPELINING");
        assert_string_equal(box_request(form, SPEAKER_CLIENT), "STARTTLS");
        assert_string_equal(box_ehlo(form, SPEAKER_CLIENT), "EHLO");
        if (form != BOX_DELETED && form != BOX_MASKED)
            assert_string_equal(box_keyword(form, SPEAKER_CLIENT, "STARTTLS"), "STARTTLS");
    }
}

static void the_servers_side_sees_commands_changed(void **state)
{
    (void)state;
    assert_null(box_request(BOX_REFUSED, SPEAKER_SERVER));
    assert_string_equal(box_request(BOX_COMMAND, SPEAKER_SERVER), "XXXXXXXX");
    assert_string_equal(box_request(BOX_BROKEN, SPEAKER_SERVER), "STARTTLS");
    assert_string_equal(box_ehlo(BOX_EHLO, SPEAKER_SERVER), "XXXX");
    assert_string_equal(box_ehlo(BOX_MASKED, SPEAKER_SERVER), "EHLO");
    for (int box = 0; box <= BOX_FORMS; box++)
        assert_string_equal(box_keyword((enum box_form)box, SPEAKER_SERVER, "STARTTLS"),
                            "STARTTLS");
}

static void requests_are_answered_by_two_of_them(void **state)
{
    (void)state;
    for (int box = 0; box <= BOX_FORMS; box++)
        assert_int_equal(box_answer((enum box_form)box) != NULL,
                         box == BOX_REFUSED || box == BOX_COMMAND);
}

/* Rules are those of the contract, and there is one where something shows. */
static void each_has_a_rule_where_it_shows(void **state)
{
    (void)state;
    unsigned count;
    evidence_rules(&count);

    for (int box = 0; box < BOX_FORMS; box++)
        for (int near = 0; near < 2; near++) {
            const char *rule = box_rule((enum box_form)box, (enum speaker)near);
            bool hidden = near && (box == BOX_DELETED || box == BOX_MASKED || box == BOX_REFUSED);
            bool found = false;
            assert_int_equal(rule == NULL, hidden);
            for (unsigned i = 0; rule && i < count; i++)
                found |= slice_equal(slice_of(rule), slice_of(evidence_rules(&count)[i].name));
            assert_int_equal(found, rule != NULL);
        }
    assert_null(box_rule(BOX_FORMS, SPEAKER_CLIENT));
    assert_string_equal(box_name(BOX_FORMS), "none");
    assert_string_equal(box_name(BOX_EHLO), "ehlo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clients_side_sees_replies_changed),
        cmocka_unit_test(the_servers_side_sees_commands_changed),
        cmocka_unit_test(requests_are_answered_by_two_of_them),
        cmocka_unit_test(each_has_a_rule_where_it_shows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
