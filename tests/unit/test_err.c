/* test_err.c - sentences, and memory that cannot fail. */
#include "test.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_sentence_is_formatted_and_bounded(void **state)
{
    struct err e = {""};
    char long_name[1000];

    (void)state;
    assert_int_equal(err_set(&e, "%s: frame %d is cut", "a.pcap", 7), -1);
    assert_string_equal(e.text, "a.pcap: frame 7 is cut");
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_int_equal(err_set(&e, "%s", long_name), -1);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

static void memory_is_zeroed_and_grows(void **state)
{
    unsigned char *p = must_alloc(4, 8);

    (void)state;
    for (int i = 0; i < 32; i++)
        assert_int_equal(p[i], 0);
    memset(p, 7, 32);
    p = must_grow(p, 100, 8);
    assert_int_equal(p[31], 7);
    free(p);
    free(must_alloc(0, 8)); /* nothing asked is still a pointer */
    char *copy = must_copy("text");
    assert_string_equal(copy, "text");
    free(copy);
}

/* Small pieces are taken from where they were left, large ones are not. */
static void memory_that_was_used_is_zeroed(void **state)
{
    static const unsigned long sizes[] = {1, 24, 1023, 1024, 1025, 4096};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *p = must_alloc(1, sizes[i]);
        memset(p, 7, sizes[i]);
        free(p);
        p = must_alloc(sizes[i], 1);
        for (unsigned long k = 0; k < sizes[i]; k++)
            assert_int_equal(p[k], 0);
        free(p);
    }
}

/* In a child: the overflow of count and size is an end with status 1, not a small block. */
static int status_of(void (*run)(void))
{
    int status = -1;
    pid_t child = fork();

    if (child == 0) {
        close(STDERR_FILENO);
        run();
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void what_grows_keeps_its_octets(void **state)
{
    (void)state;
    unsigned long room = 0;
    char *p = must_grow_wiped(NULL, 0, &room, 5, 8);

    assert_int_equal(room, 8);
    memcpy(p, "secret", 6);
    p = must_grow_wiped(p, 6, &room, 33, 8);
    assert_int_equal(room, 64);
    assert_memory_equal(p, "secret", 7); /* and zero behind it */
    free(p);
}

static void grow_too_much(void)
{
    free(must_grow(NULL, (unsigned long)-1, 2));
}

static void alloc_too_much(void)
{
    free(must_alloc(2, (unsigned long)-1));
}

static void without_memory_the_program_ends(void **state)
{
    (void)state;
    assert_int_equal(status_of(grow_too_much), 1);
    assert_int_equal(status_of(alloc_too_much), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_is_formatted_and_bounded),
        cmocka_unit_test(memory_is_zeroed_and_grows),
        cmocka_unit_test(memory_that_was_used_is_zeroed),
        cmocka_unit_test(what_grows_keeps_its_octets),
        cmocka_unit_test(without_memory_the_program_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
