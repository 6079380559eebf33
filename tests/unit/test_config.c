/* test_config.c - configuration files: what is taken from them, what is refused, and what counts. */
#include "test.h"

#include "../../cli/config.h"

#include <mailtap/bounds.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct values {
    struct option_list interfaces, files;
    const char *database, *config;
    uint64_t flows;
    unsigned format;
    bool verbose, quiet;
};

static const char *const formats[] = {"box", "csv", NULL};

#define ROW(long_name, of, is, member)                                                             \
    .name = long_name, .argument = of, .kind = is, .at = offsetof(struct values, member)

static const struct option_row rows[] = {
    {.letter = 'i', ROW("interface", "IFACE", OPTION_LIST, interfaces)},
    {.letter = 'd', ROW("database", "DB", OPTION_TEXT, database)},
    {.letter = 'r', ROW("read", "FILE", OPTION_LIST, files)},
    {.letter = 'C', ROW("config", "FILE", OPTION_TEXT, config)},
    {.letter = 'F', ROW("format", "FORMAT", OPTION_CHOICE, format), .choices = formats},
    {ROW("max-flows", "N", OPTION_NUMBER, flows), .least = 16, .most = 1000},
    {.letter = 'v', ROW("verbose", NULL, OPTION_FLAG, verbose)},
    {.letter = 'q', ROW("quiet", NULL, OPTION_FLAG, quiet)},
};

static const struct option_table table = {
    .command = "demo", .rows = rows, .count = sizeof rows / sizeof *rows};

static struct config config;
static struct err e;

static int parse(const char *text)
{
    e.text[0] = '\0';
    return config_parse(&config, &table, "a.conf", slice_of(text), &e);
}

static void a_file_becomes_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        "--interface=eth0", "--interface=eth1", "--database=/var/lib/mail tap/f.db",
        "--max-flows=1000", "--verbose",        "--format=csv",
    };

    assert_int_equal(parse("# comment = x\n"
                           "\n"
                           "   \t\n"
                           "interface = eth0\n"
                           "interface=eth1\n"
                           "\tdatabase \t=  \"/var/lib/mail tap/f.db\"  \n"
                           "  # another\n"
                           "max-flows = 1000\n"
                           "verbose\n"
                           "format = csv"),
                     0);
    assert_int_equal(config.count, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_string_equal(config.words[i], words[i]);
    config_free(&config);
    assert_int_equal(config.count, 0);
    assert_null(config.words);
}

static void values_are_taken_as_they_are(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"database = a # b", "--database=a # b"},
        {"database = a=b", "--database=a=b"},
        {"database = \"\"", "--database="},
        {"database = \" # \"", "--database= # "},
        {"database = a\"b", "--database=a\"b"},
        {"database = \"a\\\"", "--database=a\\"},
        {"database = 'a'", "--database='a'"},
        {"database = $HOME/~", "--database=$HOME/~"},
        {"database = --verbose", "--database=--verbose"},
        {"database = \xc3\xa4\xff", "--database=\xc3\xa4\xff"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(cases[i][0]), 0);
        assert_int_equal(config.count, 1);
        assert_string_equal(config.words[0], cases[i][1]);
        config_free(&config);
    }
}

