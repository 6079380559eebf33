/* test_scenario.c - a scenario is read as it is written, or refused with the line and the reason. */
#include "test.h"

#include <mailtap/bounds.h>
#include <mailtap/scenario.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scenario read_whole(const char *text)
{
    struct scenario s = scenario_default();
    struct err e = {""};

    if (scenario_read(&s, slice_of(text), &e) != 0)
        fail_msg("%s", e.text);
    return s;
}

static void assert_same(const struct scenario *a, const struct scenario *b)
{
    struct scenario_name one, other;

    for (unsigned i = 0; scenario_name(a, i, &one); i++) {
        assert_true(scenario_name(b, i, &other));
        assert_string_equal(one.value, other.value);
    }
}

/* Refused in these words, and nothing is changed. */
static void assert_refused(const char *text, const char *why)
{
    struct scenario s = scenario_default(), before = s;
    struct err e = {""};

    assert_int_equal(scenario_read(&s, slice_of(text), &e), -1);
    if (strcmp(e.text, why) != 0)
        fail_msg("'%s' is refused because '%s'", text, e.text);
    assert_same(&s, &before);
}

static void a_line_is_a_name_and_its_value(void **state)
{
    (void)state;
    struct scenario s = read_whole("# Two in three servers offer.\n"
                                   "servers = 300\n"
                                   "\n"
                                   " \tclients=7   # few\n"
                                   "sessions = 1000000000\n"
                                   "start = 2026-11-24T01:50\n"
                                   "days = .5\n"
                                   "offered = 0.67\n"
                                   "used = 1\n"
                                   "incapable = 0\n"
                                   "stripped-networks = 0.125\n"
                                   "form-ehlo = 3\n"
                                   "policy-b = 0.5\n"
                                   "seed = 18446744073709551615");

    assert_int_equal(s.servers, 300);
    assert_int_equal(s.clients, 7);
    assert_int_equal(s.sessions, 1000000000);
    assert_true(s.start_ns == INT64_C(1795485000) * 1000000000);
    assert_true(s.days == 0.5 && s.offered == 0.67 && s.used == 1 && s.incapable == 0);
    assert_true(s.stripped_networks == 0.125 && s.forms[BOX_EHLO] == 3);
    assert_true(s.policy.follow[POLICY_B] == 0.5 && s.policy.follow[POLICY_A] == 0);
    assert_true(s.seed == UINT64_MAX);
    assert_int_equal(s.networks, scenario_default().networks);
}

