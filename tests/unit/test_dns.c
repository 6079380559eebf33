/*
 * test_dns.c - DNS messages: what is kept of them, that names are read as they stand, and that
 * neither a lie nor a cut makes a record that was not there.
 */
#include "test.h"

#include "build.h"

#include <mailtap/dns.h>

#include <stdlib.h>
#include <string.h>

#define QUERY 0x0100
#define RESPONSE 0x8180
#define REFERRAL 0x8000
#define TRUNCATED 0x0200
#define AUTHENTIC 0x0020

enum { IN = 1, CHAOS = 3, NS = 2, SOA = 6, OPT = 41 };

/* ---- messages as they are sent */

static void header(struct build *b, unsigned flags, unsigned questions, unsigned answers,
                   unsigned authority, unsigned additional)
{
    build_u16(b, 0x1234);
    build_u16(b, flags);
    build_u16(b, questions);
    build_u16(b, answers);
    build_u16(b, authority);
    build_u16(b, additional);
}

/* "mx.example" as labels; with '*' for the last octet, a pointer to the question's name. */
static void name(struct build *b, const char *text)
{
    struct slice left = slice_of(text);

    while (left.n && left.p[0] != '*') {
        struct slice label = slice_until(&left, '.');
        build_u8(b, (unsigned)label.n);
        build_octets(b, label);
    }
    if (left.n)
        build_u16(b, 0xc00c);
    else
        build_u8(b, 0);
}

static void question(struct build *b, const char *owner, unsigned type)
{
    name(b, owner);
    build_u16(b, type);
    build_u16(b, IN);
}

static void record(struct build *b, const char *owner, unsigned type, struct slice data)
{
    name(b, owner);
    build_u16(b, type);
    build_u16(b, IN);
    build_u32(b, 3600);
    build_u16(b, (unsigned)data.n);
    build_octets(b, data);
}

static void record_name(struct build *b, const char *owner, unsigned type, const char *target)
{
    struct build data = {NULL, 0};

    if (type == DNS_MX)
        build_u16(&data, 10);
    name(&data, target);
    record(b, owner, type, build_slice(&data));
    build_free(&data);
}

#define OCTETS(literal) ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})
#define ADDRESS_4 OCTETS("\xc0\0\2\1")
#define ADDRESS_6 OCTETS("\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1")
#define TLSA OCTETS("\3\1\1\xab\xcd")

static struct dns_message m; /* the last one read */

static enum dns_read read_slice(struct slice s)
{
    uint8_t *copy = build_copy(s);
    enum dns_read read = dns_read((struct slice){copy, s.n}, &m);

    free(copy);
    return read;
}

static enum dns_read read_built(struct build *b)
{
    enum dns_read read = read_slice(build_slice(b));

    build_free(b);
    return read;
}

static void assert_record(unsigned i, enum dns_type type, const char *owner, const char *target)
{
    assert_true(i < m.records);
    assert_int_equal(m.record[i].type, type);
    assert_string_equal(m.record[i].owner, owner);
    assert_string_equal(m.record[i].target, target);
}

static void assert_address(unsigned i, const char *expected)
{
    char text[ADDRESS_TEXT];

    address_text(text, &m.record[i].address);
    assert_string_equal(text, expected);
}

/* ---- what is kept */

static void build_mx_answer(struct build *b)
{
    header(b, RESPONSE | AUTHENTIC, 1, 2, 1, 4);
    question(b, "Mail.Example", DNS_MX);
    record_name(b, "*", DNS_MX, "MX1.*");
    record_name(b, "*", DNS_MX, "mx2.*");
    record_name(b, "*", NS, "ns.*");
    record(b, "mx1.*", DNS_A, ADDRESS_4);
    record(b, "mx1.*", DNS_AAAA, ADDRESS_6);
    record(b, "ns.*", DNS_A, ADDRESS_4);
    record(b, "", OPT, OCTETS(""));
}

