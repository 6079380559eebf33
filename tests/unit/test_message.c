/* test_message.c - a message as it passes: the same facts at every cut, and none that a loss invents. */
#include "test.h"

#include "letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void assert_parts(const char *message, const char *parts)
{
    struct message_facts f = letter_facts(message);

    assert_string_equal(letter_parts(&f), parts);
}

/* ---- header */

static void fields_end_at_the_empty_line(void **state)
{
    (void)state;
    struct message_facts f = letter_facts("From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n"
                                          " folded: on\r\nX-Mailer: y\r\n\r\nTo: body\r\n");
    assert_int_equal(f.header_octets, 19 + 17 + 12 + 13 + 13 + 2);
    assert_int_equal(f.fields, 4);
    assert_int_equal(f.field[HEADER_SUBJECT].count, 1);
    assert_int_equal(f.field[HEADER_SUBJECT].octets, 25);
    assert_int_equal(f.field[HEADER_TO].count, 1);
    assert_int_equal(f.field[HEADER_USER_AGENT].count, 1);
    assert_int_equal(f.body_octets, 10);
}

/* RFC 5322 A.5: white space, comments and folding in odd places. */
static void odd_folding_is_read_as_fields(void **state)
{
    (void)state;
    struct message_facts f = letter_facts(
        "From: Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>\r\n"
        "To:A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
        "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end)\r\n"
        "Cc:(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;\r\n"
        "Date: Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n"
        "               -0330 (Newfoundland Time)\r\n"
        "Message-ID:              <testabcd.1234@silly.test>\r\n\r\nTesting.\r\n");
    assert_int_equal(f.fields, 5);
    assert_int_equal(f.field[HEADER_TO].count + f.field[HEADER_CC].count, 2);
    assert_int_equal(f.field[HEADER_DATE].count + f.field[HEADER_MESSAGE_ID].count, 2);
}

/* RFC 5322 A.6.3: obsolete white space before the colon. */
static void white_space_may_stand_before_the_colon(void **state)
{
    (void)state;
    struct message_facts f = letter_facts(
        "From  : John <jdoe@machine(comment).  example>\r\n"
        "To    : Mary\r\n  \r\n          <m@example.net>\r\n\r\n");
    assert_int_equal(f.field[HEADER_FROM].count + f.field[HEADER_TO].count, 2);
    assert_int_equal(f.header_octets, f.octets);
    assert_int_equal(f.parts, 1);
}

static void lines_may_end_in_lf_alone_or_hold_a_cr(void **state)
{
    (void)state;
    struct message_facts f = letter_facts("A: 1\n\nx\n");
    assert_int_equal(f.header_octets, 6);
    assert_int_equal(f.fields, 1);
    f = letter_facts("A: 1\rB: 2\r\r\n\r\r\nx");
    assert_int_equal(f.fields, 1); /* a bare CR ends no line */
    assert_int_equal(f.header_octets, 15);
}

static void a_line_that_is_no_field_is_passed_over(void **state)
{
    (void)state;
    struct message_facts f = letter_facts("no field\r\n folded: so\r\n: neither\r\nTo: x\r\n\r\n");
    assert_int_equal(f.fields, 1);
    assert_int_equal(f.field[HEADER_TO].count, 1);
    assert_int_equal(f.field[HEADER_OTHER].count, 0);
    assert_int_equal(letter_facts(":a\r: b\r\n\r\n").fields,
                     1); /* a colon that ends a name of ":a" */
    f = letter_facts("no header at all\r\n");
    assert_int_equal(f.header_octets, 18);
    assert_int_equal(f.parts, 0); /* no body has begun */
    f = letter_facts("");
    assert_int_equal(f.octets, 0);
    f = letter_facts("To: cut");
    assert_int_equal(f.fields, 0); /* its line is not whole */
}

static void a_long_line_counts_whole(void **state)
{
    (void)state;
    struct letter_kept k;
    size_t n = BOUND_LINE_OCTETS * 3;
    char *text = malloc(n + 40);

    memset(text, 'x', n);
    memcpy(text, "Subject: ", 9);
    strcpy(text + n, "\r\nTo: y\r\n\r\nbody");
    struct message_facts f = letter_cut_at(slice_of(text), n / 2, &k);
    assert_int_equal(f.fields, 2);
    assert_int_equal(f.field[HEADER_SUBJECT].octets, n + 2);
    assert_int_equal(strlen(k.text), BOUND_KEPT_TEXT + 1); /* kept up to the bound */
    memset(text, 'x', 9);
    memcpy(text + n - 2, ": ", 2);
    f = letter_cut_at(slice_of(text), n / 3, &k);
    assert_int_equal(f.fields, 2); /* the colon is beyond the bound */
    free(text);
}

