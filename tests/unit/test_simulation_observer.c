/* test_simulation_observer.c - an observer's table, curves and figures are its results. */
#include "simulated.h"
#include "test.h"

#include "../../report/simulation_private.h"

#include <stdlib.h>
#include <string.h>

static struct block *block_of(const struct document *d, unsigned section, const char *name)
{
    const struct section *s = d->sections[section];

    for (unsigned i = 0; i < s->block_count; i++)
        if (strcmp(s->blocks[i]->name, name) == 0)
            return s->blocks[i];
    return NULL;
}

static void a_table_has_a_row_for_each_policy(void **state)
{
    struct made *m = made_simulation(1000, 0.05, 0);
    struct scene of = {document_open(), &m->s, m->results, &m->words};

    (void)state;
    simulation_observer(&of, 0);
    assert_string_equal(of.d->sections[0]->name, "observer-1");
    assert_string_equal(of.d->sections[0]->title, "Who sees everything, and only listens");
    struct block *b = block_of(of.d, 0, "policies");
    assert_int_equal(b->row_count, ROWS);
    assert_true(b->whole);
    assert_string_equal(b->rows[0].cells[0].text, "as observed");
    assert_string_equal(b->rows[0].cells[1].text, "40.0 % (38.0 to 42.0)");
    assert_string_equal(b->rows[0].cells[2].text, "-");
    assert_string_equal(b->rows[ROW_B_MUST].cells[1].text, "13.0 % (12.3 to 13.7)");
    assert_string_equal(b->rows[ROW_B_MUST].cells[2].text, "27.0 (24.9 to 29.1)");
    assert_string_equal(b->rows[ROW_D_MUST].cells[4].text, "13.5 % (12.8 to 14.2)");
    for (unsigned i = 0; i < ROWS; i++)
        for (unsigned c = 0; c < b->column_count; c++)
            assert_true(*b->rows[i].cells[c].text);
    document_close(&of.d);
    free(m);
}

static void curves_go_from_nobody_to_everybody(void **state)
{
    struct made *m = made_simulation(1000, 0.05, 1);
    struct scene of = {document_open(), &m->s, m->results, &m->words};

    (void)state;
    simulation_observer(&of, 0);
    simulation_observer(&of, 1);
    struct block *b = block_of(of.d, 0, "readable");
    assert_int_equal(b->x_count, 11);
    assert_int_equal(b->curve_count, SWEEPS);
    assert_true(b->xs[0] == 0 && b->xs[10] == 1);
    assert_true(b->up.most == 0.5); /* of 42 % at most */
    for (unsigned i = 0; i < SWEEPS; i++)
        assert_true(b->curves[i].values[0].at == b->curves[0].values[0].at);
    assert_string_equal(b->curves[SWEEP_B].label, "2.b");
    assert_true(b->curves[SWEEP_B].values[10].at < 0.11);
    assert_true(b->curves[SWEEP_B].values[10].low < b->curves[SWEEP_B].values[10].high);
    assert_null(block_of(of.d, 0, "insisting"));
    assert_string_equal(of.d->sections[1]->title, "Who sees everything, and strips all offers");
    assert_null(block_of(of.d, 1, "readable"));
    b = block_of(of.d, 1, "insisting");
    assert_true(b->curves[0].values[0].at > 0.99 && b->curves[0].values[10].at < 0.01);
    assert_true(b->curves[1].values[0].at < 0.01 && b->curves[1].values[10].at > 0.49);
    assert_true(b->curves[2].values[10].at > 0.99);
    document_close(&of.d);
    free(m);
}

static void figures_are_for_scripts(void **state)
{
    struct made *m = made_simulation(1000, 0.05, 1);
    struct scene of = {document_open(), &m->s, m->results, &m->words};

    (void)state;
    m->s.observer_count = 4;
    m->observers[1] = (struct observer){.kind = OBSERVER_SAMPLE, .share = 0.5};
    m->observers[2].strips = 1;
    m->observers[3] = (struct observer){.kind = OBSERVER_SAMPLE, .share = 0.5, .strips = 1};
    made_again(m, 1000, 0.05);
    for (unsigned i = 0; i < 4; i++)
        simulation_observer(&of, i);
    const struct figure *f = document_figure(of.d, "sim-b-must-readable");
    assert_true(f->quiet && f->share && f->intervalled);
    assert_int_equal(f->count, 130);
    assert_int_equal(f->of, 1000);
    assert_true(f->low > 0.12 && f->low < 0.125 && f->high < 0.14);
    assert_string_equal(f->label, "2.b MUST: readable");
    assert_int_equal(document_figure(of.d, "sim-strips-observed-stripped")->count, 600);
    assert_int_equal(document_figure(of.d, "sim-2-observed-readable")->count, 400);
    assert_in_range(document_figure(of.d, "sim-2-strips-d-must-undelivered")->count, 445, 446);
    assert_int_equal(document_figure(of.d, "sim-observed-correspondents")->count, 40);
    assert_false(document_figure(of.d, "sim-observed-credentials")->share);
    document_close(&of.d);
    free(m);
}

static void few_messages_have_no_curves(void **state)
{
    struct made *m = made_simulation(12, 0.05, 0);
    struct scene of = {document_open(), &m->s, m->results, &m->words};

    (void)state;
    simulation_observer(&of, 0);
    assert_null(block_of(of.d, 0, "readable"));
    assert_string_equal(block_of(of.d, 0, "policies")->rows[0].cells[1].text, "5 of 12");
    assert_false(document_figure(of.d, "sim-b-must-readable")->intervalled);
    made_again(m, 0, 0);
    simulation_observer(&of, 0);
    assert_null(block_of(of.d, 1, "policies"));
    assert_string_equal(of.d->sections[1]->blocks[0]->text, "No message would pass this observer.");
    document_close(&of.d);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_a_row_for_each_policy),
        cmocka_unit_test(curves_go_from_nobody_to_everybody),
        cmocka_unit_test(figures_are_for_scripts),
        cmocka_unit_test(few_messages_have_no_curves),
    };
    return cmocka_run_group_tests_name("simulation_observer", tests, NULL, NULL);
}