static void exchanges_and_their_addresses_are_kept(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    build_mx_answer(&b);
    assert_int_equal(read_built(&b), DNS_READ);
    assert_int_equal(m.id, 0x1234);
    assert_true(m.response && m.authentic && !m.truncated && !m.no_data);
    assert_string_equal(m.question, "mail.example");
    assert_int_equal(m.question_type, DNS_MX);
    assert_int_equal(m.records, 4);
    assert_record(0, DNS_MX, "mail.example", "mx1.mail.example");
    assert_record(1, DNS_MX, "mail.example", "mx2.mail.example");
    assert_int_equal(m.record[0].preference, 10);
    assert_int_equal(m.record[0].ttl, 3600);
    assert_record(2, DNS_A, "mx1.mail.example", "");
    assert_address(2, "192.0.2.1");
    assert_record(3, DNS_AAAA, "mx1.mail.example", "");
    assert_address(3, "2001:db8::1");
    assert_true(dns_about_mail(&m));
}

static void addresses_and_aliases_are_kept(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    header(&b, RESPONSE, 1, 3, 0, 0);
    question(&b, "smtp.example", DNS_A);
    record_name(&b, "*", DNS_CNAME, "mx.example");
    record(&b, "mx.example", DNS_A, ADDRESS_4);
    record(&b, "mx.example", 46, OCTETS("a signature"));
    assert_int_equal(read_built(&b), DNS_READ);
    assert_int_equal(m.records, 2);
    assert_record(0, DNS_CNAME, "smtp.example", "mx.example");
    assert_record(1, DNS_A, "mx.example", "");
    assert_true(dns_about_mail(&m));
}

/* One record in answer to a question of its name and type. */
static enum dns_read read_answer(const char *owner, unsigned type, struct slice data)
{
    struct build b = {NULL, 0};

    header(&b, RESPONSE, 1, 1, 0, 0);
    question(&b, owner, type);
    record(&b, "*", type, data);
    return read_built(&b);
}

static void tlsa_is_kept_of_port_25_alone(void **state)
{
    (void)state;
    assert_int_equal(read_answer("_25._tcp.mx.example", DNS_TLSA, TLSA), DNS_READ);
    assert_record(0, DNS_TLSA, "_25._tcp.mx.example", "");
    assert_string_equal(m.record[0].text, "3 1 1 abcd");
    assert_true(dns_about_mail(&m));
    static const char *const others[] = {"_443._tcp.mx.example", "_25._udp.mx.example", "_25._tcp",
                                         "mx.example", "a._25._tcp.mx.example"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(read_answer(others[i], DNS_TLSA, TLSA), DNS_READ);
        assert_int_equal(m.records, 0);
        assert_false(dns_about_mail(&m));
    }
}

/* RFC 7671 7, RFC 8461 8.2: a name may be an alias of where the record stands. */
static void the_end_of_an_alias_is_kept(void **state)
{
    (void)state;
    for (int mail = 0; mail < 2; mail++) {
        struct build b = {NULL, 0};
        header(&b, RESPONSE, 1, 2, 0, 0);
        question(&b, mail ? "_25._tcp.mx.example" : "_443._tcp.mx.example", DNS_TLSA);
        record_name(&b, "*", DNS_CNAME, "tlsa.example");
        record(&b, "tlsa.example", DNS_TLSA, TLSA);
        assert_int_equal(read_built(&b), DNS_READ);
        assert_int_equal(m.records, mail ? 2 : 1);
        if (mail)
            assert_record(1, DNS_TLSA, "tlsa.example", "");
    }
}

static void strings_of_a_text_are_joined(void **state)
{
    (void)state;
    struct slice text = OCTETS("\7v=STSv1\0\6; id=\xc3\2\xa9;");

    assert_int_equal(read_answer("_mta-sts.example", DNS_TXT, text), DNS_READ);
    assert_record(0, DNS_TXT, "_mta-sts.example", "");
    assert_string_equal(m.record[0].text, "v=STSv1; id=\xc3\xa9;");
    assert_false(m.record[0].clipped);
    assert_true(dns_about_mail(&m));
    assert_int_equal(read_answer("example", DNS_TXT, OCTETS("\7v=spf1 ")), DNS_READ);
    assert_int_equal(m.records, 0);
    assert_false(dns_about_mail(&m));
}

