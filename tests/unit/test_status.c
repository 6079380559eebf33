/* test_status.c - the line and the page that a log gets of a live capture. */
#include "test.h"

#include "watched.h"

#include <string.h>

static struct live_view now, before;

static void setup(void)
{
    watched_minute(&now, &before, 0);
}

#define EXPECT(expected)                                                                           \
    do {                                                                                           \
        char line[300];                                                                            \
        status_line(line, sizeof line, &now, &before);                                             \
        assert_string_equal(line, expected);                                                       \
    } while (0)

static void a_quiet_minute_is_one_line(void **state)
{
    (void)state;
    setup();
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, 0 dropped; 41 sessions: 12 cleartext, 27 starttls, "
           "1 stripped, 1 unknown; 0 waiting");
    now.sessions[CLASS_STARTTLS] = now.sessions[CLASS_CLEARTEXT] = 0;
    now.sessions[CLASS_STRIPPED] = 0;
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, 0 dropped; 1 session: 1 unknown; 0 waiting");
    now = before;
    now.seconds += 60;
    EXPECT("eth0: 0 frames/s, 0 bit/s, 0 dropped; 0 sessions; 0 waiting");
    now.interface[0].up = false;
    now.interface[0].counts.drops_known = false;
    EXPECT("eth0 DOWN: 0 frames/s, 0 bit/s, drops not known; 0 sessions; 0 waiting");
}

static void losses_are_seen(void **state)
{
    (void)state;
    setup();
    now.interface[0].counts.kernel_dropped = 1234;
    before.sessions[CLASS_STARTTLS] = 27;
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, DROPPED 1,234 by kernel; 14 sessions: "
           "12 cleartext, 1 stripped, 1 unknown; 0 waiting");
    now.interface[0].counts.interface_dropped = 7;
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, DROPPED 1,234 by kernel, 7 by interface; "
           "14 sessions, 1 stripped; 0 waiting");
    before.interface[0].counts.kernel_dropped = 1234;
    now.rows_dropped = 12;
    now.interface[0].counts.evicted = 5;
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, DROPPED 7 by interface; 14 sessions, 1 stripped; "
           "0 waiting; LOST findings: 12; GAVE~");
}

static void trouble_with_the_database_has_room(void **state)
{
    (void)state;
    setup();
    now.writing_fails = true;
    now.waiting = 250;
    strcpy(now.trouble, "/var/lib/mailtap/findings.db: the disk is full; they wait for room");
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, 0 dropped; 41 sessions, 1 stripped; 250 waiting; "
           "NOT WRITTEN: the disk is full; the~");
    now.writing_fails = false;
    now.write_failures = 3;
    now.waiting = 0;
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, 0 dropped; 41 sessions, 1 stripped; 0 waiting; "
           "writing had failed, and goes on");
}

static void classes_are_put_together_before_the_line_is_cut(void **state)
{
    (void)state;
    setup();
    now.sessions[CLASS_STARTTLS_FAILED] = 3;
    now.sessions[CLASS_IMPLICIT_TLS] = 5;
    EXPECT("eth0: 12,345 frames/s, 61.2 Mbit/s, 0 dropped; 49 sessions: 12 cleartext, "
           "27 starttls, 1 stripped, 9 other; 0 waiting");
}

static void of_several_interfaces_those_that_ail_are_named(void **state)
{
    (void)state;
    setup();
    watched_interfaces(&now, &before, 3);
    EXPECT("3 interfaces: 37,035 frames/s, 184 Mbit/s, 0 dropped; 41 sessions: 12 cleartext, "
           "27 starttls, 1 stripped, 1 unknown; 0 waiting");
    now.interface[0].counts.kernel_dropped = 3;
    now.interface[1].up = false;
    now.interface[2].counts.frames = 0;
    EXPECT("3 interfaces: 24,690 frames/s, 184 Mbit/s, DROPPED 3 by kernel (eth0 dropped, "
           "eth1 DOWN, eth2 silent); 41 sessions: 12 cleartext, 27 starttls, 1 stripped, "
           "1 unknown; 0 waiting");
    watched_interfaces(&now, &before, 16);
    EXPECT("16 interfaces: 198k frames/s, 979 Mbit/s, DROPPED 48 by kernel (eth0 dropped, "
           "eth1 dropped, eth2 dropped, eth3 dropped, 12 more); 41 sessions: 12 cleartext, "
           "27 starttls, 1 stripped, 1 unknown; 0 waiting");
    watched_interfaces(&now, &before, 0);
    EXPECT("0 interfaces: 0 frames/s, 0 bit/s, 0 dropped; 41 sessions: 12 cleartext, 27 starttls, "
           "1 stripped, 1 unknown; 0 waiting");
}

