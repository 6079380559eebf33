/*
 * test_policy.c - what the operator expects: lists and MTA-STS policies are read whole or not at
 * all, and the rule found is the one that says most about a server.
 */
#include "test.h"

#include <mailtap/policy.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int read_function(struct policy *p, struct slice text, const char *file, struct err *e);

static struct policy *read_whole(read_function *read, const char *text, const char *file)
{
    struct policy *p = policy_new();
    struct err e = {""};

    if (read(p, slice_of(text), file, &e) != 0)
        print_error("%s\n", e.text);
    assert_string_equal(e.text, "");
    return p;
}

/* The file fails at this line for this reason, and what was read before it stays. */
static void assert_refused(read_function *read, const char *text, const char *where)
{
    struct policy *p = read_whole(policy_read_list, "before.example may\n", "before");
    struct err e = {""};

    assert_int_equal(read(p, slice_of(text), "file", &e), -1);
    if (strncmp(e.text, where, strlen(where)) != 0)
        print_error("'%s' is not '%s'\n", e.text, where);
    assert_int_equal(strncmp(e.text, where, strlen(where)), 0);
    assert_int_equal(policy_count(p), 1);
    policy_free(&p);
}

static struct endpoint endpoint(const char *address, uint16_t port)
{
    struct endpoint server = {.port = port};

    assert_true(address_parse(address, &server.address));
    return server;
}

/* The text of the rule's host, or of its address. */
static const char *found(const struct policy *p, const char *name, const char *address,
                         uint16_t port)
{
    static char text[ADDRESS_TEXT];
    struct endpoint server = endpoint(address, port);
    const struct policy_rule *rule = policy_find(p, name, &server);

    if (!rule)
        return "none";
    if (rule->host[0])
        return rule->host;
    address_text(text, &rule->address);
    return text;
}

/* ---- the list */

static void a_list_has_a_server_a_line(void **state)
{
    struct policy *p = read_whole(policy_read_list,
                                  "# what we expect\r\n"
                                  "\n"
                                  "MX1.Example   must-offer   # ours\r\n"
                                  "\t*.provider.example.:587\tmay\n"
                                  "192.0.2.1 must-offer\n"
                                  "192.0.2.1:465 may\n"
                                  "2001:DB8::1 must-offer\n"
                                  "[2001:db8::2]:2525 may\n"
                                  "a_b.example:25 may", /* no end of line */
                                  "list");
    static const struct {
        const char *host, *address;
        unsigned port;
        bool must;
    } expected[] = {
        {"mx1.example", "", 0, true},   {"*.provider.example", "", 587, false},
        {"", "192.0.2.1", 0, true},     {"", "192.0.2.1", 465, false},
        {"", "2001:db8::1", 0, true},   {"", "2001:db8::2", 2525, false},
        {"a_b.example", "", 25, false},
    };

    (void)state;
    assert_int_equal(policy_count(p), 7);
    for (size_t i = 0; i < 7; i++) {
        const struct policy_rule *rule = policy_at(p, i);
        char address[ADDRESS_TEXT];
        address_text(address, &rule->address);
        assert_int_equal(rule->source, POLICY_LIST);
        assert_string_equal(rule->host, expected[i].host);
        assert_string_equal(address, expected[i].address);
        assert_string_equal(rule->domain, "");
        assert_int_equal(rule->port, expected[i].port);
        assert_int_equal(rule->must_offer, expected[i].must);
    }
    assert_null(policy_at(p, 7));
    policy_free(&p);
    assert_null(p);
    policy_free(&p);
}

