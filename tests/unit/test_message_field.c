/* test_message_field.c - names of fields, and which hops claim TLS. */
#include "test.h"

#include "../../analysis/message_private.h"

#include <string.h>

static void names_are_known_whatever_their_case(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum header_field field;
    } cases[] = {
        {"From", HEADER_FROM},
        {"SUBJECT", HEADER_SUBJECT},
        {"reply-To", HEADER_REPLY_TO},
        {"Resent-From", HEADER_OTHER},
        {"Froms", HEADER_OTHER},
        {"", HEADER_OTHER},
        {"List-Id", HEADER_LIST},
        {"List", HEADER_OTHER},
        {"ARC-Seal", HEADER_DKIM},
        {"DKIM-Signature-X", HEADER_OTHER},
        {"Content-ID", HEADER_MIME},
        {"MIME-Version", HEADER_MIME},
        {"X-Mailer", HEADER_USER_AGENT},
        {"User-Agent", HEADER_USER_AGENT},
        {"TLS-Required", HEADER_TLS_REQUIRED},
        {"X-Originating-IP", HEADER_ORIGIN},
        {"origin", HEADER_OTHER},
        {"mime", HEADER_OTHER},
        {"Received", HEADER_RECEIVED},
        {"Received-SPF", HEADER_OTHER},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(header_field_of(slice_of(cases[i].name)), cases[i].field);
    assert_string_equal(header_field_name(HEADER_TLS_REQUIRED), "tls-required");
}

static void hops_that_claim_tls(void **state)
{
    (void)state;
    static const char *const claims[] = {
        " from a by b with ESMTPS id 1; date",
        " from a by b with esmtpsa id 1; date",
        " by b with UTF8SMTPSA; date",
        " by b with LMTPS",
        " by x with HTTPS; date",
        " from a by b with ESMTP tls TLS_AES_256_GCM_SHA384 id 1; date",
        " from a (b [192.0.2.1]) (using TLSv1.3 with cipher X (256/256 bits)) by c with ESMTP",
        " from a by b (8.15/8.15) with ESMTP id 1 (version=TLSv1.2 cipher=X bits=256 verify=NO)",
        " from a by b with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE) id 15; date",
        " from a by b with Microsoft SMTP Server (TLS) id 8.1; date",
        " from a ([192.0.2.1] helo=b) by c with esmtp (TLS1.3) (Exim 4.96); date",
        " from a by b with SMTP (TLSv1/SSLv3,256bits,AES256-SHA); date",
        " from a (a \\) b (TLSv1.2:ECDHE:256)) by b with ESMTP; date",
        " from unknown (HELO x) (TLS: TLSv1.2,256bits) by b with ESMTP; date",
    };

    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        if (!received_claims_tls(slice_of(claims[i])))
            fail_msg("%s", claims[i]);
}

static void hops_that_do_not(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        " from a by b with ESMTP id 1; date",
        " from a by b with ESMTPA id ESMTPS; date",
        " from ESMTPS by with with SMTP; date",
        " from a by b with ESMTPSX; date",
        " from a (with ESMTPS) by b with SMTP; date",
        " from a by b with SMTP; with ESMTPS",
        " from a (TLS1.example.com [192.0.2.1]) by b with SMTP; date",
        " from a by TLSv1.3 with SMTP; date",
        " from a (xTLSv1.3) by b with SMTP; date",
        " from a (TLSv) by b (TLS2.0) with SMTP (no TLS); date",
        " from tls by tls with SMTP tls; date",
        " (qmail 1 invoked by uid 0); date",
        " from a (never closed TLSv with SMTP",
        " from a (\\",
        " with",
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (received_claims_tls(slice_of(others[i])))
            fail_msg("%s", others[i]);
}

static void comments_nest(void **state)
{
    (void)state;
    struct slice s = slice_of("(a (b \\) c) d) e");

    assert_true(slice_equal(field_comment_take(&s), slice_of("a (b \\) c) d")));
    assert_true(slice_equal(s, slice_of(" e")));
    s = slice_of("(a (b");
    assert_true(slice_equal(field_comment_take(&s), slice_of("a (b")));
    assert_int_equal(s.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_known_whatever_their_case),
        cmocka_unit_test(hops_that_claim_tls),
        cmocka_unit_test(hops_that_do_not),
        cmocka_unit_test(comments_nest),
    };
    return cmocka_run_group_tests_name("message_field", tests, NULL, NULL);
}
