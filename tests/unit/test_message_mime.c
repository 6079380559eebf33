/* test_message_mime.c - Content-Type and its like as they are written, by the RFCs and in the wild. */
#include "test.h"

#include "../../analysis/message_private.h"

#include <string.h>

static struct entity typed(const char *value)
{
    struct entity e;

    entity_begin(&e, false);
    entity_field(&e, slice_of("content-type"), slice_of(value), false);
    return e;
}

static void assert_boundary(const char *value, const char *boundary)
{
    struct entity e = typed(value);
    struct slice b = {(uint8_t *)e.boundary, e.boundary_octets};

    assert_true(slice_equal(b, slice_of(boundary)));
}

static void assert_name(const char *field, const char *value, const char *name)
{
    struct entity e;

    entity_begin(&e, false);
    entity_field(&e, slice_of(field), slice_of(value), false);
    assert_int_equal(e.attachment, name[0] != '\0');
    assert_true(slice_equal((struct slice){e.name, e.name_octets}, slice_of(name)));
}

static void a_media_type_is_two_tokens(void **state)
{
    (void)state;
    assert_string_equal(typed(" Text/HTML; charset=x").media_type, "text/html");
    assert_string_equal(typed("(a) text (b) / (c) x-y+z").media_type, "text/x-y+z");
    assert_string_equal(typed("text").media_type, "other");
    assert_string_equal(typed("text/").media_type, "other");
    assert_string_equal(typed("/plain").media_type, "other");
    assert_string_equal(typed("").media_type, "other");
    assert_string_equal(typed("a/0123456789012345678901234567890123456789012345678901234567890123"
                              "456789012345678")
                            .media_type,
                        "other");
    struct entity e;
    entity_begin(&e, true);
    assert_string_equal(e.media_type, "message/rfc822");
    entity_field(&e, slice_of("Content-Type"), slice_of("multipart/mixed; boundary=a"), true);
    assert_string_equal(e.media_type, "other"); /* its end is missing */
}

static void boundaries_are_tokens_or_quoted(void **state)
{
    (void)state;
    assert_boundary("multipart/mixed; boundary=gc0p4Jq0M2Yt08jU534c0p", "gc0p4Jq0M2Yt08jU534c0p");
    assert_boundary("multipart/mixed; boundary=\"gc0pJq0M:08jU534c0p\"", "gc0pJq0M:08jU534c0p");
    assert_boundary("multipart/mixed; Boundary = \"a b\" (comment)", "a b");
    assert_boundary("multipart/mixed; charset=x; boundary=abc (a comment); x=y", "abc");
    assert_boundary("multipart/mixed (; boundary=no); boundary=yes", "yes");
    assert_boundary("multipart/mixed; x=\"; boundary=no\"; boundary=yes", "yes");
    assert_boundary("multipart/mixed; boundary=\"a\\\"b\"", "a\"b");
    assert_boundary("multipart/mixed; boundary=----=_Part_1:x", "----=_Part_1:x");
    assert_boundary("multipart/mixed; boundary=\"trailing  \"", "trailing");
    assert_boundary("multipart/mixed; boundary*0=ab; boundary*1=cd", "abcd");
    assert_boundary("multipart/mixed; boundary", "");
    assert_boundary("multipart/mixed; xboundary=a; boundaryx=b", "");
    assert_boundary("multipart/mixed; boundary=one; boundary=two", "one");
    assert_boundary("text/plain; boundary=a", "");
    assert_boundary("multipart/mixed; boundary=\"never closed", "never closed");
}

/* RFC 2231 3, 4 and 4.1. */
static void names_may_come_in_pieces_and_encoded(void **state)
{
    (void)state;
    assert_name("Content-Disposition", "attachment; filename=a.txt", "a.txt");
    assert_name("Content-Disposition", "inline; filename=\"my file.txt\"", "my file.txt");
    assert_name("Content-Disposition", "inline; filename=my file.txt; size=3", "my file.txt");
    assert_name("Content-Type",
                "application/x-stuff; name*=us-ascii'en-us'This%20is%20%2A%2A%2Afun",
                "This is ***fun");
    assert_name("Content-Type",
                "application/x-stuff; name*1*=%2A%2A%2Afun%2A%2A%2A%20; name*2=\"isn't it!\";"
                " name*0*=us-ascii'en'This%20is%20even%20more%20",
                "This is even more ***fun*** isn't it!");
    assert_name("Content-Type", "x/y; name*0=a; name*2=c", "a");
    assert_name("Content-Type", "x/y; name*1=b", "");
    assert_name("Content-Type", "x/y; name=plain; name*=utf-8''better", "better");
    assert_name("Content-Type", "x/y; name*=iso-8859-1''%A3", "iso-8859-1''%A3");
    assert_name("Content-Type", "x/y; name*=utf-8''%zz%4", "%zz%4");
    assert_name("Content-Type", "x/y; name=\"=?utf-8?q?=C3=A9?=\"", "\xc3\xa9");
    assert_name("Content-Type", "x/y; name*99=a; name*x=b; names=c", "");
    assert_name("Content-Type", "x/y; filename=a", "");
    assert_name("Content-Disposition", "inline; filename=\"\"", "");
}

static void the_name_in_the_disposition_is_the_better_one(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct entity e;
        entity_begin(&e, false);
        for (int k = 0; k < 2; k++) {
            bool type = i == k;
            entity_field(&e, slice_of(type ? "Content-Type" : "Content-Disposition"),
                         slice_of(type ? "x/y; name=one" : "inline; filename=other"), false);
        }
        assert_true(slice_equal((struct slice){e.name, e.name_octets}, slice_of("other")));
    }
}

static void an_encoding_is_a_token(void **state)
{
    (void)state;
    static const struct {
        const char *value, *encoding;
        enum encoding how;
    } cases[] = {
        {" BASE64 ", "base64", TRANSFER_BASE64},
        {"(c) Quoted-Printable", "quoted-printable", TRANSFER_QUOTED},
        {"7bit", "7bit", TRANSFER_AS_IS},
        {"x-uuencode", "x-uuencode", TRANSFER_AS_IS},
        {"\"base64\"", "other", TRANSFER_AS_IS},
        {"", "other", TRANSFER_AS_IS},
        {"x-very-long-encoding-name", "other", TRANSFER_AS_IS},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct entity e;
        entity_begin(&e, false);
        assert_string_equal(e.encoding, "");
        entity_field(&e, slice_of("Content-Transfer-Encoding"), slice_of(cases[i].value), false);
        assert_string_equal(e.encoding, cases[i].encoding);
        assert_int_equal(entity_transfer(&e), cases[i].how);
    }
}

static void an_envelope_is_no_signature(void **state)
{
    (void)state;
    assert_true(typed("application/pkcs7-mime; smime-type=Enveloped-Data").enveloped);
    assert_false(typed("application/pkcs7-mime; smime-type=signed-data").enveloped);
    assert_false(typed("application/pkcs7-mime; smime-type=enveloped-data-x").enveloped);
    assert_false(typed("application/pkcs7-mime; smime-type=compressed-data").enveloped);
    assert_false(typed("text/plain; smime-type=enveloped-data").enveloped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_media_type_is_two_tokens),
        cmocka_unit_test(boundaries_are_tokens_or_quoted),
        cmocka_unit_test(names_may_come_in_pieces_and_encoded),
        cmocka_unit_test(the_name_in_the_disposition_is_the_better_one),
        cmocka_unit_test(an_encoding_is_a_token),
        cmocka_unit_test(an_envelope_is_no_signature),
    };
    return cmocka_run_group_tests_name("message_mime", tests, NULL, NULL);
}
