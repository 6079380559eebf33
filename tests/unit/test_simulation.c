/* test_simulation.c - the document of a simulation, in each format, and what it refuses. */
#include "nesting.h"
#include "simulated.h"
#include "test.h"

#include <mailtap/report.h>

#include "../../report/document.h"
#include "../../report/page.h"

#include <stdlib.h>
#include <string.h>

static char *written(const struct made *m, enum report_format format)
{
    struct err e = {""};
    struct document *d = simulation_make(&m->s, m->results, &m->words, &e);
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(d);
    report_write(out, d, format, false);
    fclose(out);
    report_free(&d);
    return text;
}

static void assert_has(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("not there: %s\n%s", what, text);
}

static void all_formats_tell_it(void **state)
{
    struct made *m = made_simulation(123456, 0.05, 1);

    (void)state;
    char *text = written(m, REPORT_TEXT);
    assert_has(text, "Simulation of a.db\n1,000 draws, seed 1\n\nWould it be worth it?\n");
    assert_has(text, "\nWho sees everything, and only listens\n");
    assert_has(text, "\nWho sees everything, and strips all offers\n");
    assert_has(text, "MAY, SHOULD and MUST are shares of those bound who follow: 10, 50 and 90 %.");
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (shown_width(line) > PAGE_COLUMNS)
            fail_msg("too long: %s", line);
    free(text);
    text = written(m, REPORT_JSON);
    assert_has(text, "\"name\": \"sim-b-must-readable\"");
    assert_has(text, "\"kind\": \"curves\", \"name\": \"readable\"");
    free(text);
    text = written(m, REPORT_HTML);
    assert_well_formed(text);
    assert_int_equal(times_in(text, "<svg class=\"chart\""), 2);
    free(text);
    free(m);
}

static void the_head_says_what_was_simulated(void **state)
{
    struct relations *r = relations_new(1, 2, 3, 0);
    struct made *m = made_simulation(1000, 0.05, 0);

    (void)state;
    m->words.relations = r;
    m->words.scenario = true;
    m->words.name = "x\033[2J";
    m->words.lens.since = "2026-11-27";
    char *text = written(m, REPORT_TEXT);
    assert_has(text, "Simulation of the scenario x\\x1b[2J\n");
    assert_has(text, "\n2 clients, 1 server, 3 pairs of them that exchange mail\n");
    assert_has(text, "\nSessions that began at 2026-11-27 or later.\n");
    assert_has(text, "The population is described, not seen");
    assert_null(strstr(text, "--resample has")); /* without it, what it would do */
    assert_has(text, "this very traffic");
    assert_null(strstr(text, "take long"));
    free(text);
    m->s.resample = true;
    text = written(m, REPORT_TEXT);
    assert_has(text, "The servers seen stand for others like them");
    assert_null(strstr(text, "none is counted"));
    assert_null(strstr(text, "this very traffic, so"));
    m->words.not_estimated = 1234;
    m->words.scenario = false;
    free(text);
    text = written(m, REPORT_TEXT);
    assert_has(text, "1,234 sessions under TLS of which no number of messages");
    free(text);
    m->words.relations = &(struct relations){.count = 4u << 20};
    text = written(m, REPORT_TEXT);
    assert_has(text, "Correspondents and bits of signal take long: they are of 20 of the draws.");
    free(text);
    relations_free(&r);
    free(m);
}

static void assert_refused(const struct made *m, const char *why)
{
    struct err e = {""};

    assert_null(simulation_make(&m->s, m->results, &m->words, &e));
    assert_string_equal(e.text, why);
}

static void other_simulations_are_refused(void **state)
{
    struct made *m = made_simulation(1000, 0.05, 1);

    (void)state;
    m->observers[1].kind = OBSERVER_SAMPLE;
    assert_refused(m, "the first interferer must see everything");
    m->observers[1] = (struct observer){.strips = 1};
    m->observers[2] = (struct observer){.strips = 0};
    m->s.observer_count = 3;
    assert_refused(m, "those who only listen must come before those who interfere");
    m->s.observer_count = 0;
    assert_refused(m, "the first observer must see everything, and only listen");
    m->s.observer_count = 2;
    m->observers[0].kind = OBSERVER_PATHS;
    assert_refused(m, "the first observer must see everything, and only listen");
    m->observers[0].kind = OBSERVER_GLOBAL;
    m->words.follow[LEVEL_SHOULD] = 0.6;
    assert_refused(m, "policy 1 is not the one that a report needs there");
    m->s.policy_count = 2;
    assert_refused(m, "a simulation of 2 policies, of which a report needs 73");
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_formats_tell_it),
        cmocka_unit_test(the_head_says_what_was_simulated),
        cmocka_unit_test(other_simulations_are_refused),
    };
    return cmocka_run_group_tests_name("simulation", tests, NULL, NULL);
}