static void nothing_is_a_file_too(void **state)
{
    (void)state;
    assert_int_equal(config_parse(&config, &table, "a.conf", (struct slice){NULL, 0}, &e), 0);
    assert_int_equal(config.count, 0);
    assert_int_equal(parse("\n\n#"), 0);
    assert_int_equal(config.count, 0);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"verbos", "line 1: there is no option 'verbos'; is 'verbose' meant?"},
        {"\n\nmax-flow = 3", "line 3: there is no option 'max-flow'; is 'max-flows' meant?"},
        {"databsae = x", "line 1: there is no option 'databsae'; is 'database' meant?"},
        {"interf = x", "line 1: there is no option 'interf'; is 'interface' meant?"},
        {"--verbose", "line 1: there is no option '--verbose'; is 'verbose' meant?"},
        {"Verbose", "line 1: there is no option 'Verbose'; is 'verbose' meant?"},
        {"colour = x", "line 1: there is no option 'colour'; see mailtap demo --help"},
        {"v", "line 1: there is no option 'v'; see mailtap demo --help"},
        {"database x", "line 1: there is no option 'database x'; is 'database' meant?"},
        {"[capture]", "line 1: there is no option '[capture]'; see"},
        {"= x", "line 1: no name of an option stands before '='"},
        {"verbose = yes", "line 1: 'verbose' takes no value: it stands alone"},
        {"verbose =", "line 1: 'verbose' takes no value"},
        {"database", "line 1: 'database' needs a value: database = DB"},
        {"database =", "line 1: 'database' has no value behind '='"},
        {"database = \"x", "line 1: the quote that begins the value of 'database' does not end"},
        {"database = \"x\n\"", "line 1: the quote that begins"},
        {"database = \"", "line 1: the quote that begins"},
        {"database = \"x\" # y", "line 1: there is text behind the quoted value of 'database'"},
        {"database = a\n\ndatabase = b", "line 3: 'database' was set in line 1 already"},
        {"quiet\nquiet", "line 2: 'quiet' was set in line 1 already"},
        {"max-flows = 15", "line 1: --max-flows takes a number from 16 to 1000, not '15'"},
        {"max-flows = \"\"", "line 1: --max-flows takes a number from 16 to 1000, not ''"},
        {"format = xml", "line 1: --format is one of box, csv, not 'xml'"},
        {"config = x", "line 1: 'config' cannot be set in a file, only on the command line"},
        {"read = x", "line 1: 'read' cannot be set in a file"},
        {"help", "line 1: 'help' cannot be set in a file"},
        {"verbose\r\nquiet\r\n", "line 1: it ends with CR"},
        {"verbose\n# \x1b[2J", "line 2: octet 3 is a control character (0x1b)"},
        {"database = a\x7f", "line 1: octet 13 is a control character (0x7f)"},
        {"\xef\xbb\xbfverbose", "line 1: there is no option '\xef\xbb\xbfverbose'; see"},
        {"\xff\xfe = 1", "line 1: there is no option '\\xff\\xfe'"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(cases[i][0]), -1);
        if (strncmp(e.text, "a.conf, ", 8) != 0 || !strstr(e.text, cases[i][1]))
            fail_msg("'%s' says '%s', not '%s'", cases[i][0], e.text, cases[i][1]);
        assert_int_equal(config.count, 0);
        assert_null(config.words);
    }
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    static const uint8_t text[] = "verbose\ndatabase = a\0b\n";

    assert_int_equal(
        config_parse(&config, &table, "a.conf", (struct slice){text, sizeof text - 1}, &e), -1);
    assert_string_equal(e.text, "a.conf, line 2: octet 13 is a control character (0x00)");
}

static void long_lines_make_short_messages(void **state)
{
    (void)state;
    char *text = malloc(BOUND_CONFIG_OCTETS + 2);

    memset(text, 0xff, BOUND_CONFIG_OCTETS + 1);
    text[BOUND_CONFIG_OCTETS] = '\0';
    assert_int_equal(parse(text), -1);
    assert_true(strlen(e.text) < 300);
    memset(text, '\n', BOUND_CONFIG_OCTETS);
    assert_int_equal(parse(text), 0);
    memcpy(text, "max-flows = ", 12);
    memset(text + 12, '9', BOUND_CONFIG_OCTETS - 12);
    assert_int_equal(parse(text), -1);
    assert_non_null(strstr(e.text, "takes a number from 16 to 1000, not '999"));
    text[BOUND_CONFIG_OCTETS] = '\n';
    text[BOUND_CONFIG_OCTETS + 1] = '\0';
    assert_int_equal(parse(text), -1);
    assert_string_equal(e.text, "a.conf: longer than 65536 octets");
    free(text);
}

/* ---- files */

static char path[] = "/tmp/test_config.XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(path) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(path);
}

static void write_file(const char *name, const char *text, size_t n)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    for (size_t i = 0; i < n; i++)
        fputs(text, file);
    fclose(file);
}

static void files_are_read(void **state)
{
    (void)state;
    char name[64];

    snprintf(name, sizeof name, "%s/a.conf", path);
    write_file(name, "verbose\ninterface = eth0\n", 1);
    assert_int_equal(config_read(&config, &table, name, &e), 0);
    assert_int_equal(config.count, 2);
    assert_string_equal(config.words[1], "--interface=eth0");
    config_free(&config);
    write_file(name, "0123456789abcdef", 4097);
    assert_int_equal(config_read(&config, &table, name, &e), -1);
    assert_non_null(strstr(e.text, "a.conf: longer than 65536 octets"));
    write_file(name, "#23456789abcdef\n", 4096);
    assert_int_equal(config_read(&config, &table, name, &e), 0);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(config_read(&config, &table, name, &e), -1);
    assert_non_null(strstr(e.text, "a.conf: cannot be opened: No such file"));
    assert_int_equal(config.count, 0);
}