static void what_is_too_long_is_clipped_and_says_so(void **state)
{
    (void)state;
    uint8_t certificate[400] = {3, 0, 0};

    assert_int_equal(read_answer("_25._tcp.mx.example", DNS_TLSA,
                                 (struct slice){certificate, sizeof certificate}),
                     DNS_READ);
    assert_int_equal(m.records, 1);
    assert_true(m.record[0].clipped);
    assert_int_equal(strncmp(m.record[0].text, "3 0 0 0000", 10), 0);
    assert_int_equal(strlen(m.record[0].text), 254);
    /* The longest digest fits. */
    assert_int_equal(
        read_answer("_25._tcp.mx.example", DNS_TLSA, (struct slice){certificate, 3 + 64}),
        DNS_READ);
    assert_false(m.record[0].clipped);
    assert_int_equal(strlen(m.record[0].text), 6 + 128);
    certificate[0] = 255;
    memset(certificate + 1, 'x', 255);
    assert_int_equal(read_answer("_mta-sts.example", DNS_TXT, (struct slice){certificate, 256}),
                     DNS_READ);
    assert_false(m.record[0].clipped);
    certificate[256] = 1;
    assert_int_equal(read_answer("_mta-sts.example", DNS_TXT, (struct slice){certificate, 258}),
                     DNS_READ);
    assert_true(m.record[0].clipped);
}

static void more_records_than_are_kept_are_counted(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    header(&b, RESPONSE, 1, BOUND_DNS_RECORDS + 3, 0, 0);
    question(&b, "mx.example", DNS_A);
    for (unsigned i = 0; i < BOUND_DNS_RECORDS + 3; i++)
        record(&b, "*", DNS_A, ADDRESS_4);
    assert_int_equal(read_built(&b), DNS_READ);
    assert_int_equal(m.records, BOUND_DNS_RECORDS);
    assert_int_equal(m.dropped, 3);
}

static void a_negative_time_to_live_is_none(void **state)
{
    (void)state;
    for (unsigned top = 0x7f; top <= 0x80; top++) {
        struct build b = {NULL, 0};
        header(&b, RESPONSE, 0, 1, 0, 0);
        record(&b, "mx", DNS_A, ADDRESS_4);
        b.p[12 + 4 + 4] = (uint8_t)top;
        assert_int_equal(read_built(&b), DNS_READ);
        assert_int_equal(m.record[0].ttl, top == 0x7f ? 0x7f000e10 : 0);
    }
}

/* ---- names */

/* Read an alias to a name of these octets, which stand at 28. */
static enum dns_read read_target(struct slice octets)
{
    struct build b = {NULL, 0};

    header(&b, RESPONSE, 0, 1, 0, 0);
    record(&b, "mail", DNS_CNAME, octets); /* its owner at 12, its data at 28 */
    return read_built(&b);
}

static void names_are_escaped_and_lower_case(void **state)
{
    static const struct {
        struct slice octets;
        const char *name;
    } examples[] = {
        {{(const uint8_t *)"\2MX\7eXaMPle", 12}, "mx.example"},
        {{(const uint8_t *)"", 1}, "."},
        {{(const uint8_t *)"\3a.b\1c", 7}, "a\\x2eb.c"},
        {{(const uint8_t *)"\2..", 4}, "\\x2e\\x2e"},
        {{(const uint8_t *)"\4a\x1b\\\0", 6}, "a\\x1b\\\\\\x00"},
        {{(const uint8_t *)"\2\xc3\x84\1\xff", 6}, "\xc3\x84.\\xff"},
        {{(const uint8_t *)"\2mx\xc0\x0c", 5}, "mx.mail"},
        {{(const uint8_t *)"\xc0\x0c", 2}, "mail"},
        {{(const uint8_t *)"\xc0\x11", 2}, "."}, /* the end of the owner */
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        assert_int_equal(read_target(examples[i].octets), DNS_READ);
        assert_record(0, DNS_CNAME, "mail", examples[i].name);
    }
}