static void octets_above_127_are_eai(void **state)
{
    (void)state;
    assert_true(letter_facts("Subject: gr\xc3\xbc\xc3\x9f\r\n\r\n").eai);
    assert_false(letter_facts("Subject: x\r\n\r\ngr\xc3\xbc\xc3\x9f\r\n").eai);
    assert_false(letter_facts("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
                              "Subject: gr\xc3\xbc\r\n\r\n--a--\r\n")
                     .eai);
}

static void hops_that_claim_tls_are_counted(void **state)
{
    (void)state;
    struct message_facts f = letter_facts(
        "Received: from a by b with ESMTPS\r\n id 1; date\r\n"
        "Received: from a by b with ESMTP (with ESMTPS); date\r\n"
        "received: from a (using TLSv1.3\r\n with cipher X) by b with ESMTP; date\r\n\r\n"
        "Received: by body with ESMTPS; date\r\n");
    assert_int_equal(f.received, 3);
    assert_int_equal(f.received_tls, 2);
}

static void subjects_are_kept_decoded(void **state)
{
    (void)state;
    struct letter_kept k;
    struct message_facts f = letter_read("Subject: =?UTF-8?Q?caf=C3=A9?=\r\n =?utf-8?B?IMOp?= x\r\n"
                                         "Comments: =?latin1?q?y?=\r\n\r\n",
                                         &k);
    assert_string_equal(k.text, "caf\xc3\xa9 \xc3\xa9 x\n");
    assert_int_equal(f.encoded_words, 3);
    letter_read("Subject: =?iso-8859-1?Q?caf=E9?=\r\n\r\n", &k);
    assert_string_equal(k.text, "=?iso-8859-1?Q?caf=E9?=\n"); /* as it stands */
    letter_read("Subject:\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
                "Subject: of a part\r\n\r\n--a--\r\n",
                &k);
    assert_string_equal(k.text, "\n");
}

/* ---- MIME */

static void a_message_without_mime_is_text(void **state)
{
    (void)state;
    assert_parts("To: x\r\n\r\nhello\r\n", "text/plain - 7 7 0");
    assert_parts("To: x\r\n\r\n", "text/plain - 0 0 0");
    assert_parts("Content-Type: text\r\n\r\nx", "other - 1 1 0");
    assert_parts("Content-Type: TEXT/HTML (a page); charset=x\r\n\r\nx", "text/html - 1 1 0");
    assert_parts("Content-Type: text/html\r\nContent-Type: image/png\r\n\r\nx",
                 "text/html - 1 1 0");
}

/* RFC 2046 5.1.1, its simple example. */
static const char simple[] =
    "From: Nathaniel Borenstein <nsb@bellcore.com>\r\nMIME-Version: 1.0\r\n"
    "Content-type: multipart/mixed; boundary=\"simple boundary\"\r\n\r\n"
    "This is the preamble.  It is to be ignored.\r\n\r\n--simple boundary\r\n\r\n"
    "This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.\r\n"
    "--simple boundary\r\nContent-type: text/plain; charset=us-ascii\r\n\r\n"
    "This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n\r\n"
    "--simple boundary--\r\n\r\nThis is the epilogue.  It is also to be ignored.\r\n";

static void the_line_end_before_a_delimiter_belongs_to_it(void **state)
{
    (void)state;
    assert_parts(simple, "text/plain - 80 80 1\ntext/plain - 78 78 1");
}

