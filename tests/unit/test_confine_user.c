/* test_confine_user.c - who a confined process is, what rights it has, what it says and refuses. */
#include "test.h"

#include "locked.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* ---- rights */

/* A line of /proc/self/status, which was opened before. */
static bool status_has(const char *text, const char *name, const char *value)
{
    const char *line = strstr(text, name);
    size_t n = strcspn(line ? line : "", "\n"), end = strlen(value);

    return line && n >= end && memcmp(line + n - end, value, end) == 0;
}

static void no_rights(void)
{
    static const char *const sets[] = {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:", "CapBnd:"};
    const struct rlimit more = {1, 1};
    int status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    bool root = is_root();
    struct rlimit core;
    char text[8192];

    MUST(status >= 0);
    lock_up();
    ssize_t n = pread(status, text, sizeof text - 1, 0);
    MUST(n > 0);
    text[n] = '\0';
    for (size_t i = 0; i < (root ? 5u : 4u); i++) /* bounds are root's to set */
        MUST(status_has(text, sets[i], "\t0000000000000000"));
    MUST(status_has(text, "NoNewPrivs:", "\t1") && status_has(text, "Seccomp:", "\t2"));
    MUST(!root || (getuid() != 0 && geteuid() != 0 && getgid() != 0 && getgroups(0, NULL) == 0));
    MUST_NOT(setuid(0));
    MUST_NOT(setresuid(0, 0, 0));
    MUST_NOT(setgid(0));
    MUST(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0);
    MUST_NOT(setrlimit(RLIMIT_NOFILE, &more));
    MUST(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
    MUST_NOT(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static void test_no_rights(void **state)
{
    (void)state;
    goes_well(no_rights);
}

/* Root that stays root: there are containers that have no other user. */
static void as_root(void)
{
    struct confinement c = usual();
    struct err e = {""};

    c.user = "root";
    MUST(chown(home, 0, 0) == 0);
    MUST(confine(&c, &confined, &e) == 0);
    MUST(strcmp(confined.user, "root") == 0 && !confined.user_changed && confined.no_capabilities);
    put(in(home, "a"), "text");
    MUST(unlink(in(home, "a")) == 0);
    MUST_NOT(open("/etc/shadow", O_RDONLY));
}

static void test_root_without_capabilities(void **state)
{
    const struct passwd *nobody;

    (void)state;
    if (!is_root())
        skip();
    goes_well(as_root);
    nobody = getpwnam("nobody");
    assert_non_null(nobody);
    assert_int_equal(chown(home, nobody->pw_uid, nobody->pw_gid), 0);
}

/* ---- what is said */

static void say_done(void)
{
    char text[200], small[12], wanted[200];

    lock_up();
    confine_describe(&confined, text, sizeof text);
    snprintf(wanted, sizeof wanted,
             "user %s, no capabilities, no new privileges, Landlock %d, seccomp, no core dumps",
             confined.user, confined.landlock);
    MUST(confined.landlock > 0 && strcmp(text, wanted) == 0);
    MUST(!is_root() || strcmp(confined.user, "nobody") == 0);
    confine_describe(&confined, small, sizeof small);
    MUST(strncmp(small, text, sizeof small - 1) == 0 && strlen(small) == sizeof small - 1);
}

/* A kernel that lacks Landlock, as far as this process can see. */
static void forget_landlock(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);

    MUST(f &&
         seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) == 0);
    MUST(seccomp_load(f) == 0);
    seccomp_release(f);
}

static void an_old_kernel(void)
{
    char text[200];

    forget_landlock();
    lock_up();
    confine_describe(&confined, text, sizeof text);
    MUST(confined.landlock == 0 && confined.seccomp);
    MUST(strstr(text, "no new privileges, seccomp, no core dumps; missing: Landlock"));
    MUST_NOT(socket(AF_INET, SOCK_STREAM, 0));
}

static void an_old_kernel_in_full(void)
{
    struct confinement c = usual();
    struct err e = {""};

    c.mode = CONFINE_FULL;
    forget_landlock();
    MUST(confine(&c, &confined, &e) < 0);
    MUST(strstr(e.text, "no Landlock"));
}

static void in_full(void)
{
    struct confinement c = usual();
    struct err e = {""};

    c.mode = CONFINE_FULL;
    MUST(confine(&c, &confined, &e) == 0 && confined.landlock > 0 && confined.seccomp);
}

static void off(void)
{
    struct confinement c = usual();
    struct err e = {""};
    char text[200];

    c.mode = CONFINE_OFF;
    MUST(confine(&c, &confined, &e) == 0);
    confine_describe(&confined, text, sizeof text);
    MUST(strstr(text,
                ", no core dumps; missing: dropped capabilities, no new privileges, Landlock, "
                "seccomp"));
    MUST(open("/etc/passwd", O_RDONLY) >= 0);
    MUST(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
}

static void test_what_is_said(void **state)
{
    (void)state;
    goes_well(say_done);
    goes_well(an_old_kernel);
    goes_well(an_old_kernel_in_full);
    goes_well(in_full);
    goes_well(off);
}

/* ---- what is refused */

static void *wait_for_ever(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

static void too_late(void)
{
    const struct confinement c = usual();
    struct err e = {""};
    pthread_t t;

    MUST(pthread_create(&t, NULL, wait_for_ever, NULL) == 0);
    MUST(confine(&c, &confined, &e) < 0 && strstr(e.text, "before there are threads"));
}

static const char *folder, *wanted_error;

static void refused(void)
{
    struct confinement c = usual();
    struct err e = {""};

    c.writable[0] = folder;
    MUST(confine(&c, &confined, &e) < 0);
    if (!strstr(e.text, wanted_error)) {
        fprintf(stderr, "it says: %s\n", e.text);
        _exit(9);
    }
}

static void test_what_is_refused(void **state)
{
    static const struct {
        const char *folder, *error;
    } wrong[] = {
        {"/proc", "/proc cannot be written by the user "},
        {"/nowhere", "/nowhere: there is no such folder"},
    };
    (void)state;
    goes_well(too_late);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        folder = wrong[i].folder;
        wanted_error = wrong[i].error;
        goes_well(refused);
    }
}

/* As a service has all folders but its own: who owns one does not help. */
static void read_only(void)
{
    if (unshare(CLONE_NEWNS) < 0) {
        fprintf(stderr, "a read-only folder is skipped: no namespace can be made\n");
        return;
    }
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    MUST(mount("none", home, "tmpfs", MS_RDONLY, "mode=777") == 0);
    folder = home;
    wanted_error = "is read-only here; for a service, ReadWritePaths= opens it";
    refused();
}

static void test_a_read_only_folder_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip(); /* only root mounts one */
    goes_well(read_only);
}

/* All files at once. */
static void everything(void)
{
    struct confinement c = usual();
    struct err e = {""};

    c.readable[c.readables++] = "/tmp/..";
    MUST(confine(&c, &confined, &e) < 0 && strstr(e.text, "every file would be open"));
}

static void test_not_everything(void **state)
{
    (void)state;
    goes_well(everything);
}

/* ---- who */

static void chosen_by_root(void)
{
    const char *user = "x";
    struct err e = {""};

    unsetenv("SUDO_UID");
    MUST(confine_user("nobody", &user, &e) == 0 && strcmp(user, "nobody") == 0);
    MUST(confine_user(user, &user, &e) == 0 && strcmp(user, "nobody") == 0);
    MUST(confine_user("no\nsuch user", &user, &e) < 0 && !user);
    MUST(strstr(e.text, "there is no user 'no") && !strchr(e.text, '\n'));
    MUST(confine_user(NULL, &user, &e) == 0);
    MUST(getpwnam("mailtap") ? strcmp(user, "mailtap") == 0 : !user);
    const char *usually = user ? "mailtap" : "";
    static const char *const nobody_called[] = {"0", "-1", "", "1x", "4294967295", "99999999999"};
    for (size_t i = 0; i < sizeof nobody_called / sizeof *nobody_called; i++) {
        setenv("SUDO_UID", nobody_called[i], 1);
        MUST(confine_user(NULL, &user, &e) == 0 && strcmp(user ? user : "", usually) == 0);
    }
    char uid[16];
    snprintf(uid, sizeof uid, "%lu", (unsigned long)getpwnam("nobody")->pw_uid);
    setenv("SUDO_UID", uid, 1);
    MUST(confine_user(NULL, &user, &e) == 0 && strcmp(user, "nobody") == 0);
}

static void chosen_by_others(void)
{
    const struct passwd *nobody = getpwnam("nobody");
    const char *user = "x";
    struct err e = {""};

    MUST(nobody && (!is_root() || setuid(nobody->pw_uid) == 0));
    setenv("SUDO_UID", "0", 1);
    MUST(confine_user(NULL, &user, &e) == 0 && !user);
    MUST(confine_user("root", &user, &e) < 0 && strstr(e.text, "only root can become"));
    MUST(geteuid() != nobody->pw_uid || confine_user("nobody", &user, &e) == 0);
}

static void test_who_it_becomes(void **state)
{
    (void)state;
    if (is_root())
        goes_well(chosen_by_root);
    goes_well(chosen_by_others);
}

/* No user but root, and no right to be another. */
static void without_the_right(void)
{
    const struct confinement c = usual();
    struct __user_cap_header_struct of = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    struct err e = {""};

    MUST(syscall(SYS_capset, &of, none) == 0);
    MUST(confine(&c, &confined, &e) < 0 && strstr(e.text, "cannot become the user nobody"));
}

static void test_root_that_may_not(void **state)
{
    (void)state;
    if (!is_root())
        skip();
    goes_well(without_the_right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_rights),
        cmocka_unit_test(test_root_without_capabilities),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_read_only_folder_is_refused),
        cmocka_unit_test(test_not_everything),
        cmocka_unit_test(test_who_it_becomes),
        cmocka_unit_test(test_root_that_may_not),
    };
    return cmocka_run_group_tests_name("confine_user", tests, make_folders, remove_folders);
}
