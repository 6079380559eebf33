/* test_options.c - one table: what is parsed from it and what its help says. */
#include "test.h"

#include "../../cli/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct values {
    bool flag;
    const char *text;
    struct option_list list;
    uint64_t number;
    unsigned choice;
};

static const char *const choices[] = {"box", "csv", "json", NULL};

static const struct option_row rows[] = {
    {'q', "quiet", NULL, "say nothing", OPTION_FLAG, offsetof(struct values, flag), NULL, 0, 0},
    {'d', "database", "DB", "the database to write, which is made when it is not there yet",
     OPTION_TEXT, offsetof(struct values, text), NULL, 0, 0},
    {'r', "read", "FILE", "a file", OPTION_LIST, offsetof(struct values, list), NULL, 0, 0},
    {0, "max-flows", "NUMBER", "connections held", OPTION_NUMBER, offsetof(struct values, number),
     NULL, 1, 1000},
    {'F', "format", "FORMAT", "how to print", OPTION_CHOICE, offsetof(struct values, choice),
     choices, 0, 0},
};

static const struct option_table table = {
    .command = "demo",
    .usage = "-d DB [options] FILE...",
    .summary = "Does something that takes more than one line to say, so that the line has to be "
               "broken somewhere.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

#define ARGUMENTS(...)                                                                             \
    (const char *[])                                                                               \
    {                                                                                              \
        "demo", __VA_ARGS__, NULL                                                                  \
    }

/* Parses; what was printed is in `said`. */
static char said[4096];
static char *argv_kept[16];

static enum options_outcome parse(const char **given, struct values *v, int *operands_r)
{
    int argc = 0, to[2], out = dup(1), err = dup(2);

    for (; given[argc]; argc++)
        argv_kept[argc] = strdup(given[argc]);
    argv_kept[argc] = NULL;
    assert_int_equal(pipe(to), 0);
    fflush(NULL);
    dup2(to[1], 1);
    dup2(to[1], 2);
    *v = (struct values){.number = 7};
    enum options_outcome outcome = options_read(&table, argc, argv_kept, v, operands_r);
    fflush(NULL);
    dup2(out, 1);
    dup2(err, 2);
    close(out);
    close(err);
    close(to[1]);
    ssize_t n = read(to[0], said, sizeof said - 1);
    said[n < 0 ? 0 : n] = '\0';
    close(to[0]);
    return outcome;
}

static void forget(struct values *v)
{
    options_free(&table, v);
    for (int i = 0; argv_kept[i]; i++)
        free(argv_kept[i]);
}

static void every_kind_is_read(void **state)
{
    (void)state;
    struct values v;
    int at;

    assert_int_equal(parse(ARGUMENTS("-q", "-d", "a.db", "one", "-r", "f1", "--read=f2", "two",
                                     "--max-flows", "1000", "--format", "json"),
                           &v, &at),
                     OPTIONS_READ);
    assert_true(v.flag);
    assert_string_equal(v.text, "a.db");
    assert_int_equal(v.list.count, 2);
    assert_string_equal(v.list.items[0], "f1");
    assert_string_equal(v.list.items[1], "f2");
    assert_int_equal(v.number, 1000);
    assert_int_equal(v.choice, 2);
    assert_string_equal(argv_kept[at], "one");
    assert_string_equal(argv_kept[at + 1], "two");
    assert_null(argv_kept[at + 2]);
    assert_string_equal(said, "");
    forget(&v);
}

static void defaults_stay(void **state)
{
    (void)state;
    struct values v;
    int at;

    assert_int_equal(parse(ARGUMENTS("--", "-q"), &v, &at), OPTIONS_READ);
    assert_false(v.flag);
    assert_null(v.text);
    assert_int_equal(v.number, 7);
    assert_string_equal(argv_kept[at], "-q");
    forget(&v);
}

static void names_may_be_shortened(void **state)
{
    (void)state;
    struct values v;
    int at;

    assert_int_equal(parse(ARGUMENTS("--max=3", "--data", "x", "-qrf"), &v, &at), OPTIONS_READ);
    assert_int_equal(v.number, 3);
    assert_string_equal(v.text, "x");
    assert_string_equal(v.list.items[0], "f");
    assert_true(v.flag);
    forget(&v);
}

static void wrong_use_says_what_and_where_help_is(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"--no-such", NULL, "'--no-such'"},
        {"-x", NULL, "'-x'"},
        {"-qx", NULL, "'-x'"},
        {"-d", NULL, "--database needs DB"},
        {"--database", NULL, "--database needs DB"},
        {"--quiet=1", NULL, "--quiet takes nothing"},
        {"--max-flows", "0", "from 1 to 1000, not '0'"},
        {"--max-flows", "1001", "not '1001'"},
        {"--max-flows", "-1", "not '-1'"},
        {"--max-flows", "1x", "not '1x'"},
        {"--max-flows", "", "not ''"},
        {"--max-flows", "99999999999999999999999", "from 1 to 1000"},
        {"--format", "xml", "box, csv, json, not 'xml'"},
        {"--format", "cs", "not 'cs'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct values v;
        int at;
        assert_int_equal(parse(ARGUMENTS("-r", "f", cases[i][0], cases[i][1]), &v, &at),
                         OPTIONS_WRONG);
        assert_null(v.list.items);
        if (!strstr(said, cases[i][2]) || strncmp(said, "mailtap demo: ", 14) != 0)
            fail_msg("'%s' without '%s'", said, cases[i][2]);
        assert_non_null(strstr(said, "\ntry 'mailtap demo --help'\n"));
        forget(&v);
    }
}

