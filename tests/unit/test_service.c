/* test_service.c - a service manager, as far as its socket goes. */
#include "test.h"

#include "../../cli/service.h"
#include "locked.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

static char said[1024];

/* What the manager read last; empty: nothing. */
static const char *hear(int manager)
{
    ssize_t n = recv(manager, said, sizeof said - 1, MSG_DONTWAIT);

    said[n > 0 ? n : 0] = '\0';
    return said;
}

/* A manager at `name`, as $NOTIFY_SOCKET has it. */
static int manage(const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && strlen(name) < sizeof a.sun_path);
    memcpy(a.sun_path, name, strlen(name));
    if (name[0] == '@')
        a.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&a,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void tells_everything(const char *name)
{
    int manager = manage(name);
    struct service *s = service_open();

    assert_null(getenv("NOTIFY_SOCKET"));
    assert_int_equal(service_watchdog(s), 0);
    assert_string_equal(hear(manager), "");
    service_ready(s, "eth0: reading");
    assert_string_equal(hear(manager), "READY=1\nSTATUS=eth0: reading");
    service_ready(s, NULL);
    assert_string_equal(hear(manager), "READY=1\n");
    service_status(s, "3 sessions");
    assert_string_equal(hear(manager), "STATUS=3 sessions");
    service_status(s, NULL);
    assert_string_equal(hear(manager), "");
    service_alive(s);
    assert_string_equal(hear(manager), "WATCHDOG=1\n");
    service_reloading(s);
    assert_int_equal(strncmp(hear(manager), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
    assert_true(strtoll(said + 27, NULL, 10) > 0);
    service_stopping(s);
    assert_string_equal(hear(manager), "STOPPING=1\n");
    service_close(&s);
    assert_null(s);
    service_close(&s);
    close(manager);
}

static void test_a_socket_in_a_folder(void **state)
{
    char name[100];

    (void)state;
    snprintf(name, sizeof name, "%s/notify", home);
    tells_everything(name);
    unlink(name);
}

static void test_an_abstract_socket(void **state)
{
    char name[100];

    (void)state;
    snprintf(name, sizeof name, "@%s/notify", home);
    tells_everything(name);
}

/* Whatever is in it, a status is one field; and it has an end. */
static void test_a_status_is_one_line(void **state)
{
    char name[100], longer[2000];

    (void)state;
    snprintf(name, sizeof name, "@%s/line", home);
    int manager = manage(name);
    struct service *s = service_open();
    service_status(s, "a\nMAINPID=1\r\x7f\x1b[2J");
    assert_string_equal(hear(manager), "STATUS=a MAINPID=1   [2J");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    service_ready(s, longer);
    assert_int_equal(strlen(hear(manager)), strlen("READY=1\nSTATUS=") + 240);
    service_close(&s);
    close(manager);
}

/* ---- without a manager */

static void test_no_manager(void **state)
{
    static const char *const names[] = {
        NULL, "", "@", "/", "relative", "vsock:2:1", "/nowhere/at/all", "@nobody-listens-here"};
    char longer[200];

    (void)state;
    memset(longer, 'x', sizeof longer);
    longer[0] = '/';
    longer[sizeof longer - 1] = '\0';
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        const char *name = i < sizeof names / sizeof *names ? names[i] : longer;
        if (name)
            setenv("NOTIFY_SOCKET", name, 1);
        setenv("WATCHDOG_USEC", "30000000", 1);
        struct service *s = service_open();
        assert_non_null(s);
        assert_int_equal(service_watchdog(s), 0);
        assert_null(getenv("NOTIFY_SOCKET"));
        assert_null(getenv("WATCHDOG_USEC"));
        service_ready(s, "ready");
        service_alive(s);
        service_close(&s);
    }
}

/* One that goes away takes nothing along. */
static void test_a_manager_that_ends(void **state)
{
    char name[100];

    (void)state;
    snprintf(name, sizeof name, "@%s/ends", home);
    int manager = manage(name);
    struct service *s = service_open();
    close(manager);
    service_ready(s, NULL);
    service_alive(s);
    service_close(&s);
}

/* ---- watchdog */

static int64_t watched(const char *microseconds, const char *process)
{
    char name[100];

    snprintf(name, sizeof name, "@%s/watchdog", home);
    int manager = manage(name);
    setenv("WATCHDOG_USEC", microseconds, 1);
    if (process)
        setenv("WATCHDOG_PID", process, 1);
    struct service *s = service_open();
    int64_t ns = service_watchdog(s);
    assert_null(getenv("WATCHDOG_USEC"));
    assert_null(getenv("WATCHDOG_PID"));
    service_close(&s);
    close(manager);
    return ns;
}

static void test_watchdog(void **state)
{
    char self[20];

    (void)state;
    snprintf(self, sizeof self, "%ld", (long)getpid());
    assert_int_equal(watched("30000000", NULL), INT64_C(15000000000));
    assert_int_equal(watched("30000000", self), INT64_C(15000000000));
    assert_int_equal(watched("30000000", "1"), 0);
    assert_int_equal(watched("30000000", "me"), 0);
    assert_int_equal(watched("0", NULL), 0);
    assert_int_equal(watched("", NULL), 0);
    assert_int_equal(watched("-5", NULL), 0);
    assert_int_equal(watched("30s", NULL), 0);
    assert_int_equal(watched("9223372036854775807", NULL), 0); /* no such number of ns */
    assert_true(watched("9223372036854775", NULL) > 0);
}

/* ---- confined */

static void tell_confined(void)
{
    struct service *s = service_open();

    lock_up();
    service_ready(s, "confined");
    service_alive(s);
    service_close(&s);
}

/* Connected before it is confined, it can be told after, also where Landlock parts abstract names. */
static void test_it_is_told_by_a_confined_process(void **state)
{
    static const char *const kinds[] = {"@", ""};
    char name[100];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s%s/confined", kinds[i], other);
        int manager = manage(name);
        goes_well(tell_confined);
        assert_string_equal(hear(manager), "READY=1\nSTATUS=confined");
        assert_string_equal(hear(manager), "WATCHDOG=1\n");
        close(manager);
        unlink(name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_socket_in_a_folder),
        cmocka_unit_test(test_an_abstract_socket),
        cmocka_unit_test(test_a_status_is_one_line),
        cmocka_unit_test(test_no_manager),
        cmocka_unit_test(test_a_manager_that_ends),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_it_is_told_by_a_confined_process),
    };
    return cmocka_run_group_tests_name("service", tests, make_folders, remove_folders);
}