static void nothing_hostile_gets_through(void **state)
{
    (void)state;
    char line[300];

    memset(&before, 0, sizeof before);
    for (unsigned interfaces = 0; interfaces <= LIVE_INTERFACES; interfaces++) {
        watched_hostile(&now);
        now.interfaces = interfaces;
        for (size_t size = 1; size < sizeof line; size++) {
            memset(line, '!', sizeof line);
            status_line(line, size, &now, &before);
            assert_true(strlen(line) < size);
            assert_true(interfaces != 1 || strlen(line) <= 120);
            assert_true(strlen(line) <= 240);
            for (const char *c = line; *c; c++)
                assert_true(*c >= ' ' && *c < 0x7f);
        }
    }
    line[0] = '!';
    status_line(line, 0, &now, &before);
    assert_int_equal(line[0], '!');
}

/* ---- the page */

static char text[65536];

static void page(void)
{
    FILE *out = fmemopen(text, sizeof text, "w");

    assert_non_null(out);
    status_page(out, &now);
    assert_true(ftell(out) < (long)sizeof text);
    fclose(out);
}

static void the_page_has_every_counter(void **state)
{
    (void)state;
    setup();
    struct capture_counts *c = &now.interface[0].counts;
    uint64_t *each[] = {&c->frames,
                        &c->octets,
                        &c->kernel_dropped,
                        &c->interface_dropped,
                        &c->damaged_frames,
                        &c->other_frames,
                        &c->fragments,
                        &c->unknown_link,
                        &c->flows,
                        &c->mail_flows,
                        &c->mail_port_other,
                        &c->gap_octets,
                        &c->evicted,
                        &c->held_refused,
                        &c->holes_given_up,
                        &c->fragments_completed,
                        &c->fragments_expired,
                        &c->fragments_evicted,
                        &c->fragments_discarded,
                        &now.flows_open,
                        &now.flows_most,
                        &now.stored,
                        &now.waiting,
                        &now.waiting_octets,
                        &now.waiting_most,
                        &now.rows_dropped,
                        &now.write_failures,
                        &now.sessions[0],
                        &now.sessions[1],
                        &now.sessions[2],
                        &now.sessions[3],
                        &now.sessions[4],
                        &now.sessions[5]};
    size_t count = sizeof each / sizeof *each;

    for (size_t i = 0; i < count; i++)
        *each[i] = 7001 + i;
    page();
    for (size_t i = 0; i < count; i++) {
        char number[16];
        snprintf(number, sizeof number, " 7,%03zu\n", i + 1);
        const char *at = strstr(text, number);
        if (!at)
            fail_msg("no%s", number);
        assert_null(strstr(at + 1, number));
    }
    assert_non_null(strstr(text, "running for 2 d 03:04:05\ninterface eth0: up\n"));
    assert_non_null(strstr(text, "\n  written now           /var/lib/mailtap/findings.db\n"));
    assert_null(strstr(text, "NOT WRITTEN"));
}

static void drops_that_are_not_known_are_not_told(void **state)
{
    (void)state;
    setup();
    now.interface[0].counts.drops_known = false;
    page();
    assert_null(strstr(text, "dropped"));
}

static void the_page_is_eighty_columns_wide(void **state)
{
    (void)state;
    char *line = text;
    unsigned lines = 0;

    watched_hostile(&now);
    page();
    for (; *line; lines++) {
        size_t n = strcspn(line, "\n");
        assert_true(n <= 80 && line[n] == '\n');
        for (size_t i = 0; i < n; i++)
            assert_true(line[i] >= ' ' && line[i] < 0x7f);
        line += n + 1;
    }
    assert_true(lines > 16 * 20);
    assert_non_null(strstr(text, "\n  NOT WRITTEN           %s%n??"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_minute_is_one_line),
        cmocka_unit_test(losses_are_seen),
        cmocka_unit_test(trouble_with_the_database_has_room),
        cmocka_unit_test(classes_are_put_together_before_the_line_is_cut),
        cmocka_unit_test(of_several_interfaces_those_that_ail_are_named),
        cmocka_unit_test(nothing_hostile_gets_through),
        cmocka_unit_test(the_page_has_every_counter),
        cmocka_unit_test(drops_that_are_not_known_are_not_told),
        cmocka_unit_test(the_page_is_eighty_columns_wide),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