/* RFC 2046 5.1.5 and appendix A: nested, a digest, a message inside. */
static void parts_nest(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed;\r\n boundary=unique-boundary-1\r\n\r\npreamble\r\n"
                 "--unique-boundary-1\r\n\r\ntext\r\n"
                 "--unique-boundary-1\r\nContent-Type: multipart/parallel; "
                 "boundary=unique-boundary-2\r\n\r\n"
                 "--unique-boundary-2\r\nContent-Type: audio/basic\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n\r\n"
                 "--unique-boundary-2\r\nContent-Type: image/jpeg\r\n"
                 "Content-Transfer-Encoding: BASE64\r\n\r\nAAEC\r\n\r\n"
                 "--unique-boundary-2--\r\n\r\n"
                 "--unique-boundary-1\r\nContent-type: text/enriched\r\n\r\nrich\r\n\r\n"
                 "--unique-boundary-1\r\nContent-Type: message/rfc822\r\n\r\n"
                 "From: x\r\nSubject: y\r\nContent-Type: Text/plain; charset=ISO-8859-1\r\n"
                 "Content-Transfer-Encoding: Quoted-printable\r\n\r\na=3Db=\r\nc\r\n\r\n"
                 "--unique-boundary-1--\r\n",
                 "text/plain - 4 4 1\naudio/basic base64 10 4 2\nimage/jpeg base64 6 3 2\n"
                 "text/enriched - 6 6 1\ntext/plain quoted-printable 11 6 1");
    assert_parts("Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nFrom: a\r\n\r\nx\r\n"
                 "--d\r\nContent-Type: text/plain\r\n\r\nyy\r\n--d--\r\n",
                 "text/plain - 1 1 1\ntext/plain - 2 2 1");
}

static void what_only_resembles_a_delimiter_is_content(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
                 "--bX\r\n--B\r\n -b\r\n -- b\r\nx--b\r\n--b-\r\n--\r\n- -b\r\n--b--x\r\n"
                 "--b-- \t\r\n",
                 "text/plain - 51 51 1");
    struct letter_kept k;
    struct message_facts f = letter_cut_everywhere(
        slice_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
                 "--b--\r\n--b\r\n\r\nepilogue\r\n"),
        &k);
    assert_int_equal(f.parts, 1);
}

static void white_space_may_follow_a_delimiter(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed; boundary=\"gc0y pkb9ex \"\r\n\r\n"
                 "--gc0y pkb9ex \t \r\n\r\nx\r\n--gc0y pkb9ex-- \r\n",
                 "text/plain - 1 1 1");
}

static void a_delimiter_is_no_base64(void **state)
{
    (void)state;
    assert_parts(
        "Content-Type: multipart/mixed; boundary=QUJD\r\n\r\n--QUJD\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\nQU--QUJD\r\nQUJD\r\n--QUJD--\r\n",
        "text/plain base64 20 10 1"); /* 14 digits */
}

static void bare_lf_may_end_the_lines_of_a_multipart(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n\n--b\n\ny\r\n--b--\n",
                 "text/plain - 2 2 1\ntext/plain - 1 1 1");
    assert_parts("Content-Type: multipart/mixed; boundary=b\n\n--b\r\n\nx\r\r\n--b--",
                 "text/plain - 2 2 1");
}

/* The inner one is taken to close first; a delimiter of the outer one ends what is inside. */
static void a_part_ends_with_the_one_around_it(void **state)
{
    (void)state;
    struct letter_kept k;
    const char *same = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                       "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
                       "--b--\r\n--b\r\n\r\nyy\r\n--b--\r\n";
    struct message_facts f = letter_cut_everywhere(slice_of(same), &k);
    assert_string_equal(letter_parts(&f), "text/plain - 1 1 2\ntext/plain - 2 2 1");
    const char *outer = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
                        "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n"
                        "--o\r\n\r\nyy\r\n--i\r\nzz\r\n--o--\r\n";
    f = letter_cut_everywhere(slice_of(outer), &k);
    assert_string_equal(letter_parts(&f), "text/plain - 1 1 2\ntext/plain - 11 11 1");
}

static void a_multipart_without_its_end_has_parts_all_the_same(void **state)
{
    (void)state;
    assert_parts(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\n\r\nyy\r\n",
        "text/plain - 1 1 1\ntext/plain - 2 2 1");
    assert_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nA: 1\r\n",
                 "text/plain - 1 1 1"); /* what the second is was not said yet */
    assert_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\nno delimiter\r\n", "");
}

static void a_part_may_be_a_header_alone(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                 "Content-Type: image/png\r\n--b\r\n--b--\r\n",
                 "image/png - 0 0 1\ntext/plain - 0 0 1");
}

static void a_multipart_without_a_boundary_is_a_leaf(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n",
                 "multipart/mixed - 10 10 0");
    assert_parts("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n",
                 "multipart/mixed - 4 4 0");
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    char text[8192];
    size_t n = 0;
    struct letter_kept k;

    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n", i, i);
    struct message_facts f = letter_cut_everywhere(slice_of(text), &k);
    assert_int_equal(f.parts, 1);
    assert_int_equal(f.part[0].depth, BOUND_MIME_DEPTH);
    assert_string_equal(f.part[0].media_type, "multipart/mixed");
}

