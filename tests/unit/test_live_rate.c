/* test_live_rate.c - what changed between two views. */
#include "test.h"

#include "../../cli/live_rate.h"
#include "watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct live_view now, before;

static void rates_are_of_the_time_between(void **state)
{
    (void)state;
    watched_minute(&now, &before, 0);
    before.interface[0].counts.frames = 45;
    struct live_rate r = live_rate_of(&now, &before, 0);

    assert_int_equal(r.seen, 12345 * 60 - 45);
    assert_true(r.frames > 12344.2 && r.frames < 12344.3);
    assert_true(r.bits > 61.1e6 && r.bits < 61.3e6);
    assert_true(r.drops_known);
}

static void without_time_there_is_no_rate(void **state)
{
    (void)state;
    watched_minute(&now, &before, 0);
    for (unsigned i = 0; i < 2; i++) {
        before.seconds = now.seconds + i;
        struct live_rate r = live_rate_of(&now, &before, 0);
        assert_true(r.frames == 0 && r.bits == 0);
        assert_int_equal(r.seen, 12345 * 60);
    }
}

static void interfaces_are_found_by_name(void **state)
{
    (void)state;
    watched_minute(&now, &before, 0);
    watched_interfaces(&now, &before, 3);
    for (unsigned i = 0; i < 3; i++) {
        now.interface[i].counts.kernel_dropped = 10;
        before.interface[i].counts.kernel_dropped = i;
    }
    struct live_interface other = before.interface[0];
    before.interface[0] = before.interface[2];
    before.interface[2] = other;
    strcpy(now.interface[1].name, "new0");
    assert_int_equal(live_rate_of(&now, &before, 0).kernel_dropped, 10);
    assert_int_equal(live_rate_of(&now, &before, 1).kernel_dropped, 10);
    assert_int_equal(live_rate_of(&now, &before, 2).kernel_dropped, 8);
    assert_int_equal(live_rate_all(&now, &before).kernel_dropped, 28);
    now.interface[2].counts.drops_known = false;
    assert_false(live_rate_all(&now, &before).drops_known);
}

static void what_went_back_added_nothing(void **state)
{
    (void)state;
    uint64_t by_class[CLASSES];

    watched_minute(&now, &before, 0);
    before.interface[0].counts.frames = UINT64_MAX;
    before.sessions[CLASS_STARTTLS] = 28;
    assert_int_equal(live_rate_of(&now, &before, 0).seen, 0);
    assert_int_equal(live_sessions(&now, &before, by_class), 14);
    assert_int_equal(by_class[CLASS_STARTTLS], 0);
    assert_int_equal(by_class[CLASS_CLEARTEXT], 12);
}

static void sums_do_not_run_over(void **state)
{
    (void)state;
    uint64_t by_class[CLASSES];

    memset(&before, 0, sizeof before);
    watched_hostile(&now);
    struct live_rate r = live_rate_all(&now, &before);
    assert_true(r.seen == UINT64_MAX && r.kernel_dropped == UINT64_MAX);
    assert_true(live_sessions(&now, &before, by_class) == UINT64_MAX);
}

static void trouble_is_told_without_the_name(void **state)
{
    (void)state;
    watched_minute(&now, &before, 0);
    strcpy(now.trouble, "/var/lib/mailtap/findings.db: the disk is full");
    assert_string_equal(live_trouble(&now), "the disk is full");
    strcpy(now.trouble, "/var/lib/mailtap/findings.db.x: no");
    assert_string_equal(live_trouble(&now), now.trouble);
    now.database[0] = '\0';
    strcpy(now.trouble, ": no");
    assert_string_equal(live_trouble(&now), ": no");
}

/* Of an interface that the system keeps no statistics of. */
static void what_is_not_known_is_no_loss(void **state)
{
    char line[512], *page = NULL;
    size_t octets = 0;
    (void)state;

    watched_minute(&now, &before, 0);
    now.interface[0].counts.interface_dropped = UINT64_MAX;
    for (unsigned known = 0; known < 2; known++) {
        before.interface[0].counts.interface_dropped = known ? 7 : UINT64_MAX;
        assert_int_equal(live_rate_of(&now, &before, 0).interface_dropped, 0);
        status_line(line, sizeof line, &now, &before);
        assert_null(strstr(line, "by interface"));
    }
    FILE *out = open_memstream(&page, &octets);
    status_page(out, &now);
    watch_draw(out, &now, &before, 100, 30, false);
    fclose(out);
    assert_null(strstr(page, "by the interface"));
    assert_null(strstr(page, "by interface"));
    free(page);
    now.interface[0].counts.interface_dropped = 9; /* since when cannot be told */
    before.interface[0].counts.interface_dropped = UINT64_MAX;
    assert_int_equal(live_rate_of(&now, &before, 0).interface_dropped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_of_the_time_between),
        cmocka_unit_test(without_time_there_is_no_rate),
        cmocka_unit_test(interfaces_are_found_by_name),
        cmocka_unit_test(what_went_back_added_nothing),
        cmocka_unit_test(sums_do_not_run_over),
        cmocka_unit_test(trouble_is_told_without_the_name),
        cmocka_unit_test(what_is_not_known_is_no_loss),
    };
    return cmocka_run_group_tests_name("live_rate", tests, NULL, NULL);
}
