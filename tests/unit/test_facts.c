/* test_facts.c - copies of facts: whole, of their own, and wiped. */
#include "test.h"

#include "facts_compare.h"
#include "sample.h"

#include <mailtap/facts.h>
#include <stdlib.h>
#include <string.h>

static void *owned(const void *p, size_t octets, size_t room)
{
    void *copy = calloc(1, room);

    assert_non_null(copy);
    memcpy(copy, p, octets);
    return copy;
}

/* What a session owns when its facts are told. */
static struct facts session_facts(void)
{
    struct facts f = sample_facts();

    f.addresses = owned(f.addresses, f.address_count * sizeof *f.addresses,
                        BOUND_ADDRESSES * sizeof *f.addresses);
    f.kept = owned(f.kept, f.kept_count * sizeof *f.kept, BOUND_KEPT * sizeof *f.kept);
    f.content = owned(f.content, sizeof *f.content, sizeof *f.content);
    f.chain = owned(f.chain, f.chain_length * sizeof *f.chain, BOUND_CHAIN * sizeof *f.chain);
    for (uint32_t i = 0; i < f.chain_length; i++)
        f.chain[i].der = slice_of("borrowed from the observer");
    return f;
}

static void assert_is_the_sample(const struct facts *f)
{
    const struct facts want = sample_facts();
    const char *differs = facts_difference(&want, f);

    if (differs)
        fail_msg("%s differs", differs);
    assert_int_equal(f->address_count, want.address_count);
    assert_string_equal(f->addresses[0].path, SAMPLE_SENDER "@A.Example");
    assert_string_equal(f->addresses[1].path, SAMPLE_RECIPIENT "@b.example");
    assert_int_equal(f->kept_count, 1);
    assert_string_equal(f->kept[0].text, "A subject");
    assert_int_equal(f->chain_length, 2);
    for (uint32_t i = 0; i < f->chain_length; i++) {
        assert_memory_equal(f->chain[i].facts.sha256, want.chain[i].facts.sha256, 65);
        assert_null(f->chain[i].der.p);
        assert_int_equal(f->chain[i].der.n, 0);
    }
    assert_int_equal(f->content->media_kinds, 2);
    assert_string_equal(f->content->media[1].type, "application/pdf");
    assert_int_equal(f->content->received, 3);
}

static void a_copy_owns_everything(void **state)
{
    size_t octets = 0, again = 0;
    (void)state;

    struct facts *original = must_alloc(1, sizeof *original);
    *original = session_facts();
    struct facts *copy = facts_copy(original, &octets);
    assert_ptr_not_equal(copy->addresses, original->addresses);
    assert_ptr_not_equal(copy->kept, original->kept);
    assert_ptr_not_equal(copy->content, original->content);
    assert_ptr_not_equal(copy->chain, original->chain);
    facts_free(original);
    memset(original, 0xa5, sizeof *original);
    free(original);
    assert_is_the_sample(copy);
    struct facts *second = facts_copy(copy, &again);
    facts_free_copy(&copy);
    assert_null(copy);
    facts_free_copy(&copy);
    assert_is_the_sample(second);
    assert_int_equal(octets, again);
    facts_free_copy(&second);
}

static void its_size_is_what_it_takes_up(void **state)
{
    const struct facts none = {.vlan = -1};
    struct facts f = session_facts();
    size_t octets;
    (void)state;

    struct facts *copy = facts_copy(&f, &octets);
    assert_int_equal(octets, sizeof f + 2 * sizeof *f.addresses + sizeof *f.kept +
                                 sizeof *f.content + 2 * sizeof *f.chain);
    facts_free_copy(&copy);
    /* Rooms made in advance, with nothing in them yet. */
    f.address_count = f.kept_count = f.chain_length = 0;
    copy = facts_copy(&f, &octets);
    assert_int_equal(octets, sizeof f + sizeof *f.content);
    assert_null(copy->addresses);
    assert_null(copy->kept);
    assert_null(copy->chain);
    assert_non_null(copy->content);
    facts_free_copy(&copy);
    facts_free(&f);
    copy = facts_copy(&none, &octets);
    assert_int_equal(octets, sizeof none);
    assert_memory_equal(copy, &none, sizeof none);
    facts_free_copy(&copy);
}

static void all_its_times_are_moved(void **state)
{
    struct facts f = sample_facts();
    const struct facts before = f;
    (void)state;

    for (unsigned i = 0; i < BOUND_CONFLICTS; i++)
        f.conflict[i].at_ns = before.started_ns + i;
    facts_shift(&f, -3600 * INT64_C(1000000000));
    assert_int_equal(before.started_ns - f.started_ns, 3600 * INT64_C(1000000000));
    assert_int_equal(before.ended_ns - f.ended_ns, 3600 * INT64_C(1000000000));
    for (unsigned i = 0; i < BOUND_CONFLICTS; i++)
        assert_int_equal(f.conflict[i].at_ns,
                         (i < 2 ? f.started_ns : before.started_ns) + (int64_t)i);
    assert_int_equal(f.cert.not_before, before.cert.not_before); /* no time of this capture */
    assert_int_equal(f.cert.not_after, before.cert.not_after);
    facts_shift(&f, 3600 * INT64_C(1000000000));
    assert_int_equal(f.started_ns, before.started_ns);
    assert_int_equal(f.ended_ns, before.ended_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_owns_everything),
        cmocka_unit_test(its_size_is_what_it_takes_up),
        cmocka_unit_test(all_its_times_are_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
