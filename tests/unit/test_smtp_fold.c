/* test_smtp_fold.c - a dialogue that is folded at every place, its facts moved, says the same. */
#include "test.h"

#include "facts_compare.h"

#include <mailtap/smtp.h>
#include <stdlib.h>
#include <string.h>

static const struct said {
    enum role role;
    const char *text;
} session[] = {
    {ROLE_SERVER, "220 mx.example ESMTP\r\n"},
    {ROLE_CLIENT, "EHLO client.example\r\n"},
    {ROLE_SERVER, "250-mx.example\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n"},
    {ROLE_CLIENT, "AUTH PLAIN\r\n"},
    {ROLE_SERVER, "334 \r\n"},
    {ROLE_CLIENT, "AHVzZXIAc2VjcmV0\r\n"},
    {ROLE_SERVER, "235 2.7.0 ok\r\n"},
    {ROLE_CLIENT, "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n"},
    {ROLE_SERVER, "250 ok\r\n250 ok\r\n354 go on\r\n"},
    {ROLE_CLIENT, "Subject: a subject\r\nFrom: a@client.example\r\nContent-Type: text/plain\r\n\r\n"
                  "Hello\r\n.\r\n"},
    {ROLE_SERVER, "250 2.0.0 queued\r\n"},
    {ROLE_CLIENT, "MAIL FROM:<>\r\nRCPT TO:<c@mx.example>\r\nRCPT TO:<d@mx.example>\r\n"},
    {ROLE_SERVER, "250 ok\r\n550 no\r\n250 ok\r\n"},
    {ROLE_CLIENT, "DATA\r\nSubject: another\r\n\r\nearly\r\n.\r\n"},
    {ROLE_SERVER, "354 go on\r\n250 ok\r\n"},
    {ROLE_CLIENT, "STARTTLS\r\n"},
    {ROLE_SERVER, "220 go ahead\r\n"},
};

struct dialogue {
    struct smtp *smtp;
    struct facts *facts;
};

static void dialogue_parts(struct fold *f, void *of)
{
    struct dialogue *d = of;

    smtp_fold(f, &d->smtp, &d->facts->heard);
}

/* The facts go elsewhere while the dialogue is folded. */
static void fold_it(struct fold *f, struct dialogue *d)
{
    uint32_t folded = fold_pack(f, dialogue_parts, d);
    struct facts *moved = malloc(sizeof *moved);

    assert_non_null(moved);
    assert_null(d->smtp);
    memcpy(moved, d->facts, sizeof *moved);
    memset(d->facts, 0xa5, sizeof *d->facts);
    free(d->facts);
    d->facts = moved;
    fold_unpack(f, folded, dialogue_parts, d);
    assert_non_null(d->smtp);
}

/* `piece` octets at once; fold NULL: it is never folded. */
static struct dialogue held(size_t piece, struct fold *fold)
{
    struct dialogue d = {NULL, calloc(1, sizeof *d.facts)};

    assert_non_null(d.facts);
    d.facts->keep = KEEP_SUBJECTS | KEEP_USERS;
    d.smtp = smtp_new(&d.facts->heard, false);
    for (size_t i = 0; i < sizeof session / sizeof *session; i++)
        for (struct slice s = slice_of(session[i].text); s.n; s = slice_tail(s, piece)) {
            smtp_feed(d.smtp, session[i].role, slice_head(s, piece));
            if (fold)
                fold_it(fold, &d);
        }
    assert_true(smtp_in_tls(d.smtp));
    smtp_finish(d.smtp, true);
    return d;
}

static void over(struct dialogue *d)
{
    smtp_free(&d->smtp);
    facts_free(&d->facts->heard);
    free(d->facts);
}

static void folding_changes_nothing(void **state)
{
    static const size_t pieces[] = {1, 7, 1000};
    struct fold *fold = fold_new(slice_of("250-mx.example 220 "));
    (void)state;

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct dialogue whole = held(pieces[i], NULL), folded = held(pieces[i], fold);
        const char *differs = facts_difference(whole.facts, folded.facts);
        if (differs)
            fail_msg("in pieces of %zu: %s differs", pieces[i], differs);
        assert_int_equal(folded.facts->messages, 2);
        assert_int_equal(folded.facts->address_count, 5);
        assert_string_equal(folded.facts->addresses[4].path, "d@mx.example");
        assert_int_equal(folded.facts->kept_count, whole.facts->kept_count);
        assert_int_equal(folded.facts->kept_count, 3);
        assert_string_equal(folded.facts->kept[2].text, "another");
        over(&whole);
        over(&folded);
    }
    fold_free(&fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folding_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