static void what_is_no_plain_file_is_refused_and_not_waited_for(void **state)
{
    (void)state;
    char name[64];

    assert_int_equal(config_read(&config, &table, path, &e), -1);
    assert_non_null(strstr(e.text, ": is no plain file"));
    assert_int_equal(config_read(&config, &table, "/dev/zero", &e), -1);
    assert_non_null(strstr(e.text, ": is no plain file"));
    snprintf(name, sizeof name, "%s/pipe", path);
    assert_int_equal(mkfifo(name, 0600), 0);
    assert_int_equal(config_read(&config, &table, name, &e), -1);
    assert_non_null(strstr(e.text, "pipe: is no plain file"));
    assert_int_equal(unlink(name), 0);
}

/* ---- and the command line */

static enum options_outcome with(const char *text, int argc, const char **argv, struct values *v)
{
    int operands;

    assert_int_equal(parse(text), 0);
    *v = (struct values){.flows = 7};
    return options_read_with(&table, config.words, config.count, argc, (char **)argv, v, &operands);
}

static void forget(struct values *v)
{
    options_free(&table, v);
    config_free(&config);
}

static const char text_of_all[] = "interface = eth0\ninterface = eth1\ndatabase = file.db\n"
                                  "max-flows = 20\nverbose\nformat = csv\n";

static void the_file_counts_where_the_command_line_is_silent(void **state)
{
    (void)state;
    struct values v;

    assert_int_equal(with(text_of_all, 2, (const char *[]){"demo", "-q", NULL}, &v), OPTIONS_READ);
    assert_int_equal(v.interfaces.count, 2);
    assert_string_equal(v.interfaces.items[0], "eth0");
    assert_string_equal(v.interfaces.items[1], "eth1");
    assert_string_equal(v.database, "file.db");
    assert_int_equal(v.flows, 20);
    assert_int_equal(v.format, 1);
    assert_true(v.verbose && v.quiet);
    forget(&v);
}

static void the_command_line_counts_more(void **state)
{
    (void)state;
    const char *argv[] = {"demo",        "-i", "lo",    "-d", "x.db", "--interface=lo2",
                          "--max-flows", "30", "-Fbox", NULL};
    struct values v;

    assert_int_equal(with(text_of_all, 9, argv, &v), OPTIONS_READ);
    assert_int_equal(v.interfaces.count, 2);
    assert_string_equal(v.interfaces.items[0], "lo");
    assert_string_equal(v.interfaces.items[1], "lo2");
    assert_string_equal(v.database, "x.db");
    assert_int_equal(v.flows, 30);
    assert_int_equal(v.format, 0);
    assert_true(v.verbose);
    forget(&v);
}

static void lists_of_both_are_kept_apart(void **state)
{
    (void)state;
    const char *argv[] = {"demo", "-r", "one", "-r", "two", "operand", NULL};
    struct values v;

    assert_int_equal(with(text_of_all, 6, argv, &v), OPTIONS_READ);
    assert_int_equal(v.interfaces.count, 2);
    assert_int_equal(v.files.count, 2);
    assert_string_equal(v.files.items[1], "two");
    forget(&v);
    assert_int_equal(with("", 3, argv, &v), OPTIONS_READ);
    assert_int_equal(v.files.count, 1);
    assert_int_equal(v.flows, 7);
    forget(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_words),
        cmocka_unit_test(values_are_taken_as_they_are),
        cmocka_unit_test(nothing_is_a_file_too),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(long_lines_make_short_messages),
        cmocka_unit_test(files_are_read),
        cmocka_unit_test(what_is_no_plain_file_is_refused_and_not_waited_for),
        cmocka_unit_test(the_file_counts_where_the_command_line_is_silent),
        cmocka_unit_test(the_command_line_counts_more),
        cmocka_unit_test(lists_of_both_are_kept_apart),
    };
    return cmocka_run_group_tests_name("config", tests, make_folder, remove_folder);
}
