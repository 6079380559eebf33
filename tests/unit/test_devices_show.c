/* test_devices_show.c - interfaces as a table. */
#include "test.h"

#include "../../cli/devices_show.h"

#include <string.h>

static char shown[8192];

static void show(const struct device *list, unsigned count)
{
    FILE *out = fmemopen(shown, sizeof shown, "w");

    assert_non_null(out);
    devices_show(out, list, count);
    fclose(out);
    for (const char *line = shown; *line; line += strcspn(line, "\n") + 1) {
        size_t n = strcspn(line, "\n");
        assert_true(n <= 80);
        assert_int_equal(line[n], '\n');
        for (size_t i = 0; i < n; i++)
            assert_true(line[i] >= ' ' && line[i] < 0x7f);
    }
}

static void a_table_of_every_state(void **state)
{
    (void)state;
    char *addresses[] = {"192.0.2.10", "2001:db8::10"};
    const struct device list[] = {
        {.name = "eth0",
         .description = "mirror of the DMZ",
         .addresses = addresses,
         .address_count = 2,
         .up = true,
         .running = true},
        {.name = "lo",
         .description = "",
         .addresses = addresses,
         .address_count = 1,
         .up = true,
         .running = true,
         .loopback = true},
        {.name = "wlan0", .description = "", .up = true, .wireless = true},
        {.name = "eth1", .description = "spare"},
    };

    show(list, 4);
    assert_string_equal(shown, "name   state              addresses, alias\n"
                               "eth0   up                 192.0.2.10\n"
                               "                          2001:db8::10\n"
                               "                          mirror of the DMZ\n"
                               "lo     up, loopback       192.0.2.10\n"
                               "wlan0  no link, wireless\n"
                               "eth1   down               spare\n");
}

static void no_interface_says_what_to_do(void **state)
{
    (void)state;
    show(NULL, 0);
    assert_memory_equal(shown, "There is no network interface here.", 35);
    assert_non_null(strstr(shown, "--network host"));
}

static void long_and_hostile_names_stay_in_their_columns(void **state)
{
    (void)state;
    char description[1025], *addresses[] = {"2001:db8:1234:5678:9abc:def0:1234:5678"};
    memset(description, 'x', sizeof description - 1);
    description[sizeof description - 1] = '\0';
    const struct device list[] = {
        {.name = "\x1b[2J\x1b[H\xc3\xa4-hostile-name",
         .description = description,
         .addresses = addresses,
         .address_count = 1,
         .up = true,
         .wireless = true},
    };

    show(list, 1);
    assert_non_null(strstr(shown, "\n?[2J?[H?-hosti~  no link, wireless  "
                                  "2001:db8:1234:5678:9abc:def0:1234:5678\n"));
    assert_non_null(strstr(shown, "xxx~\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_every_state),
        cmocka_unit_test(no_interface_says_what_to_do),
        cmocka_unit_test(long_and_hostile_names_stay_in_their_columns),
    };
    return cmocka_run_group_tests_name("devices_show", tests, NULL, NULL);
}
