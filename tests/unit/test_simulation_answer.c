/* test_simulation_answer.c - the answer says what the numbers show, and no more. */
#include "simulated.h"
#include "test.h"

#include "../../report/simulation_private.h"

#include <stdlib.h>
#include <string.h>

/* All sentences of the answer; owned by the caller. */
static char *answer_of_made(const struct made *m)
{
    struct scene of = {document_open(), &m->s, m->results, &m->words};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    simulation_answer(&of);
    const struct section *s = of.d->sections[0];
    for (unsigned i = 0; i < s->block_count; i++)
        fprintf(out, "%s%s\n", s->blocks[i]->lead ? "LEAD " : "", s->blocks[i]->text);
    fclose(out);
    document_close(&of.d);
    return text;
}

static void assert_says(const char *text, const char *what, bool said)
{
    if ((strstr(text, what) != NULL) != said)
        fail_msg("%s said: %s\n%s", said ? "not" : "is", what, text);
}

static void what_helps_is_said_with_its_interval(void **state)
{
    struct made *m = made_simulation(1000, 0.05, 1);
    char *text = answer_of_made(m);

    (void)state;
    assert_says(
        text,
        "LEAD Yes, against an observer who only listens: of the messages, 40.0 % are "
        "readable as observed, and would be with 2.b 13.0 %, 2.c 31.0 %, 2.d 4.0 %. Against "
        "one who strips all offers, only 2.d has an effect: it would leave 10.9 % to read, "
        "and 44.5 % undelivered.\n",
        true);
    assert_says(text,
                "2.b, receivers offer it: readable 13.0 % (12.3 to 13.7) instead of 40.0 % "
                "(38.0 to 42.0); less by 27.0 (24.9 to 29.1) points.\n",
                true);
    assert_says(text,
                "2.a, implementations include STARTTLS: readable 37.3 % (35.4 to 39.2) "
                "instead of 40.0 % (38.0 to 42.0); no effect shown: ",
                true);
    assert_says(text,
                "What 2.d costs with nobody interfering: 13.5 % (12.8 to 14.2) undelivered, "
                "and 13.5 % (12.8 to 14.2) sent through another server.\n",
                true);
    assert_says(text, "2.d on top of them: less by 3.4 (3.2 to 3.5) points.", true);
    assert_says(text, "Of the four, only 2.d has an effect on the interferer.", true);
    assert_says(text, "0.24 (0.23 to 0.25) bits a message", true);
    assert_says(text, "with all four at MUST 0.00, which is less.", true);
    assert_says(text, "attack 600 (570 to 630) encrypted ones", true);
    assert_says(text, "996 (946 to 1,046), which is more.", true);
    free(text);
    free(m);
}

static void wide_intervals_show_nothing(void **state)
{
    struct made *m = made_simulation(1000, 1, 1);
    char *text = answer_of_made(m);

    (void)state;
    assert_says(text,
                "LEAD No effect is shown of any of them on what an observer who only listens "
                "reads: 40.0 % of the messages.\n",
                true);
    assert_says(text, "Yes", false);
    assert_says(text, "); less by", false);
    assert_says(text, "2.d is not shown to stop the interferer; it would cost 44.5 %", true);
    assert_says(text, "a difference that is not shown", true);
    assert_says(text, "which is", false);
    free(text);
    free(m);
}

static void what_changes_nothing_is_said_to(void **state)
{
    struct made *m = made_simulation(1000, 0, 0.5);

    (void)state;
    for (unsigned i = 0; i < SIMULATION_POLICIES * 2; i++)
        m->results[i] = m->results[i % 2];
    char *text = answer_of_made(m);
    assert_says(text, "readable 40.0 % instead of 40.0 %; no less.\n", true);
    assert_says(text, "the same.\n", true);
    assert_says(text, "Yes", false);
    free(text);
    free(m);
}

static void too_few_messages_answer_nothing(void **state)
{
    struct made *m = made_simulation(19, 0.05, 1);
    char *text = answer_of_made(m);

    (void)state;
    assert_says(text, "LEAD Too few messages to tell: 19.\n", true);
    assert_says(text, "points", false);
    assert_says(text, " 13.0 %", false);
    assert_says(text, "bits", false);
    free(text);
    free(m);
}

/* An interferer is not told of where there is none, and who strips little lets other policies help. */
static void interferers_are_told_of_as_they_are(void **state)
{
    struct made *m = made_simulation(1000, 0.05, 0);
    char *text = answer_of_made(m);

    (void)state;
    assert_says(text, "interferer", false);
    assert_says(text, "who strips", false);
    free(text);
    free(m);
    m = made_simulation(1000, 0.01, 0.2);
    text = answer_of_made(m);
    assert_says(text, "Against one who strips 20 % of the offers, 2.d would leave ", true);
    assert_says(text, "Not only 2.d has an effect on the interferer.", true);
    free(text);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_helps_is_said_with_its_interval),
        cmocka_unit_test(wide_intervals_show_nothing),
        cmocka_unit_test(what_changes_nothing_is_said_to),
        cmocka_unit_test(too_few_messages_answer_nothing),
        cmocka_unit_test(interferers_are_told_of_as_they_are),
    };
    return cmocka_run_group_tests_name("simulation_answer", tests, NULL, NULL);
}