static void a_bad_line_fails_the_list(void **state)
{
    static const struct {
        const char *text, *where;
    } examples[] = {
        {"mx.example must-offer\nmx2.example must\n",
         "file:2: 'must' is neither must-offer nor may"},
        {"mx.example", "file:1: '' is neither must-offer nor may"},
        {"mx.example MAY", "file:1: 'MAY' is neither"},
        {"mx.example may be", "file:1: 'may be' is neither"},
        {"must-offer mx.example", "file:1: 'mx.example' is neither"},
        {"\n\nmx.example:0 may", "file:3: 'mx.example:0' ends in no port"},
        {"mx.example:65536 may", "file:1: 'mx.example:65536' ends in no port"},
        {"mx.example:smtp may", "file:1: 'mx.example:smtp' ends in no port"},
        {"mx.example: may", "file:1: 'mx.example:' ends in no port"},
        {"192.0.2.256 may", "file:1: '192.0.2.256' is neither an address nor a host name"},
        {"192.0.2 may", "file:1: '192.0.2' is neither"},
        {"2001:db8::1:25:99999 may", "file:1: '2001:db8::1:25:99999' is neither an address"},
        {"[2001:db8::1 may", "file:1: '[2001:db8::1' is no IPv6 address in []"},
        {"[192.0.2.1]:25 may", "file:1: '[192.0.2.1]:25' is no IPv6 address in []"},
        {"[2001:db8::1]25 may", "file:1: '[2001:db8::1]25' ends in no port"},
        {"mx..example may", "file:1: 'mx..example' is neither"},
        {".example may", "file:1: '.example' is neither"},
        {"-mx.example may", "file:1: '-mx.example' is neither"},
        {"m*.example may", "file:1: 'm*.example' is neither"},
        {"*.*.example may", "file:1: '*.*.example' is neither"},
        {"*. may", "file:1: '*.' is neither"},
        {"*.192 may", "file:1: '*.192' is neither"},
        {"m\xc3\xbc.example may", "file:1: 'm\xc3\xbc.example' is neither"},
        {"m\x1b.example may", "file:1: 'm\\x1b.example' is neither"},
        {"mx.example may\nother.example may\nMX.example. must-offer",
         "file:3: this server is both must-offer and may"},
        {"before.example must-offer", "file:1: this server is both must-offer and may"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        assert_refused(policy_read_list, examples[i].text, examples[i].where);
}

static void names_have_labels_of_63_and_253_characters_in_all(void **state)
{
    (void)state;
    for (size_t last = 61; last <= 62; last++) {
        char text[300] = "*.", *end = text + 2;
        for (int i = 0; i < 4; i++) {
            size_t n = i < 3 ? 63 : last;
            memset(end, 'x', n);
            end[n] = i < 3 ? '.' : ' ';
            end += n + 1;
        }
        strcpy(end, "may");
        if (last == 62) {
            assert_refused(policy_read_list, text, "file:1: '*.xxx");
            continue;
        }
        struct policy *p = read_whole(policy_read_list, text, "list");
        assert_int_equal(strlen(policy_at(p, 0)->host), 2 + 253);
        policy_free(&p);
        text[2 + 63] = 'x';
        assert_refused(policy_read_list, text, "file:1: '*.xxx");
    }
}

static void what_is_said_twice_is_no_contradiction(void **state)
{
    (void)state;
    struct policy *p = read_whole(policy_read_list,
                                  "mx.example may\nMX.example. may\nmx.example:25 must-offer\n"
                                  "192.0.2.1 may\n192.0.2.2 must-offer\n",
                                  "list");
    struct err e = {""};

    assert_int_equal(policy_count(p), 5);
    assert_int_equal(policy_read_list(p, slice_of("192.0.2.1 may"), "again", &e), 0);
    policy_free(&p);
}

/* ---- MTA-STS */

static void a_policy_has_a_rule_for_each_exchange(void **state)
{
    static const char *const texts[] = {
        "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.Example.net\r\n"
        "max_age: 604800\r\n",
        "version:STSv1\nmode:enforce \nmx:\tmail.example.com\t\nmx: *.example.net\nmax_age: 604800",
        /* RFC 8461 3.2: in any order, with fields that are not known, and of those that are
         * repeated the first one counts. */
        "max_age: 604800\nmx: mail.example.com\nfoo.bar-1_: caf\xc3\xa9 x\nmode: enforce\n"
        "mx: *.example.net\nversion: STSv1\nmode: none\nmax_age: never\nversion: STSv2\n\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct policy *p = read_whole(policy_read_mta_sts, texts[i], "a/Example.com.mta-sts");
        assert_int_equal(policy_count(p), 2);
        for (size_t k = 0; k < 2; k++) {
            const struct policy_rule *rule = policy_at(p, k);
            assert_int_equal(rule->source, POLICY_MTA_STS);
            assert_string_equal(rule->domain, "example.com");
            assert_string_equal(rule->host, k ? "*.example.net" : "mail.example.com");
            assert_int_equal(rule->address.version, 0);
            assert_int_equal(rule->port, 25);
            assert_int_equal(rule->mode, STS_ENFORCE);
            assert_true(rule->must_offer);
            assert_int_equal(rule->max_age, 604800);
        }
        policy_free(&p);
    }
}

#define POLICY "version: STSv1\nmode: testing\nmx: mx.example\nmax_age: 86400\n"

static void only_enforced_policies_must_be_kept(void **state)
{
    (void)state;
    struct policy *p = read_whole(policy_read_mta_sts, POLICY, "example.mta-sts");

    assert_int_equal(policy_at(p, 0)->mode, STS_TESTING);
    assert_false(policy_at(p, 0)->must_offer);
    policy_free(&p);
    /* Only in this mode exchanges may be missing. */
    p = read_whole(policy_read_mta_sts, "version: STSv1\nmode: none\nmax_age: 0\n",
                   "example.mta-sts");
    assert_int_equal(policy_count(p), 0);
    policy_free(&p);
}

static void the_domain_is_in_the_name_or_before_the_policy(void **state)
{
    (void)state;
    static const char *const names[] = {"file", "mta-sts.txt", "/a.mta-sts/file",
                                        "EXAMPLE.org.mta-sts"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct policy *p = read_whole(
            policy_read_mta_sts, "# fetched by hand\n#domain:  Example.ORG. \n" POLICY, names[i]);
        assert_string_equal(policy_at(p, 0)->domain, "example.org");
        policy_free(&p);
    }
    struct policy *p = policy_new();
    struct err e = {""};
    assert_int_equal(policy_read_mta_sts(p, slice_of("# domain: example.org\n" POLICY),
                                         "example.com.mta-sts", &e),
                     -1);
    assert_non_null(strstr(e.text, "another domain than it says, example.org"));
    assert_int_equal(policy_read_mta_sts(p, slice_of(POLICY), "-.mta-sts", &e), -1);
    assert_non_null(strstr(e.text, "named after no domain"));
    assert_int_equal(policy_read_mta_sts(p, slice_of(POLICY), "example.mta-sts", &e), 0);
    assert_int_equal(policy_read_mta_sts(p, slice_of(POLICY), "b/example.mta-sts", &e), -1);
    assert_non_null(strstr(e.text, "a policy of example was read before"));
    assert_int_equal(policy_count(p), 1);
    policy_free(&p);
}

static void a_bad_policy_fails_as_a_whole(void **state)
{
    static const struct {
        const char *text, *where;
    } examples[] = {
        {"", "file:0: the policy ends without a field 'version'"},
        {"version: STSv1\nmx: a.example\nmax_age: 1\n",
         "file:3: the policy ends without a field 'mode'"},
        {"version: STSv1\nmode: none\n", "file:2: the policy ends without a field 'max_age'"},
        {"mode: none\nmax_age: 1\n", "file:2: the policy ends without a field 'version'"},
        {"version: STSv1\nmode: testing\nmax_age: 1\n",
         "file:3: the policy ends without a field 'mx'"},
        {"version: STSv2\n", "file:1: 'STSv2' is no version that is known"},
        {"version: stsv1\n", "file:1: 'stsv1' is no version that is known"},
        {"Version: STSv1\nmode: none\nmax_age: 1\n", "file:3: the policy ends without"},
        {"version: STSv1\r\nmode: Enforce\r\n", "file:2: 'Enforce' is no mode"},
        {"version: STSv1\nmode:\n", "file:2: 'mode:' is no 'key: value'"},
        {"version: STSv1\nmode : none\n", "file:2: 'mode : none' is no 'key: value'"},
        {"version: STSv1\n mode: none\n", "file:2: ' mode: none' is no 'key: value'"},
        {"version: STSv1\nmode none\n", "file:2: 'mode none' is no 'key: value'"},
        {"version: STSv1\n# domain: a.example\n", "file:2: '# domain: a.example' is no 'key"},
        {"version: STSv1\nx: a\rb\n", "file:2: 'x: a\\x0db' is no 'key: value'"},
        {"max_age: 31557601\n", "file:1: '31557601' is no max_age"},
        {"max_age: 00000000001\n", "file:1: '00000000001' is no max_age"},
        {"max_age: -1\n", "file:1: '-1' is no max_age"},
        {"max_age: 1d\n", "file:1: '1d' is no max_age"},
        {"mx: a b.example\n", "file:1: 'a b.example' is no host name"},
        {"mx: *\n", "file:1: '*' is no host name"},
        {"mx: a.*.example\n", "file:1: 'a.*.example' is no host name"},
        {"mx: 192.0.2.1\n", "file:1: '192.0.2.1' is no host name"},
        {"# domain: *.example\n", "file:1: '*.example' is no domain"},
        {POLICY, "file: whose policy is this?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        assert_refused(policy_read_mta_sts, examples[i].text, examples[i].where);
    assert_refused(policy_read_mta_sts, "max_age: 31557600\nmx: a.example\n",
                   "file:2: the policy ends without a field 'version'");
}

/* ---- files */

static void assert_file(const char *path, const char *text, int rc, size_t count)
{
    struct policy *p = policy_new();
    struct err e = {""};
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(policy_read_file(p, path, &e), rc);
    assert_int_equal(policy_count(p), count);
    assert_int_equal(strncmp(e.text, path, rc ? strlen(path) : 0), 0);
    unlink(path);
    policy_free(&p);
}

static void a_file_is_what_its_name_or_first_line_says(void **state)
{
    char folder[] = "/tmp/mailtap-policy-XXXXXX", plain[64], named[64];
    struct policy *p = policy_new();
    struct err e = {""};

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(plain, sizeof plain, "%s/expected", folder);
    snprintf(named, sizeof named, "%s/example.mta-sts", folder);
    assert_file(plain, "# ours\nmx.example must-offer\n", 0, 1);
    assert_file(plain, "version:25 must-offer\n", 0, 1); /* a server of this name */
    assert_file(plain, "# ours\n\n# domain: example\n" POLICY, 0, 1);
    assert_file(plain, POLICY, -1, 0); /* whose? */
    assert_file(plain, "", 0, 0);
    assert_file(named, POLICY, 0, 1);
    assert_file(named, "mx.example must-offer\n", -1, 0);
    assert_int_equal(policy_read_file(p, plain, &e), -1);
    assert_non_null(strstr(e.text, "cannot be opened: No such file"));
    assert_int_equal(policy_read_file(p, folder, &e), -1);
    assert_non_null(strstr(e.text, "cannot be read: Is a directory"));
    assert_int_equal(policy_read_file(p, "/dev/zero", &e), -1);
    assert_non_null(strstr(e.text, "is larger than 4194304 octets"));
    rmdir(folder);
    policy_free(&p);
}

/* ---- questions */

static void a_wildcard_is_one_label(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } examples[] = {
        {"mx.example", "mx.example", true},
        {"mx.example", "MX.Example.", true},
        {"MX.example.", "mx.example", true},
        {"mx.example", "a.mx.example", false},
        {"mx.example", "example", false},
        {"*.example.com", "mail.example.com", true},
        {"*.example.com", "MAIL.EXAMPLE.COM.", true},
        {"*.example.com", "example.com", false},
        {"*.example.com", "foo.bar.example.com", false},
        {"*.example.com", ".example.com", false},
        {"*.example.com", "mailexample.com", false},
        {"*.example.com", "mail.example.com.net", false},
        {"m*.example.com", "mail.example.com", false},
        {"mail.*.com", "mail.example.com", false},
        {"*", "mail", false},
        {"*.", "mail.", false},
        {"*.example", "", false},
        {"", "", false},
        {".", ".", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        bool matches = policy_name_matches(examples[i].pattern, examples[i].name);
        if (matches != examples[i].matches)
            print_error("%s %s\n", examples[i].pattern, examples[i].name);
        assert_int_equal(matches, examples[i].matches);
    }
}

static void the_rule_that_says_most_is_found(void **state)
{
    struct policy *p = read_whole(policy_read_list,
                                  "*.example may\n"
                                  "mx.example must-offer\n"
                                  "mx.example:26 may\n"
                                  "192.0.2.1 may\n"
                                  "192.0.2.2:25 must-offer\n"
                                  "2001:db8::1 must-offer\n",
                                  "list");
    struct endpoint other = endpoint("192.0.2.9", 26);

    (void)state;
    assert_string_equal(found(p, "mx.example", "192.0.2.1", 25), "192.0.2.1");
    assert_string_equal(found(p, "mx.example", "192.0.2.2", 25), "192.0.2.2");
    assert_string_equal(found(p, "mx.example", "192.0.2.2", 587), "mx.example");
    assert_string_equal(found(p, "MX.EXAMPLE", "192.0.2.9", 25), "mx.example");
    assert_string_equal(found(p, "mx2.example", "192.0.2.9", 25), "*.example");
    assert_string_equal(found(p, "a.mx2.example", "192.0.2.9", 25), "none");
    assert_string_equal(found(p, "", "2001:db8::1", 25), "2001:db8::1");
    assert_string_equal(found(p, "", "2001:db8::2", 25), "none");
    assert_string_equal(found(p, "", "192.0.2.2", 26), "none");
    assert_false(policy_find(p, "mx.example", &other)->must_offer);
    policy_free(&p);
}

static void among_equals_the_list_comes_first_and_then_the_stricter(void **state)
{
    struct policy *p = read_whole(policy_read_mta_sts, POLICY, "a.example.mta-sts");
    struct endpoint server = endpoint("192.0.2.1", 25), submission = endpoint("192.0.2.1", 587);
    struct err e = {""};

    (void)state;
    assert_int_equal(policy_find(p, "mx.example", &server)->mode, STS_TESTING);
    assert_null(policy_find(p, "mx.example", &submission)); /* MTA-STS is about relay */
    assert_int_equal(policy_read_mta_sts(
                         p, slice_of("version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 1"),
                         "b.example.mta-sts", &e),
                     0);
    assert_string_equal(policy_find(p, "mx.example", &server)->domain, "b.example");
    assert_int_equal(policy_read_list(p, slice_of("mx.example may"), "list", &e), 0);
    assert_int_equal(policy_find(p, "mx.example", &server)->source, POLICY_LIST);
    policy_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_a_server_a_line),
        cmocka_unit_test(a_bad_line_fails_the_list),
        cmocka_unit_test(names_have_labels_of_63_and_253_characters_in_all),
        cmocka_unit_test(what_is_said_twice_is_no_contradiction),
        cmocka_unit_test(a_policy_has_a_rule_for_each_exchange),
        cmocka_unit_test(only_enforced_policies_must_be_kept),
        cmocka_unit_test(the_domain_is_in_the_name_or_before_the_policy),
        cmocka_unit_test(a_bad_policy_fails_as_a_whole),
        cmocka_unit_test(a_file_is_what_its_name_or_first_line_says),
        cmocka_unit_test(a_wildcard_is_one_label),
        cmocka_unit_test(the_rule_that_says_most_is_found),
        cmocka_unit_test(among_equals_the_list_comes_first_and_then_the_stricter),
    };
    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
