/* test_devices.c - the interfaces of this host, and of a namespace that is made for it. */
#include "test.h"

#include <mailtap/devices.h>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct device *list;
static unsigned count;

static void get(void)
{
    struct err e = {""};

    if (devices_list(&list, &count, &e) < 0)
        fail_msg("%s", e.text);
}

static const struct device *find(const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static bool has_address(const struct device *d, const char *address)
{
    for (unsigned i = 0; i < d->address_count; i++)
        if (strcmp(d->addresses[i], address) == 0)
            return true;
    return false;
}

static void the_loopback_is_there(void **state)
{
    (void)state;
    get();
    const struct device *lo = find("lo");

    assert_non_null(lo);
    assert_true(lo->loopback);
    assert_false(lo->wireless);
    assert_non_null(lo->description);
    if (lo->up)
        assert_true(has_address(lo, "127.0.0.1"));
    devices_free(&list, count);
    assert_null(list);
}

static void only_network_interfaces_are_told(void **state)
{
    (void)state;
    static const char *const others[] = {"any",         "nflog",  "nfqueue", "bluetooth-monitor",
                                         "dbus-system", "usbmon0"};

    get();
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_null(find(others[i]));
    for (unsigned i = 0; i < count; i++) {
        assert_true(if_nametoindex(list[i].name) != 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(list[i].name, list[k].name);
    }
    devices_free(&list, count);
}

/* A network namespace of our own; -1: we may not, or `ip` is missing. */
static int enter(void)
{
    int old = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

    if (old >= 0 && unshare(CLONE_NEWNET) == 0) {
        if (system("ip link add tap0 type veth peer name tap1 2> /dev/null && "
                   "ip addr add 192.0.2.10/24 dev tap0 && "
                   "ip addr add 2001:db8::10/64 dev tap0 nodad && "
                   "ip link set tap0 up") == 0)
            return old;
        assert_int_equal(setns(old, CLONE_NEWNET), 0);
    }
    if (old >= 0)
        close(old);
    return -1;
}

static void states_and_addresses_are_those_of_the_system(void **state)
{
    (void)state;
    int old = enter();

    if (old < 0) {
        print_message("skipped: making interfaces needs root and ip(8)\n");
        skip();
    }
    get();
    const struct device *one = find("tap0"), *other = find("tap1"), *lo = find("lo");
    assert_non_null(one);
    assert_non_null(other);
    assert_non_null(lo);
    assert_true(one->up && !one->running && !one->loopback);
    assert_false(other->up || lo->up);
    assert_true(lo->loopback);
    assert_true(has_address(one, "192.0.2.10"));
    assert_true(has_address(one, "2001:db8::10"));
    assert_int_equal(other->address_count, 0);
    devices_free(&list, count);
    assert_int_equal(system("ip link set tap1 up"), 0);
    get();
    one = find("tap0");
    assert_non_null(one);
    assert_true(one->up && one->running);
    devices_free(&list, count);
    assert_int_equal(setns(old, CLONE_NEWNET), 0);
    close(old);
}

/* The alias is read from /sys, which shows the namespace it was mounted in: in a process of its own. */
static int alias_in_a_namespace(void)
{
    const struct device *lo;
    struct err e;

    if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 ||
        system("mount --make-rprivate / 2> /dev/null && mount -t sysfs none /sys 2> /dev/null && "
               "ip link set lo alias \"$(printf 'DMZ \\033[2J')\" 2> /dev/null") != 0)
        return 77;
    if (devices_list(&list, &count, &e) < 0 || !(lo = find("lo")))
        return 1;
    return strcmp(lo->description, "DMZ \\x1b[2J") == 0 ? 0 : 2;
}

static void an_alias_is_the_description_and_escaped(void **state)
{
    (void)state;
    pid_t child = fork();
    int status;

    assert_true(child >= 0);
    if (child == 0)
        _exit(alias_in_a_namespace());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("skipped: giving an interface an alias needs root, ip(8) and mount(8)\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loopback_is_there),
        cmocka_unit_test(only_network_interfaces_are_told),
        cmocka_unit_test(states_and_addresses_are_those_of_the_system),
        cmocka_unit_test(an_alias_is_the_description_and_escaped),
    };
    return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
