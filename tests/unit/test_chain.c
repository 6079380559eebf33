/* test_chain.c - chains against a trust store, names, and stores that cannot be opened. */
#include "test.h"

#include "authority.h"

#include <mailtap/cert.h>
#include <mailtap/digest.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW 1750000000L

/* root -> middle -> leaf, and a store that holds the root. */
static struct issued root, middle, leaf;
static struct trust *store;

static struct trust *open_with(const struct issued *trusted)
{
    char path[64];
    struct err e;

    write_pem(path, &trusted, 1);
    struct trust *t = trust_open(path, &e);
    assert_non_null(t);
    unlink(path);
    return t;
}

static int set_up(void **state)
{
    (void)state;
    root = issue(&(struct request){.subject = "Root", .authority = true}, NULL);
    middle = issue(&(struct request){.subject = "Middle", .authority = true}, &root);
    leaf = issue(&(struct request){.subject = "cn.example",
                                   .names = "DNS:mx.example,DNS:*.wild.example,DNS:f*.part.example,"
                                            "IP:192.0.2.1,IP:2001:db8::1"},
                 &middle);
    store = open_with(&root);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trust_free(&store);
    assert_null(store);
    issued_free(&root);
    issued_free(&middle);
    issued_free(&leaf);
    return 0;
}

static struct chain_verdict judge(struct trust *t, const struct slice *chain, unsigned n, long at,
                                  const char *name)
{
    struct chain_verdict v, again;

    memset(&v, 0xaa, sizeof v);
    chain_verify(t, NULL, chain, n, at, name, &v);
    chain_verify(t, NULL, chain, n, at, name, &again);
    assert_memory_equal(&v, &again, sizeof v);
    assert_int_equal(ERR_peek_error(), 0);
    return v;
}

/* The leaf with what is above it, when there is anything. */
static struct chain_verdict judge_one(struct trust *t, const struct issued *own,
                                      const struct issued *above, long at)
{
    const struct slice chain[] = {own->slice, above ? above->slice : (struct slice){0}};
    return judge(t, chain, above ? 2 : 1, at, "");
}

static void assert_good(struct chain_verdict v)
{
    assert_int_equal(v.verified, YES);
    assert_int_equal(v.error, 0);
    assert_string_equal(v.reason, "");
}

static void assert_bad(struct chain_verdict v, int error)
{
    assert_int_equal(v.verified, NO);
    assert_int_equal(v.error, error);
    assert_string_equal(v.reason, X509_verify_cert_error_string(error));
}

static void a_good_chain_in_any_order(void **state)
{
    (void)state;
    const struct slice with_root[] = {leaf.slice, root.slice, middle.slice};

    assert_good(judge_one(store, &leaf, &middle, NOW));
    assert_good(judge(store, with_root, 3, NOW, ""));
}

static void the_time_is_that_of_the_capture(void **state)
{
    (void)state;
    struct issued old = issue(&(struct request){.subject = "o", .to = FROM + 10}, &middle);
    struct issued early = issue(&(struct request){.subject = "e", .from = TO - 10}, &middle);

    assert_good(judge_one(store, &old, &middle, FROM + 5));
    assert_bad(judge_one(store, &old, &middle, NOW), X509_V_ERR_CERT_HAS_EXPIRED);
    assert_bad(judge_one(store, &early, &middle, NOW), X509_V_ERR_CERT_NOT_YET_VALID);
    assert_good(judge_one(store, &early, &middle, TO - 5));
    issued_free(&old);
    issued_free(&early);
}

/* What is remembered must not differ from what a fresh store says, at any second of a boundary. */
static void remembered_verdicts_hold_to_the_second(void **state)
{
    (void)state;
    static const long edges[] = {FROM, FROM + 20, FROM + 40, TO};
    struct issued c = issue(&(struct request){.subject = "c", .from = FROM + 20, .to = FROM + 40},
                            &middle);
    const struct slice chain[] = {c.slice, middle.slice};

    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
            for (long at = edges[i] - 3; at <= edges[i] + 3; at++) {
                struct trust *fresh = open_with(&root);
                struct chain_verdict a = judge(fresh, chain, 2, at, "");
                struct chain_verdict b = judge(store, chain, 2, at, "");
                assert_memory_equal(&a, &b, sizeof a);
                assert_int_equal(a.verified == YES, at >= FROM + 20 && at < FROM + 40);
                trust_free(&fresh);
            }
    issued_free(&c);
}

