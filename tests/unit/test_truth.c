/* test_truth.c - what is true is JSON, and its sums are sums. */
#include "test.h"

#include "../../synth/truth.h"

#include <stdlib.h>
#include <string.h>

static struct truth example(enum session_class class)
{
    struct truth t = {.session = 5,
                      .class = class,
                      .box = BOX_FORMS,
                      .messages = 2,
                      .content_octets = 700,
                      .client_name = "client1.example",
                      .wrapping = "none",
                      .frames = 20};

    assert_true(address_parse("10.0.0.1", &t.client.address));
    assert_true(address_parse("2001:db8::1", &t.server.address));
    t.server.port = 25;
    return t;
}

static void what_is_true_is_written(void **state)
{
    (void)state;
    struct scenario s = scenario_default();
    struct truth_sums sums = {0};
    char *text;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    struct truth clear = example(CLASS_CLEARTEXT), tls = example(CLASS_STARTTLS);

    clear.reason = REASON_REFUSED;
    clear.auth = "PLAIN";
    clear.offered = clear.requested = YES;
    clear.established = NO;
    clear.starttls_reply = 454;
    clear.lost = 3;
    tls.established = YES;
    tls.auth = "LOGIN";
    tls.tls_version = 0x0304;
    truth_begin(f, &s, "client");
    truth_add(f, &sums, &clear);
    truth_add(f, &sums, &tls);
    truth_end(f, &sums);
    fclose(f);
    assert_string_equal(
        text,
        "{\"seed\":1,\"vantage\":\"client\",\"start\":\"2026-11-01T00:00:00.000000Z\",\n"
        "\"sessions\":[\n"
        "{\"session\":5,\"connection\":0,\"client_ip\":\"10.0.0.1\",\"client_port\":0,"
        "\"server_ip\":\"2001:db8::1\",\"server_port\":25,"
        "\"started_at\":\"1970-01-01T00:00:00.000000Z\",\"class\":\"cleartext\","
        "\"cleartext_reason\":\"refused\",\"box\":\"none\",\"strip_rule\":null,"
        "\"client_name\":\"client1.example\",\"server_name\":null,\"starttls_offered\":true,"
        "\"starttls_requested\":true,\"starttls_reply\":454,\"tls_established\":false,"
        "\"tls_version\":null,\"messages\":2,\"recipients_attempted\":0,"
        "\"recipients_accepted\":0,\"content_octets\":700,\"auth_mechanism\":\"PLAIN\","
        "\"credentials_exposed\":true,\"wrapping\":\"none\",\"frames\":20,\"frames_lost\":3,"
        "\"frames_disordered\":0,\"frames_duplicated\":0},\n"
        "{\"session\":5,\"connection\":0,\"client_ip\":\"10.0.0.1\",\"client_port\":0,"
        "\"server_ip\":\"2001:db8::1\",\"server_port\":25,"
        "\"started_at\":\"1970-01-01T00:00:00.000000Z\",\"class\":\"starttls\","
        "\"cleartext_reason\":null,\"box\":\"none\",\"strip_rule\":null,"
        "\"client_name\":\"client1.example\",\"server_name\":null,\"starttls_offered\":null,"
        "\"starttls_requested\":null,\"starttls_reply\":null,\"tls_established\":true,"
        "\"tls_version\":\"TLSv1.3\",\"messages\":2,\"recipients_attempted\":0,"
        "\"recipients_accepted\":0,\"content_octets\":700,\"auth_mechanism\":\"LOGIN\","
        "\"credentials_exposed\":false,\"wrapping\":\"none\",\"frames\":20,\"frames_lost\":0,"
        "\"frames_disordered\":0,\"frames_duplicated\":0}\n"
        "],\n\"totals\":{\"connections\":2,\"cleartext\":1,\"starttls\":1,\"starttls-failed\":0,"
        "\"stripped\":0,\"implicit-tls\":0,\"unknown\":0,\"messages\":4,\"content_octets\":1400,"
        "\"touched\":1}}\n");
    free(text);
}

static void sums_need_no_file(void **state)
{
    (void)state;
    struct truth_sums sums = {0};
    struct truth t = example(CLASS_STRIPPED);

    t.duplicated = 1;
    truth_count(&sums, &t);
    truth_count(&sums, &t);
    assert_int_equal(sums.connections, 2);
    assert_int_equal(sums.classes[CLASS_STRIPPED], 2);
    assert_int_equal(sums.messages, 4);
    assert_int_equal(sums.touched, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_true_is_written),
        cmocka_unit_test(sums_need_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