static void help_comes_from_the_table(void **state)
{
    (void)state;
    struct values v;
    int at;

    for (int letter = 0; letter < 2; letter++) {
        assert_int_equal(parse(ARGUMENTS("-q", letter ? "-h" : "--help"), &v, &at), OPTIONS_HELP);
        forget(&v);
    }
    assert_string_equal(
        said, "usage: mailtap demo -d DB [options] FILE...\n"
              "\n"
              "Does something that takes more than one line to say, so that the line has to be\n"
              "broken somewhere.\n"
              "\n"
              "Options:\n"
              "  -q, --quiet             say nothing\n"
              "  -d, --database DB       the database to write, which is made when it is not\n"
              "                          there yet\n"
              "  -r, --read FILE         a file\n"
              "      --max-flows NUMBER  connections held\n"
              "  -F, --format FORMAT     how to print: box (default), csv, json\n"
              "  -h, --help              show this help and end\n");
}

static void an_empty_table_has_help_too(void **state)
{
    (void)state;
    const struct option_table none = {.command = "none", .usage = "DB", .summary = "Nothing."};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    options_help(&none, out);
    fclose(out);
    assert_non_null(strstr(text, "  -h, --help"));
    free(text);
}

static void groups_have_headings(void **state)
{
    (void)state;
    static const struct option_row grouped[] = {
        {.letter = 'q', .name = "quiet", .kind = OPTION_FLAG, .help = "say nothing"},
        {.letter = 'i',
         .name = "interface",
         .argument = "IFACE",
         .kind = OPTION_LIST,
         .help = "capture here"},
        {.name = "watch", .kind = OPTION_FLAG, .help = "show what is seen"},
        {.name = "idle", .argument = "N", .kind = OPTION_NUMBER, .help = "silence"},
    };
    static const struct option_group groups[] = {{"idle", "Limits"},
                                                 {"interface", "Live interfaces"}};
    struct option_table some = {
        .command = "demo", .usage = "DB", .summary = "Short.", .groups = groups, .group_count = 2};
    char text[2048];

    for (unsigned from = 0; from < 2; from++) {
        FILE *out = fmemopen(text, sizeof text, "w");
        assert_non_null(out);
        some.rows = grouped + from; /* also where every option has a group */
        some.count = 4 - from;
        options_help(&some, out);
        fclose(out);
        assert_string_equal(strstr(text, "Options:"),
                            from ? "Options:\n"
                                   "  -h, --help             show this help and end\n"
                                   "\n"
                                   "Live interfaces:\n"
                                   "  -i, --interface IFACE  capture here\n"
                                   "      --watch            show what is seen\n"
                                   "\n"
                                   "Limits:\n"
                                   "      --idle N           silence\n"
                                 : "Options:\n"
                                   "  -q, --quiet            say nothing\n"
                                   "  -h, --help             show this help and end\n"
                                   "\n"
                                   "Live interfaces:\n"
                                   "  -i, --interface IFACE  capture here\n"
                                   "      --watch            show what is seen\n"
                                   "\n"
                                   "Limits:\n"
                                   "      --idle N           silence\n");
    }
}

static void a_list_of_an_earlier_reading_is_replaced(void **state)
{
    (void)state;
    char *first[] = {"demo", "-r", "a", "-r", "b", "-d", "one", NULL};
    char *second[] = {"demo", "-r", "c", "-r", "d", "-r", "e", NULL}, *none[] = {"demo", NULL};
    struct values v = {.number = 7};
    int at;

    assert_int_equal(options_read(&table, 7, first, &v, &at), OPTIONS_READ);
    assert_int_equal(options_read(&table, 1, none, &v, &at), OPTIONS_READ);
    assert_int_equal(v.list.count, 2);
    assert_int_equal(options_read(&table, 7, second, &v, &at), OPTIONS_READ);
    assert_int_equal(v.list.count, 3);
    assert_string_equal(v.list.items[0], "c");
    assert_string_equal(v.list.items[2], "e");
    assert_string_equal(v.text, "one");
    options_free(&table, &v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(defaults_stay),
        cmocka_unit_test(names_may_be_shortened),
        cmocka_unit_test(wrong_use_says_what_and_where_help_is),
        cmocka_unit_test(help_comes_from_the_table),
        cmocka_unit_test(an_empty_table_has_help_too),
        cmocka_unit_test(groups_have_headings),
        cmocka_unit_test(a_list_of_an_earlier_reading_is_replaced),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