/* More chains than are remembered. */
static void forgetting_changes_nothing(void **state)
{
    (void)state;
    const struct slice chain[] = {leaf.slice, middle.slice};
    char name[32];

    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < (int)BOUND_CHAINS + 200; i += pass ? 25 : 1) {
            snprintf(name, sizeof name, "n%d.%s", i, i % 3 ? "wild.example" : "example");
            struct chain_verdict v;
            chain_verify(store, NULL, chain, 2, NOW, name, &v);
            assert_int_equal(v.verified, YES);
            assert_int_equal(v.named, tri_of(i % 3));
        }
}

static void who_is_not_known_is_not_trusted(void **state)
{
    (void)state;
    struct issued other = issue(&(struct request){.subject = "Other", .authority = true}, NULL);
    struct issued stray = issue(&(struct request){.subject = "s"}, &other);
    struct issued self = issue(&(struct request){.subject = "self"}, NULL);

    assert_bad(judge_one(store, &leaf, NULL, NOW),
               X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY); /* the middle one is missing */
    assert_bad(judge_one(store, &stray, &other, NOW), X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN);
    assert_bad(judge_one(store, &self, NULL, NOW), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
    issued_free(&other);
    issued_free(&stray);
    issued_free(&self);
}

static void an_operator_may_trust_less_than_a_root(void **state)
{
    (void)state;
    struct issued self = issue(&(struct request){.subject = "self"}, NULL);
    const struct issued *const trusted[] = {&middle, &leaf, &self};

    for (int i = 0; i < 3; i++) {
        struct trust *t = open_with(trusted[i]);
        assert_good(judge_one(t, i == 2 ? &self : &leaf, NULL, NOW));
        trust_free(&t);
    }
    issued_free(&self);
}

static void an_authority_must_say_so(void **state)
{
    (void)state;
    struct issued none = issue(&(struct request){.subject = "No authority"}, &root);
    struct issued under = issue(&(struct request){.subject = "u"}, &none);

    assert_bad(judge_one(store, &under, &none, NOW), X509_V_ERR_INVALID_CA);
    issued_free(&none);
    issued_free(&under);
}

static void a_forged_signature_does_not_verify(void **state)
{
    (void)state;
    struct issued forged = issue(&(struct request){.subject = "Middle", .authority = true}, &root);
    struct issued under = issue(&(struct request){.subject = "u"}, &forged);

    assert_bad(judge_one(store, &under, &middle, NOW), X509_V_ERR_CERT_SIGNATURE_FAILURE);
    issued_free(&forged);
    issued_free(&under);
}

/* Old algorithms are a finding of their own: the chain is good. */
static void weak_keys_and_signatures_verify(void **state)
{
    (void)state;
    EVP_PKEY *rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024);
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    struct request ca = {.subject = "Weak", .authority = true, .key = rsa};
    struct issued weak = issue(&ca, NULL);
    struct trust *t = open_with(&weak);
    const struct request kinds[] = {{.subject = "a", .digest = EVP_sha1(), .key = rsa},
                                    {.subject = "b", .digest = EVP_md5()},
                                    {.subject = "c", .pss = true},
                                    {.subject = "d", .key = edwards}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct issued c = issue(&kinds[i], &weak);
        assert_good(judge_one(t, &c, NULL, NOW));
        issued_free(&c);
    }
    trust_free(&t);
    issued_free(&weak);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(edwards);
}

/* ---- names */