static void lines_may_end_in_cr_and_lf(void **state)
{
    (void)state;
    struct scenario a = read_whole("servers = 3\r\n# x\r\n\r\nused = 0.25\r\n");
    struct scenario b = read_whole("servers = 3\n# x\n\nused = 0.25");

    assert_same(&a, &b);
    assert_int_equal(a.servers, 3);
    assert_refused("used = 0.25\r\r\n", "line 1: 'used' is a share from 0 to 1, not '0.25\\x0d'");
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    static const struct {
        const char *text, *why;
    } examples[] = {
        {"\n\n\n\n\n\noffered = 2\n", "line 7: 'offered' is a share from 0 to 1, not '2'"},
        {"offered = 1.0000001", "line 1: 'offered' is a share from 0 to 1, not '1.0000001'"},
        {"offered = -0", "line 1: 'offered' is a share from 0 to 1, not '-0'"},
        {"offered = ", "line 1: 'offered' is a share from 0 to 1, not ''"},
        {"offered = .", "line 1: 'offered' is a share from 0 to 1, not '.'"},
        {"offered = 1.", "line 1: 'offered' is a share from 0 to 1, not '1.'"},
        {"offered = 0.1.2", "line 1: 'offered' is a share from 0 to 1, not '0.1.2'"},
        {"offered = nan", "line 1: 'offered' is a share from 0 to 1, not 'nan'"},
        {"offered = inf", "line 1: 'offered' is a share from 0 to 1, not 'inf'"},
        {"offered = 0x0", "line 1: 'offered' is a share from 0 to 1, not '0x0'"},
        {"offered = 1e-1", "line 1: 'offered' is a share from 0 to 1, not '1e-1'"},
        {"offered = 0.1234567890123456",
         "line 1: 'offered' is a share from 0 to 1, not '0.1234567890123456'"},
        {"offered = 0.5 0.6", "line 1: 'offered' is a share from 0 to 1, not '0.5 0.6'"},
        {"offered = = 1", "line 1: 'offered' is a share from 0 to 1, not '= 1'"},
        {"servers = 0", "line 1: 'servers' is a whole number from 1 to 1000000, not '0'"},
        {"servers = 1000001",
         "line 1: 'servers' is a whole number from 1 to 1000000, not '1000001'"},
        {"servers = 1.5", "line 1: 'servers' is a whole number from 1 to 1000000, not '1.5'"},
        {"seed = 18446744073709551616",
         "line 1: 'seed' is a whole number from 0 to 18446744073709551615, not "
         "'18446744073709551616'"},
        {"days = 0", "line 1: 'days' is a number from 0.001 to 3660, not '0'"},
        {"skew = 5.01", "line 1: 'skew' is a number from 0 to 5, not '5.01'"},
        {"start = 2026-13-01", "line 1: 'start' is a day, or a day and a time, as "
                               "2026-11-01T08:30, not '2026-13-01'"},
        {"ofered = 1", "line 1: 'ofered' is no name of a scenario: is 'offered' meant?"},
        {"policy = 1", "line 1: 'policy' is no name of a scenario: is 'policy-a' meant?"},
        {"stripped_networks = 1",
         "line 1: 'stripped_networks' is no name of a scenario: is 'stripped-networks' meant?"},
        {"\x1b[2J = 1", "line 1: '\\x1b[2J' is no name of a scenario: is 'seed' meant?"},
        {"servers 5", "line 1: 'servers 5' is no 'name = value'"},
        {"servers = 5\nused = 1\nservers = 5", "line 3: 'servers' was said in line 1 already"},
        {"submission = 0.6\nimplicit = 0.5",
         "'submission' and 'implicit' are shares of the same sessions, and more than 1 together"},
        {"form-deleted=0\nform-masked=0\nform-refused=0\nform-command=0\nform-ehlo=0\n"
         "form-broken=0\n",
         "'stripped-networks' needs a form: the weights of all are 0"},
        {"start = 2260-01-01\ndays = 3000", "'start' and 'days' go beyond the year 2261"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        assert_refused(examples[i].text, examples[i].why);
}

static void lines_and_files_are_bounded(void **state)
{
    (void)state;
    char *text = malloc(BOUND_SCENARIO_OCTETS + 2);

    assert_non_null(text);
    memset(text, '#', BOUND_SCENARIO_LINE + 1);
    strcpy(text + BOUND_SCENARIO_LINE, "\nused = 0");
    assert_true(read_whole(text).used == 0);
    strcpy(text + BOUND_SCENARIO_LINE, "#\nused = 0");
    assert_refused(text, "line 1: it is longer than 1024 octets");
    memset(text, '\n', BOUND_SCENARIO_OCTETS + 1);
    text[BOUND_SCENARIO_OCTETS] = '\0';
    read_whole(text);
    strcpy(text + BOUND_SCENARIO_OCTETS, "\n");
    assert_refused(text, "a scenario has at most 65536 octets");
    free(text);
}

/* Every name is said with a value of its own, and each is where it belongs. */
static void every_name_can_be_written_and_read_back(void **state)
{
    (void)state;
    struct scenario s = scenario_default(), d = s;
    struct scenario_name n;
    char text[8192];
    size_t used = 0;
    unsigned count = 0;

    for (; scenario_name(&d, count, &n); count++) {
        assert_true(strlen(n.name) <= 24 && strlen(n.help) >= 10);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s = %s # %s, %s\n", n.name,
                                 n.value, n.range, n.help);
    }
    assert_int_equal(count, 36);
    memset(&s, 0x11, sizeof s);
    struct err e = {""};
    if (scenario_read(&s, slice_of(text), &e) < 0)
        fail_msg("%s", e.text);
    assert_same(&s, &d);
    assert_int_equal(s.start_ns, d.start_ns);
}

static void small_values_have_no_exponent(void **state)
{
    (void)state;
    struct scenario s = read_whole("loss = 0.0000125\nprobes = 0.3\nstart = 1970-01-01");
    struct scenario_name n;

    for (unsigned i = 0; scenario_name(&s, i, &n); i++) {
        if (strcmp(n.name, "loss") == 0)
            assert_string_equal(n.value, "0.0000125");
        if (strcmp(n.name, "probes") == 0)
            assert_string_equal(n.value, "0.3");
        if (strcmp(n.name, "start") == 0)
            assert_string_equal(n.value, "1970-01-01T00:00:00");
    }
}

static void a_file_is_named_with_what_is_wrong(void **state)
{
    char path[] = "/tmp/test-scenario-XXXXXX", want[128];
    struct scenario s = scenario_default();
    struct err e = {""};
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    (void)state;
    assert_non_null(file);
    fputs("seed = 77\n", file);
    fflush(file);
    assert_int_equal(scenario_read_file(&s, path, &e), 0);
    assert_int_equal(s.seed, 77);
    fputs("colour = red\n", file);
    fflush(file);
    assert_int_equal(scenario_read_file(&s, path, &e), -1);
    snprintf(want, sizeof want, "%s, line 2: ", path);
    assert_memory_equal(e.text, want, strlen(want));
    for (unsigned i = 0; i <= BOUND_SCENARIO_OCTETS; i++)
        putc('#', file);
    fclose(file);
    assert_int_equal(scenario_read_file(&s, path, &e), -1);
    assert_non_null(strstr(e.text, "octets"));
    unlink(path);
    assert_int_equal(scenario_read_file(&s, path, &e), -1);
    assert_non_null(strstr(e.text, "cannot be read: No such file"));
    assert_int_equal(scenario_read_file(&s, "/tmp", &e), -1);
    assert_non_null(strstr(e.text, "/tmp cannot be read: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_a_name_and_its_value),
        cmocka_unit_test(lines_may_end_in_cr_and_lf),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(lines_and_files_are_bounded),
        cmocka_unit_test(every_name_can_be_written_and_read_back),
        cmocka_unit_test(small_values_have_no_exponent),
        cmocka_unit_test(a_file_is_named_with_what_is_wrong),
    };
    return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
