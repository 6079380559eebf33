/* test_simulation_exposure.c - how long until a domain is first read, as a page tells it. */
#include "test.h"

#include "../../report/simulation_private.h"

#include <string.h>

/* One domain read at once, one after two hours, both followed for three days. */
static void the_more_an_observer_sees_the_sooner(void **state)
{
    struct exposing list[] = {{0, 10, 1}, {1, 7200, 1}};
    double followed[] = {259200, 259200};
    struct exposures x = {list, followed, 2, 2};
    struct simulation_words words = {.exposures = &x};
    struct scene of = {document_open(), NULL, NULL, &words};

    (void)state;
    simulation_exposure(&of);
    const struct section *s = of.d->sections[0];
    const struct block *b = s->blocks[0];
    assert_int_equal(b->row_count, 3);
    assert_string_equal(b->rows[0].cells[1].text, "50.0 %");
    assert_string_equal(b->rows[0].cells[2].text, "100.0 %");
    assert_string_equal(b->rows[0].cells[3].text, "-");
    assert_string_equal(b->rows[1].cells[1].text, "5.0 %");
    assert_string_equal(b->rows[1].cells[2].text, "10.0 %");
    assert_string_equal(b->rows[2].cells[2].text, "1.0 %");
    assert_non_null(strstr(s->blocks[1]->text, "Of the 2 domains"));
    document_close(&of.d);
}

static void nothing_read_is_no_section(void **state)
{
    struct exposures none = {0};
    struct simulation_words words = {.exposures = &none};
    struct scene of = {document_open(), NULL, NULL, &words};

    (void)state;
    simulation_exposure(&of);
    words.exposures = NULL;
    simulation_exposure(&of);
    assert_int_equal(of.d->section_count, 0);
    document_close(&of.d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_more_an_observer_sees_the_sooner),
        cmocka_unit_test(nothing_read_is_no_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