static void expect_name(const struct issued *c, const char *name, tri named, const char *covering)
{
    struct trust *const stores[] = {store, NULL};

    for (int i = 0; i < 2; i++) {
        struct chain_verdict v = judge(stores[i], &c->slice, 1, NOW, name);
        assert_int_equal(v.named, named);
        assert_string_equal(v.covering, covering);
        assert_int_equal(v.verified, stores[i] ? NO : UNKNOWN);
    }
}

static void names_and_addresses(void **state)
{
    (void)state;
    expect_name(&leaf, "mx.example", YES, "mx.example");
    expect_name(&leaf, "MX.Example.", YES, "mx.example");
    expect_name(&leaf, "mx2.example", NO, "");
    expect_name(&leaf, "cn.example", NO, "");
    expect_name(&leaf, "a.wild.example", YES, "*.wild.example");
    expect_name(&leaf, "a.b.wild.example", NO, "");
    expect_name(&leaf, "wild.example", NO, "");
    expect_name(&leaf, "foo.part.example", NO, "");
    expect_name(&leaf, "192.0.2.1", YES, "192.0.2.1");
    expect_name(&leaf, "192.0.2.2", NO, "");
    expect_name(&leaf, "2001:DB8:0::1", YES, "2001:db8::1");
    expect_name(&leaf, "IPv6:2001:db8::1", YES, "2001:db8::1");
    expect_name(&leaf, "2001:db8::2", NO, "");
}

static void what_is_no_name_is_not_looked_for(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        ".",
        "..",
        ".example",
        "*.wild.example",
        "a..wild.example",
        "mx.example..",
        "mx example",
        "mx.example\\x00",
        "m\xc3\xbc.wild.example",
    };
    char longest[2 * BOUND_NAME];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        expect_name(&leaf, names[i], UNKNOWN, "");
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    expect_name(&leaf, longest, UNKNOWN, "");
}

static void the_common_name_never_counts(void **state)
{
    (void)state;
    struct issued c = issue(&(struct request){.subject = "cn.example"}, &middle);

    expect_name(&c, "cn.example", NO, "");
    issued_free(&c);
}

static void a_nul_in_a_name_ends_nothing(void **state)
{
    (void)state;
    struct issued c = issue(&(struct request){.subject = "n", .names = "DNS:mx.exampleZ.evil"},
                            &middle);
    struct cert_facts f;

    issued_replace(&c, "mx.exampleZ.evil", "mx.example\0.evil", middle.key);
    assert_true(cert_read(c.slice, &f));
    assert_string_equal(f.names, "mx.example\\x00.evil");
    expect_name(&c, "mx.example", NO, "");
    assert_good(judge_one(store, &c, &middle, NOW));
    issued_free(&c);
}

/* ---- hostile chains */

static void what_does_not_parse(void **state)
{
    (void)state;
    const struct slice broken[] = {slice_of("no certificate"), leaf.slice, middle.slice};
    const struct slice later[] = {leaf.slice, slice_of("no certificate"), {NULL, 0}, middle.slice};
    static const struct chain_verdict nothing;
    struct chain_verdict v = judge(store, broken, 3, NOW, "mx.example");

    assert_memory_equal(&v, &nothing, sizeof v);
    v = judge(store, NULL, 0, NOW, "mx.example");
    assert_memory_equal(&v, &nothing, sizeof v);
    assert_good(judge(store, later, 4, NOW, "mx.example"));
}

