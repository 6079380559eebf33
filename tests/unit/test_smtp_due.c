/* test_smtp_due.c - the queue of replies that are due. */
#include "test.h"

#include "../../analysis/smtp_private.h"

static void replies_are_due_in_the_order_of_their_commands(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, true);

    assert_null(smtp_due_front(s));
    for (unsigned i = 0; i < 1000; i++) {
        smtp_due_push(s, (struct due){.verb = i % 2 ? VERB_RCPT : VERB_MAIL, .address = i + 1});
        if (i % 3 == 0)
            smtp_due_pop(s);
    }
    for (unsigned i = 334; i < 1000; i++) {
        assert_int_equal(smtp_due_front(s)->address, i + 1);
        smtp_due_pop(s);
    }
    assert_null(smtp_due_front(s));
    smtp_free(&s);
}

static void the_first_of_a_kind_is_found(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, true);

    smtp_due_push(s, (struct due){.verb = VERB_MAIL});
    smtp_due_push(s, (struct due){.verb = VERB_RCPT, .address = 1});
    smtp_due_push(s, (struct due){.verb = VERB_RCPT, .address = 2});
    assert_int_equal(smtp_due_find(s, VERB_RCPT)->address, 1);
    assert_null(smtp_due_find(s, VERB_DATA));
    smtp_free(&s);
}

/* RFC 2033 4.2: as many as recipients were accepted by the time it is their turn; perhaps none. */
static void lmtp_content_waits_for_its_recipients(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, true);

    smtp_due_push(s, (struct due){.verb = VERB_RCPT});
    smtp_due_push(s, (struct due){.verb = VERB_CONTENT, .whole = true, .each = true});
    smtp_due_push(s, (struct due){.verb = VERB_QUIT});
    s->accepted_here = 3;
    smtp_due_pop(s);
    assert_int_equal(smtp_due_front(s)->verb, VERB_CONTENT);
    assert_int_equal(smtp_due_front(s)->left, 3);
    smtp_due_pop(s);
    smtp_due_pop(s);
    s->accepted_here = 0;
    smtp_due_push(s, (struct due){.verb = VERB_CONTENT, .whole = true, .each = true});
    assert_null(smtp_due_front(s));
    smtp_free(&s);
}

static void what_is_given_up_leaves_lower_bounds(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, true);

    smtp_due_push(s, (struct due){.verb = VERB_NOOP});
    smtp_due_drop_all(s);
    assert_true(f.recipients_known == YES && f.messages_known == YES);
    smtp_due_push(s, (struct due){.verb = VERB_RCPT});
    smtp_due_drop_all(s);
    assert_true(f.recipients_known == NO && f.messages_known == YES);
    smtp_due_push(s, (struct due){.verb = VERB_CONTENT, .whole = true, .each = true});
    smtp_due_drop_all(s); /* its recipients are not answered: how many is not known */
    assert_int_equal(f.messages_known, NO);
    smtp_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_are_due_in_the_order_of_their_commands),
        cmocka_unit_test(the_first_of_a_kind_is_found),
        cmocka_unit_test(lmtp_content_waits_for_its_recipients),
        cmocka_unit_test(what_is_given_up_leaves_lower_bounds),
    };
    return cmocka_run_group_tests_name("smtp_due", tests, NULL, NULL);
}
