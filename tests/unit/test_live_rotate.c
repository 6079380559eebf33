/* test_live_rotate.c - names of databases that follow each other, and the link to the last. */
#include "test.h"

#include "../../cli/live.h"
#include "sample.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* 2026-11-27T17:30:00Z */
#define AT INT64_C(1795800600)
#define S INT64_C(1000000000)

static void periods_are_durations(void **state)
{
    (void)state;
    assert_int_equal(rotate_period("6h"), 21600);
    assert_int_equal(rotate_period("0d"), 0);
    assert_int_equal(rotate_period("6"), 0);
}

static void expect_name(const char *database, int64_t at_ns, const char *want)
{
    char *name = rotate_name(database, at_ns);

    assert_string_equal(name, want);
    free(name);
}

static void names_have_the_time_before_their_extension(void **state)
{
    (void)state;
    expect_name("mail.db", AT * S, "mail-20261127T173000Z.db");
    expect_name("mail.db", AT * S + S - 1, "mail-20261127T173000Z.db");
    expect_name("mail", AT * S, "mail-20261127T173000Z");
    expect_name("/no/such.d/mail", AT * S, "/no/such.d/mail-20261127T173000Z");
    expect_name("/no/such.d/a.b.db", AT * S, "/no/such.d/a.b-20261127T173000Z.db");
    expect_name("./mail.db", AT * S, "./mail-20261127T173000Z.db");
    expect_name(".hidden", AT * S, ".hidden-20261127T173000Z");
    expect_name("/no/.hidden.db", AT * S, "/no/.hidden-20261127T173000Z.db");
    expect_name("mail.", AT * S, "mail-20261127T173000Z.");
    expect_name("100%s.db", AT * S, "100%s-20261127T173000Z.db");
}

static char *in(void **state, const char *name)
{
    return strdup(sample_path(state, name));
}

static void make_file(const char *path)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs("mine", f);
    fclose(f);
}

static bool is_mine(const char *path)
{
    char text[8] = "";
    FILE *f = fopen(path, "r");

    if (!f)
        return false;
    assert_int_equal(fread(text, 1, sizeof text - 1, f), 4);
    fclose(f);
    return strcmp(text, "mine") == 0;
}

static void twice_in_a_second_there_is_a_number(void **state)
{
    char *database = in(state, "twice.db"), *first = rotate_name(database, AT * S);

    make_file(first);
    char *second = rotate_name(database, AT * S);
    assert_string_equal(second, sample_path(state, "twice-20261127T173000Z-2.db"));
    assert_int_equal(symlink("nowhere", second), 0); /* taken as well */
    char *third = rotate_name(database, AT * S);
    assert_string_equal(third, sample_path(state, "twice-20261127T173000Z-3.db"));
    free(database);
    free(first);
    free(second);
    free(third);
}

static void expect_link(const char *database, const char *to)
{
    char target[512] = "", *file = NULL;
    struct err e = {""};

    assert_true(readlink(database, target, sizeof target - 1) > 0);
    assert_string_equal(target, strrchr(to, '/') + 1);
    assert_int_equal(rotate_linked(database, &file, &e), 0);
    assert_non_null(file);
    assert_string_equal(file, to);
    free(file);
}

static void the_link_leads_to_the_last(void **state)
{
    char *database = in(state, "link.db"), *one = in(state, "link-1.db"), *file = database;
    char *two = in(state, "link-2.db"), *beside = in(state, "link-next.db");
    struct err e = {""};

    assert_int_equal(rotate_linked(database, &file, &e), 0);
    assert_null(file);
    make_file(one);
    make_file(two);
    assert_int_equal(rotate_link(database, one, &e), 0);
    expect_link(database, one);
    assert_int_equal(rotate_link(database, two, &e), 0);
    expect_link(database, two);
    /* What a run that died between two steps left behind is no obstacle. */
    assert_int_equal(symlink("link-1.db", beside), 0);
    assert_int_equal(rotate_link(database, one, &e), 0);
    expect_link(database, one);
    assert_int_equal(access(beside, F_OK), -1);
    assert_true(is_mine(one) && is_mine(two));
    /* What it led to was moved away. */
    assert_int_equal(unlink(one), 0);
    assert_int_equal(rotate_linked(database, &file, &e), 0);
    assert_null(file);
    free(database);
    free(one);
    free(two);
    free(beside);
}