static void cycles_and_copies_end(void **state)
{
    (void)state;
    EVP_PKEY *key[2] = {EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"),
                        EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")};
    struct request b = {.subject = "B", .authority = true, .key = key[1]};
    struct issued b0 = issue(&b, NULL);
    struct issued a = issue(&(struct request){.subject = "A", .authority = true, .key = key[0]},
                            &b0);
    struct issued b1 = issue(&b, &a), end = issue(&(struct request){.subject = "end"}, &a);
    struct slice chain[2 * BOUND_CHAIN] = {end.slice};

    for (unsigned i = 1; i < 2 * BOUND_CHAIN; i++)
        chain[i] = i % 2 ? a.slice : b1.slice;
    assert_int_equal(judge(store, chain, 2 * BOUND_CHAIN, NOW, "").verified, NO);
    for (unsigned i = 0; i < 2 * BOUND_CHAIN; i++)
        chain[i] = leaf.slice;
    assert_int_equal(judge(store, chain, 2 * BOUND_CHAIN, NOW, "").verified, NO);
    chain[1] = middle.slice;
    assert_good(judge(store, chain, 2 * BOUND_CHAIN, NOW, ""));
    issued_free(&a);
    issued_free(&b0);
    issued_free(&b1);
    issued_free(&end);
    EVP_PKEY_free(key[0]);
    EVP_PKEY_free(key[1]);
}

/* ---- stores */

static void expect_no_store(const char *path, const char *because)
{
    struct err e = {0};

    assert_null(trust_open(path, &e));
    if (!strstr(e.text, because))
        fail_msg("\"%s\" does not say \"%s\"", e.text, because);
    assert_int_equal(ERR_peek_error(), 0);
}

static void stores_that_cannot_be_opened(void **state)
{
    (void)state;
    char file[64], directory[] = "/tmp/mailtap-dir-XXXXXX";

    expect_no_store("/nowhere/at.all", "No such file");
    write_pem(file, NULL, 0);
    expect_no_store(file, "no certificates in PEM");
    unlink(file);
    assert_non_null(mkdtemp(directory));
    expect_no_store(directory, "openssl rehash");
    setenv("SSL_CERT_FILE", "/nowhere/file", 1);
    setenv("SSL_CERT_DIR", "/nowhere/one:/nowhere/two", 1);
    expect_no_store(NULL, "ca-certificates");
    rmdir(directory);
}

static void a_hashed_directory(void **state)
{
    (void)state;
    char file[64], hashed[96], directory[] = "/tmp/mailtap-dir-XXXXXX";
    const struct issued *const trusted[] = {&root};
    struct err e = {0};

    assert_non_null(mkdtemp(directory));
    write_pem(file, trusted, 1);
    snprintf(hashed, sizeof hashed, "%s/%08lx.0", directory, X509_subject_name_hash(root.x));
    assert_int_equal(rename(file, hashed), 0);
    setenv("SSL_CERT_FILE", "/nowhere/file", 1);
    setenv("SSL_CERT_DIR", directory, 1);
    for (int i = 0; i < 2; i++) { /* by its name, and as the default place */
        struct trust *t = trust_open(i ? NULL : directory, &e);
        assert_non_null(t);
        assert_string_equal(e.text, "");
        for (long at = NOW; at < NOW + 3; at++)
            assert_good(judge_one(t, &leaf, &middle, at));
        assert_bad(judge_one(t, &leaf, &middle, TO + 1), X509_V_ERR_CERT_HAS_EXPIRED);
        trust_free(&t);
    }
    unlink(hashed);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_chain_in_any_order),
        cmocka_unit_test(the_time_is_that_of_the_capture),
        cmocka_unit_test(remembered_verdicts_hold_to_the_second),
        cmocka_unit_test(forgetting_changes_nothing),
        cmocka_unit_test(who_is_not_known_is_not_trusted),
        cmocka_unit_test(an_operator_may_trust_less_than_a_root),
        cmocka_unit_test(an_authority_must_say_so),
        cmocka_unit_test(a_forged_signature_does_not_verify),
        cmocka_unit_test(weak_keys_and_signatures_verify),
        cmocka_unit_test(names_and_addresses),
        cmocka_unit_test(what_is_no_name_is_not_looked_for),
        cmocka_unit_test(the_common_name_never_counts),
        cmocka_unit_test(a_nul_in_a_name_ends_nothing),
        cmocka_unit_test(what_does_not_parse),
        cmocka_unit_test(cycles_and_copies_end),
        cmocka_unit_test(stores_that_cannot_be_opened),
        cmocka_unit_test(a_hashed_directory),
    };
    return cmocka_run_group_tests_name("chain", tests, set_up, tear_down);
}
