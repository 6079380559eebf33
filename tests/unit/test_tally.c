/* test_tally.c - what a session gathers of its messages, and what it keeps for the operator. */
#include "test.h"

#include <mailtap/facts.h>

#include <stdio.h>
#include <string.h>

static struct mime_part part(const char *type, bool attachment, uint64_t octets)
{
    struct mime_part p = {.attachment = attachment, .octets = octets, .decoded = octets / 2};

    snprintf(p.media_type, sizeof p.media_type, "%s", type);
    return p;
}

static void messages_add_up(void **state)
{
    (void)state;
    struct facts f = {0};
    struct message_facts m = {.received = 2,
                              .received_tls = 1,
                              .encoded_words = 3,
                              .eai = true,
                              .parts = 2,
                              .attachments = 1,
                              .attachment_octets = 40};

    m.field[HEADER_TO] = (struct field_count){1, 20};
    m.part[0] = part("text/plain", false, 10);
    m.part[1] = part("text/plain", true, 40); /* the same type, but a file */
    facts_tally(&f.heard, &m);
    m.end_to_end = true;
    facts_tally(&f.heard, &m);
    const struct content_facts *c = f.content;
    assert_int_equal(c->field[HEADER_TO].count, 2);
    assert_int_equal(c->field[HEADER_TO].octets, 40);
    assert_int_equal(c->received + c->received_tls + c->encoded_words, 4 + 2 + 6);
    assert_int_equal(c->eai, 2);
    assert_int_equal(c->end_to_end, 1);
    assert_int_equal(c->parts, 4);
    assert_int_equal(c->media_kinds, 2);
    assert_int_equal(c->media[0].count, 2);
    assert_int_equal(c->media[1].octets, 80);
    assert_int_equal(c->media[1].decoded, 40);
    assert_int_equal(f.exposure[ITEM_ATTACHMENT].count, 2);
    assert_int_equal(f.exposure[ITEM_ATTACHMENT].octets, 80);
    facts_free(&f.heard);
    assert_null(f.content);
}

static void kinds_beyond_the_bound_are_counted_together(void **state)
{
    (void)state;
    struct facts f = {0};
    struct message_facts m = {.parts = BOUND_PARTS + 5};
    char type[20];

    for (unsigned i = 0; i < BOUND_PARTS; i++) {
        snprintf(type, sizeof type, "x/%u", i);
        m.part[i] = part(type, false, 1);
    }
    facts_tally(&f.heard, &m);
    assert_int_equal(f.content->media_kinds, BOUND_MEDIA);
    assert_int_equal(f.content->media_left_out, BOUND_PARTS - BOUND_MEDIA + 5);
    assert_int_equal(f.content->parts, BOUND_PARTS + 5);
    facts_free(&f.heard);
}

static void only_what_was_asked_for_is_kept(void **state)
{
    (void)state;
    struct facts f = {.keep = KEEP_SUBJECTS, .transactions = 2};

    facts_keep(&f.heard, KEEP_FILENAMES, slice_of("a.txt"));
    facts_keep(&f.heard, KEEP_USERS, slice_of("u"));
    facts_keep(&f.heard, KEEP_SUBJECTS, slice_of(""));
    assert_int_equal(f.kept_count, 0);
    facts_keep(&f.heard, KEEP_SUBJECTS, slice_of("a\x1b[b\\"));
    assert_int_equal(f.kept_count, 1);
    assert_int_equal(f.kept[0].transaction, 2);
    assert_string_equal(f.kept[0].text, "a\\x1b[b\\\\");
    for (unsigned i = 0; i < BOUND_KEPT + 5; i++)
        facts_keep(&f.heard, KEEP_SUBJECTS, slice_of("x"));
    assert_int_equal(f.kept_count, BOUND_KEPT);
    facts_free(&f.heard);
    assert_null(f.kept);
    assert_int_equal(f.kept_count, 0);
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(keep_name(KEEP_USERS), "user");
    assert_string_equal(keep_name(KEEP_SUBJECTS), "subject");
    assert_string_equal(keep_name(KEEP_FILENAMES), "filename");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_add_up),
        cmocka_unit_test(kinds_beyond_the_bound_are_counted_together),
        cmocka_unit_test(only_what_was_asked_for_is_kept),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests_name("tally", tests, NULL, NULL);
}