static void more_parts_than_are_kept_are_counted(void **state)
{
    (void)state;
    struct letter_kept k;
    char text[8192] = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    size_t n = strlen(text);

    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "--b\r\nContent-Disposition: attachment\r\n\r\nxyz\r\n");
    struct message_facts f = letter_cut_everywhere(slice_of(text), &k);
    assert_int_equal(f.parts, 100);
    assert_int_equal(f.attachments, 100);
    assert_int_equal(f.attachment_octets, 300);
}

static void attachments_say_so_or_have_a_name(void **state)
{
    (void)state;
    struct letter_kept k;
    struct message_facts f = letter_read(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Disposition: inline\r\n\r\nx\r\n"
        "--b\r\nContent-Disposition: ATTACHMENT\r\n\r\nxx\r\n"
        "--b\r\nContent-Type: image/png; name=a.png\r\n\r\nxxx\r\n"
        "--b\r\nContent-Disposition: inline;\r\n filename*=UTF-8''%e2%82%ac.txt\r\n\r\n"
        "xxxx\r\n"
        "--b\r\nContent-Disposition: attachment; filename=\"=?utf-8?Q?=C3=A9?=.pdf\"\r\n"
        "\r\nxxxxx\r\n--b--\r\n",
        &k);
    assert_string_equal(letter_parts(&f), "text/plain - 1 1 1\ntext/plain - 2 2 1 attachment\n"
                                          "image/png - 3 3 1 attachment\n"
                                          "text/plain - 4 4 1 attachment\n"
                                          "text/plain - 5 5 1 attachment");
    assert_int_equal(f.attachments, 4);
    assert_int_equal(f.attachment_octets, 14);
    assert_string_equal(k.text, "a.png\n\xe2\x82\xac.txt\n\xc3\xa9.pdf\n");
}

static void an_attached_message_is_a_file(void **state)
{
    (void)state;
    assert_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                 "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
                 "Content-Type: image/png; name=x\r\n\r\nx\r\n--b--\r\n",
                 "message/rfc822 - 36 36 1 attachment");
    assert_parts("Content-Type: message/rfc822\r\n\r\nContent-Type: image/png; name=x\r\n\r\nx",
                 "image/png - 1 1 0 attachment");
    assert_parts("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD",
                 "message/rfc822 base64 4 3 0");
}

/* ---- encryption from end to end */

static void encrypted_mail_is_known_by_its_type(void **state)
{
    (void)state;
    assert_true(letter_facts("Content-Type: multipart/encrypted; boundary=foo;\r\n"
                             " protocol=\"application/pgp-encrypted\"\r\n\r\n--foo\r\n"
                             "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
                             "--foo\r\nContent-Type: application/octet-stream\r\n\r\n"
                             "-----BEGIN PGP MESSAGE-----\r\n\r\n--foo--\r\n")
                    .end_to_end);
    assert_true(letter_facts("Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n"
                             " name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n")
                    .end_to_end);
    assert_true(letter_facts("Content-Type: application/x-pkcs7-mime;\r\n"
                             " smime-type=\"authenveloped-data\"\r\n\r\nx")
                    .end_to_end);
    assert_false(
        letter_facts("Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nx")
            .end_to_end);
    assert_false(letter_facts("Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nx")
                     .end_to_end); /* either is possible */
    assert_false(
        letter_facts("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--")
            .end_to_end);
    assert_false(
        letter_facts("Content-Type: message/rfc822\r\n\r\n"
                     "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\n--b--")
            .end_to_end); /* a message that this one forwards */
}

static void encrypted_text_is_known_by_its_first_line(void **state)
{
    (void)state;
    assert_true(
        letter_facts("A: 1\r\n\r\nhi\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nx\r\n").end_to_end);
    assert_true(letter_facts("A: 1\n\n-----BEGIN PGP MESSAGE-----  \n\nx\n").end_to_end);
    assert_false(letter_facts("A: 1\r\n\r\n> -----BEGIN PGP MESSAGE-----\r\n").end_to_end);
    assert_false(letter_facts("A: 1\r\n\r\n-----BEGIN PGP MESSAGE-----x\r\n").end_to_end);
    assert_false(letter_facts("A: 1\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n").end_to_end);
    assert_false(letter_facts("Content-Type: application/octet-stream\r\n\r\n"
                              "-----BEGIN PGP MESSAGE-----\r\n")
                     .end_to_end);
    assert_parts("A: 1\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--x", "text/plain - 32 32 0");
}