/* Whoever opens the database while it is replaced finds one or the other. */
static void it_is_there_at_every_moment(void **state)
{
    char *database = in(state, "always.db"), *one = in(state, "always-1.db");
    char *two = in(state, "always-2.db");
    struct err e = {""};

    make_file(one);
    make_file(two);
    assert_int_equal(rotate_link(database, one, &e), 0);
    pid_t child = fork();
    if (child == 0) {
        for (;;)
            rotate_link(database, two, &e), rotate_link(database, one, &e);
    }
    for (unsigned i = 0; i < 20000; i++)
        if (access(database, R_OK) < 0)
            break;
    int found = access(database, R_OK);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(found, 0);
    free(database);
    free(one);
    free(two);
}

static void files_of_others_are_left_alone(void **state)
{
    char *database = in(state, "file.db"), *to = in(state, "file-1.db"), *file = NULL;
    char *beside = in(state, "file-next.db"), *folder = in(state, "folder.db");
    struct err e = {""};

    make_file(database);
    make_file(to);
    assert_int_equal(rotate_linked(database, &file, &e), -1);
    assert_null(file);
    assert_non_null(strstr(e.text, "file.db is there and no link"));
    /* put there while it ran */
    assert_int_equal(rotate_link(database, to, &e), -1);
    assert_true(is_mine(database));
    assert_int_equal(unlink(database), 0);
    make_file(beside);
    assert_int_equal(rotate_link(database, to, &e), -1);
    assert_non_null(strstr(e.text, "file-next.db"));
    assert_true(is_mine(beside));
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(rotate_linked(folder, &file, &e), -1);
    assert_int_equal(rotate_link(folder, to, &e), -1);
    assert_int_equal(rotate_link("/no/such/folder.db", "/no/such/folder-1.db", &e), -1);
    assert_non_null(strstr(e.text, "/no/such/folder.db cannot be made a link to folder-1.db"));
    free(database);
    free(to);
    free(beside);
    free(folder);
}

static void a_link_that_leads_elsewhere_is_none_of_ours(void **state)
{
    static const char *const targets[] = {"/etc/hostname", "sub/there.db", "../there.db", "gone.db",
                                          "elsewhere.db"};
    char *database = in(state, "elsewhere.db"), *folder = in(state, "sub");
    char *there = in(state, "sub/there.db");
    struct err e = {""};

    assert_int_equal(mkdir(folder, 0700), 0);
    make_file(there);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char *file = there;
        unlink(database);
        assert_int_equal(symlink(targets[i], database), 0);
        assert_int_equal(rotate_linked(database, &file, &e), 0);
        assert_null(file);
    }
    assert_true(is_mine(there));
    free(database);
    free(folder);
    free(there);
}

static void one_that_is_being_written_is_known(void **state)
{
    char *file = in(state, "written.db");

    assert_false(rotate_written(file)); /* it is not there */
    make_file(file);
    assert_false(rotate_written(file));
    int fd = open(file, O_RDONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0); /* as store_open() does */
    assert_true(rotate_written(file));
    close(fd);
    assert_false(rotate_written(file));
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_durations),
        cmocka_unit_test(names_have_the_time_before_their_extension),
        cmocka_unit_test(twice_in_a_second_there_is_a_number),
        cmocka_unit_test(the_link_leads_to_the_last),
        cmocka_unit_test(it_is_there_at_every_moment),
        cmocka_unit_test(files_of_others_are_left_alone),
        cmocka_unit_test(a_link_that_leads_elsewhere_is_none_of_ours),
        cmocka_unit_test(one_that_is_being_written_is_known),
    };

    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