static void pointers_that_lead_nowhere_are_bad(void **state)
{
    static const struct {
        const char *what;
        struct slice octets;
        enum dns_read read;
    } examples[] = {
        {"to itself", {(const uint8_t *)"\xc0\x1c", 2}, DNS_BAD},
        {"to the start of its own name", {(const uint8_t *)"\1a\xc0\x1c", 4}, DNS_BAD},
        {"forward", {(const uint8_t *)"\xc0\x1e\0", 3}, DNS_BAD},
        {"beyond the message", {(const uint8_t *)"\xff\xff", 2}, DNS_BAD},
        {"into the header", {(const uint8_t *)"\xc0\x0b", 2}, DNS_BAD},
        {"half of one", {(const uint8_t *)"\xc0", 1}, DNS_BAD},
        {"a label of 64 octets", {(const uint8_t *)"\x40", 1}, DNS_BAD},
        {"a label of type 10", {(const uint8_t *)"\x80\0", 2}, DNS_BAD},
        {"a label beyond the data", {(const uint8_t *)"\3ab", 3}, DNS_BAD},
        {"no end", {(const uint8_t *)"\1a", 2}, DNS_BAD},
        {"no octet", {(const uint8_t *)"", 0}, DNS_BAD},
        {"octets behind it", {(const uint8_t *)"\1a\0\0", 4}, DNS_BAD},
        {"back, into its own length, and over itself", {(const uint8_t *)"\xc0\x1b", 2}, DNS_CUT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        enum dns_read read = read_target(examples[i].octets);
        if (read != examples[i].read)
            print_error("%s: %d\n", examples[i].what, read);
        assert_int_equal(read, examples[i].read);
        assert_int_equal(m.records, 0);
    }
}

/* Names of which each is a pointer to the one before it. */
static void pointers_are_bounded(void **state)
{
    (void)state;
    for (unsigned hops = BOUND_DNS_POINTERS; hops <= BOUND_DNS_POINTERS + 1; hops++) {
        struct build b = {NULL, 0};
        header(&b, RESPONSE, 0, 1, 0, 0);
        /* The owner's data is a text of which the octets are pointers. */
        build_u8(&b, 0);
        build_u16(&b, DNS_TXT);
        build_u16(&b, IN);
        build_u32(&b, 0);
        build_u16(&b, 1 + 2 * hops);
        build_u8(&b, 2 * hops);
        for (unsigned i = 0; i < hops - 1; i++)
            build_u16(&b, 0xc000u | (unsigned)(i == 0 ? 12 : b.n - 2));
        size_t last = b.n - 2;
        build_u16(&b, 0);
        b.p[7] = 2;
        build_u16(&b, 0xc000u | (unsigned)last);
        build_u16(&b, DNS_A);
        build_u16(&b, IN);
        build_u32(&b, 0);
        build_u16(&b, 4);
        build_octets(&b, ADDRESS_4);
        enum dns_read read = read_built(&b);
        assert_int_equal(read, hops <= BOUND_DNS_POINTERS ? DNS_READ : DNS_BAD);
        assert_int_equal(m.records, hops <= BOUND_DNS_POINTERS);
    }
}

/* RFC 1035 2.3.4: 255 octets with lengths, which are 253 characters. */
static void names_have_255_octets_at_most(void **state)
{
    (void)state;
    for (size_t last = 61; last <= 62; last++) {
        uint8_t octets[256 + 1] = {0};
        size_t n = 0;
        for (int i = 0; i < 4; i++) {
            size_t size = i < 3 ? 63 : last;
            octets[n] = (uint8_t)size;
            memset(octets + n + 1, 'x', size);
            n += 1 + size;
        }
        assert_int_equal(read_target((struct slice){octets, n + 1}),
                         last == 61 ? DNS_READ : DNS_BAD);
        if (last == 61)
            assert_int_equal(strlen(m.record[0].target), 253);
        /* As many octets, and more when they are escaped: not kept in part. */
        memset(octets + 1, 7, 63);
        assert_int_equal(read_target((struct slice){octets, n + 1}),
                         last == 61 ? DNS_READ : DNS_BAD);
        assert_int_equal(m.records, 0);
        assert_int_equal(m.dropped, last == 61);
    }
}

/* ---- lies and cuts */

static void counts_that_lie_are_found(void **state)
{
    (void)state;
    for (size_t at = 5; at <= 11; at += 2) {
        struct build b = {NULL, 0};
        build_mx_answer(&b);
        b.p[at]++;
        /* More is announced than there is, whether by us or by the sender; for what stands further
         * on, one more record of this section is one of the next. */
        assert_int_not_equal(read_built(&b), DNS_READ);
        build_mx_answer(&b);
        b.p[at] = 0xff;
        b.p[at - 1] = 0xff;
        assert_int_not_equal(read_built(&b), DNS_READ);
        build_mx_answer(&b);
        b.p[at]--;
        assert_int_not_equal(read_built(&b), DNS_READ);
    }
    struct build b = {NULL, 0};
    build_mx_answer(&b);
    build_u8(&b, 0);
    assert_int_equal(read_built(&b), DNS_BAD);
    assert_int_equal(m.records, 4);
    build_mx_answer(&b);
    b.p[11]++;
    assert_int_equal(read_built(&b), DNS_CUT);
    assert_int_equal(m.records, 4);
}

static void data_of_another_size_is_bad(void **state)
{
    static const struct {
        unsigned type;
        struct slice data;
    } examples[] = {
        {DNS_A, {(const uint8_t *)"abc", 3}},     {DNS_A, {(const uint8_t *)"abcde", 5}},
        {DNS_AAAA, {(const uint8_t *)"abcd", 4}}, {DNS_MX, {(const uint8_t *)"\0", 1}},
        {DNS_MX, {(const uint8_t *)"\0\1", 2}},   {DNS_MX, {(const uint8_t *)"\0\1\1a\0\0", 6}},
        {DNS_TXT, {(const uint8_t *)"\3ab", 3}},  {DNS_TLSA, {(const uint8_t *)"\3\1", 2}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const char *owner = examples[i].type == DNS_TLSA ? "_25._tcp.mx.example"
                                                         : "_mta-sts.example";
        assert_int_equal(read_answer(owner, examples[i].type, examples[i].data), DNS_BAD);
        assert_int_equal(m.records, 0);
        assert_false(dns_about_mail(&m));
    }
}

static void a_cut_message_has_the_records_before_the_cut(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    build_mx_answer(&b);
    assert_int_equal(read_slice(build_slice(&b)), DNS_READ);
    static struct dns_message whole;
    whole = m;
    unsigned before = 0;
    for (size_t n = 0; n < b.n; n++) {
        assert_int_equal(read_slice(slice_head(build_slice(&b), n)), DNS_CUT);
        assert_true(m.records >= before && m.records <= whole.records);
        assert_memory_equal(m.record, whole.record, m.records * sizeof *m.record);
        assert_false(m.no_data);
        assert_int_equal(dns_about_mail(&m), m.records > 0);
        before = m.records;
    }
    assert_int_equal(before, 4);
    build_free(&b);
}

/* ---- what is about mail */

/* A response without answers, one record in its authority section. */
static bool about(unsigned flags, const char *owner, unsigned type, unsigned authority)
{
    struct build b = {NULL, 0};

    header(&b, flags, 1, 0, authority != 0, 0);
    question(&b, owner, type);
    if (authority)
        record(&b, "*", authority, OCTETS("\0"));
    assert_int_equal(read_built(&b), DNS_READ);
    return dns_about_mail(&m);
}

static void no_answer_is_an_answer_when_mail_was_asked_for(void **state)
{
    (void)state;
    assert_true(about(RESPONSE, "mail.example", DNS_MX, SOA));
    assert_true(m.no_data);
    assert_true(about(RESPONSE, "mail.example", DNS_MX, 0));
    assert_true(about(RESPONSE, "_25._tcp.mx.example", DNS_TLSA, SOA));
    assert_true(about(RESPONSE, "_mta-sts.example", DNS_TXT, SOA));
    assert_true(about(RESPONSE | 3, "_mta-sts.example", DNS_TXT, SOA));
    assert_false(m.no_data);
    assert_int_equal(m.rcode, 3);
    assert_true(about(RESPONSE | 3, "mail.example", DNS_MX, 0));
    /* Other questions. */
    assert_false(about(RESPONSE, "mail.example", DNS_A, SOA));
    assert_false(about(RESPONSE | 3, "mail.example", DNS_TXT, SOA));
    assert_false(about(RESPONSE | 3, "_443._tcp.mx.example", DNS_TLSA, SOA));
    /* Other answers: a query, a failure, a refusal, what comes again over TCP, other servers. */
    assert_false(about(QUERY, "mail.example", DNS_MX, 0));
    assert_false(about(RESPONSE | 2, "mail.example", DNS_MX, 0));
    assert_false(about(RESPONSE | 5, "mail.example", DNS_MX, 0));
    assert_false(about(RESPONSE | TRUNCATED, "mail.example", DNS_MX, 0));
    assert_true(m.truncated);
    assert_false(about(REFERRAL, "mail.example", DNS_MX, NS));
}

static void edns_adds_to_the_response_code(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 2; code++) {
        struct build b = {NULL, 0};
        header(&b, RESPONSE, 1, 0, 0, 1);
        question(&b, "mail.example", DNS_MX);
        name(&b, "");
        build_u16(&b, OPT);
        build_u16(&b, 1232);
        build_u32(&b, code << 24); /* BADVERS is 16 */
        build_u16(&b, 0);
        assert_int_equal(read_built(&b), DNS_READ);
        assert_int_equal(m.rcode, 16 * code);
        assert_int_equal(dns_about_mail(&m), code == 0);
    }
}

static void other_classes_and_operations_are_left_alone(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    header(&b, RESPONSE, 1, 1, 0, 0);
    question(&b, "mail.example", DNS_MX);
    record(&b, "mail.example", DNS_A, ADDRESS_4);
    size_t class_of_question = 12 + 14 + 3, class_of_record = class_of_question + 1 + 14 + 3;
    b.p[class_of_question] = CHAOS;
    b.p[class_of_record] = CHAOS;
    assert_int_equal(read_slice(build_slice(&b)), DNS_READ);
    assert_string_equal(m.question, "");
    assert_int_equal(m.records, 0);
    b.p[class_of_record] = IN;
    assert_int_equal(read_slice(build_slice(&b)), DNS_READ);
    assert_int_equal(m.records, 1);
    /* Answers are what responses have; and an update (RFC 2136) answers nothing. */
    b.p[2] = 0x01;
    assert_int_equal(read_slice(build_slice(&b)), DNS_READ);
    assert_int_equal(m.records, 0);
    b.p[2] = 0x81 | 5 << 3;
    assert_int_equal(read_slice(build_slice(&b)), DNS_READ);
    assert_int_equal(m.records, 0);
    assert_true(m.response);
    build_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanges_and_their_addresses_are_kept),
        cmocka_unit_test(addresses_and_aliases_are_kept),
        cmocka_unit_test(tlsa_is_kept_of_port_25_alone),
        cmocka_unit_test(the_end_of_an_alias_is_kept),
        cmocka_unit_test(strings_of_a_text_are_joined),
        cmocka_unit_test(what_is_too_long_is_clipped_and_says_so),
        cmocka_unit_test(more_records_than_are_kept_are_counted),
        cmocka_unit_test(a_negative_time_to_live_is_none),
        cmocka_unit_test(names_are_escaped_and_lower_case),
        cmocka_unit_test(pointers_that_lead_nowhere_are_bad),
        cmocka_unit_test(pointers_are_bounded),
        cmocka_unit_test(names_have_255_octets_at_most),
        cmocka_unit_test(counts_that_lie_are_found),
        cmocka_unit_test(data_of_another_size_is_bad),
        cmocka_unit_test(a_cut_message_has_the_records_before_the_cut),
        cmocka_unit_test(no_answer_is_an_answer_when_mail_was_asked_for),
        cmocka_unit_test(edns_adds_to_the_response_code),
        cmocka_unit_test(other_classes_and_operations_are_left_alone),
    };
    return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