/* ---- losses */

static void behind_a_loss_in_the_header_only_a_delimiter_is_certain(void **state)
{
    (void)state;
    struct message *m = message_new(NULL);

    message_feed(m, slice_of("To: x\r\nContent-Type: multipart/mixed; boundary=b\r\n"));
    message_gap(m);
    message_feed(m, slice_of("To: y\r\n\r\n--b\r\n\r\nxyz\r\n--b--\r\n"));
    const struct message_facts *f = message_end(m);
    assert_int_equal(f->fields, 2);
    assert_int_equal(f->header_octets, 7 + 43);
    assert_int_equal(f->parts, 0); /* the boundary may go on in the gap: "boundary=b" (comment) */
    message_begin(m);
    message_feed(m, slice_of("Content-Type: multipart/mixed; boundary=b\r\nTo: x\r\n"));
    message_gap(m);
    message_feed(m, slice_of("To: y\r\n\r\n--b\r\n\r\nxyz\r\n--b--\r\n"));
    f = message_end(m);
    assert_int_equal(f->fields, 2);
    assert_int_equal(f->parts, 1);
    assert_int_equal(f->part[0].octets, 3);
    assert_int_equal(f->body_octets, 5 + 2 + 5 + 7);
    message_begin(m);
    message_feed(m, slice_of("To: x\r\n\r\nx\r\n"));
    assert_false(message_end(m)->missing); /* nothing is left of the one before */
    message_free(&m);
}

static void behind_a_loss_in_a_part_the_next_delimiter_goes_on(void **state)
{
    (void)state;
    struct message *m = message_new(NULL);

    message_feed(m, slice_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n12345"));
    message_gap(m);
    message_feed(m, slice_of("x\r\nmore\r\n--b\r\n\r\n123456\r\n--b--\r\n"));
    const struct message_facts *f = message_end(m);
    assert_string_equal(letter_parts(f), "text/plain - 5 5 1\ntext/plain - 6 6 1");
    message_begin(m);
    message_feed(m, slice_of("Content-Transfer-Encoding: base64\r\n\r\nQUJD\r\nQU"));
    message_gap(m);
    message_feed(m, slice_of("D\r\nQUJD\r\n"));
    f = message_end(m);
    assert_string_equal(letter_parts(f), "text/plain base64 17 8 0");
    message_free(&m);
}

static void every_kind_of_field_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < HEADER_FIELDS; i++)
        assert_non_null(header_field_name((enum header_field)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_end_at_the_empty_line),
        cmocka_unit_test(odd_folding_is_read_as_fields),
        cmocka_unit_test(white_space_may_stand_before_the_colon),
        cmocka_unit_test(lines_may_end_in_lf_alone_or_hold_a_cr),
        cmocka_unit_test(a_line_that_is_no_field_is_passed_over),
        cmocka_unit_test(a_long_line_counts_whole),
        cmocka_unit_test(octets_above_127_are_eai),
        cmocka_unit_test(hops_that_claim_tls_are_counted),
        cmocka_unit_test(subjects_are_kept_decoded),
        cmocka_unit_test(a_message_without_mime_is_text),
        cmocka_unit_test(the_line_end_before_a_delimiter_belongs_to_it),
        cmocka_unit_test(parts_nest),
        cmocka_unit_test(what_only_resembles_a_delimiter_is_content),
        cmocka_unit_test(white_space_may_follow_a_delimiter),
        cmocka_unit_test(a_delimiter_is_no_base64),
        cmocka_unit_test(bare_lf_may_end_the_lines_of_a_multipart),
        cmocka_unit_test(a_part_ends_with_the_one_around_it),
        cmocka_unit_test(a_multipart_without_its_end_has_parts_all_the_same),
        cmocka_unit_test(a_part_may_be_a_header_alone),
        cmocka_unit_test(a_multipart_without_a_boundary_is_a_leaf),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(more_parts_than_are_kept_are_counted),
        cmocka_unit_test(attachments_say_so_or_have_a_name),
        cmocka_unit_test(an_attached_message_is_a_file),
        cmocka_unit_test(encrypted_mail_is_known_by_its_type),
        cmocka_unit_test(encrypted_text_is_known_by_its_first_line),
        cmocka_unit_test(behind_a_loss_in_the_header_only_a_delimiter_is_certain),
        cmocka_unit_test(behind_a_loss_in_a_part_the_next_delimiter_goes_on),
        cmocka_unit_test(every_kind_of_field_has_a_name),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
