/* confine.c - see confine.h. */
#include "confine_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- sanitizers */

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined SANITIZED
#include <sanitizer/lsan_interface.h>

/*
 * To look for leaks at the end, LeakSanitizer makes a process that traces this one and reads
 * /proc/self: what a confined process must not do.  So it is told not to; leaks are looked for by
 * tests that do not confine.
 */
static int leaks_unseen;

int __lsan_is_turned_off(void)
{
    return leaks_unseen;
}

static void expect_no_tracer(void)
{
    leaks_unseen = 1;
}
#else
static void expect_no_tracer(void)
{
}
#endif

/* ---- steps */

void confine_core(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    /* The limit does not hold for a program that takes core dumps; this does. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static bool core_is_off(void)
{
    struct rlimit now;

    return getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_cur == 0 && now.rlim_max == 0 &&
           prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
}

/* Threads that run would keep every right. */
static bool is_alone(void)
{
    DIR *d = opendir("/proc/self/task");
    struct dirent *entry;
    unsigned threads = 0;

    if (!d)
        return true; /* no /proc: nobody to ask */
    while ((entry = readdir(d)))
        threads += entry->d_name[0] != '.';
    closedir(d);
    return threads <= 1;
}

static int become(const struct confinement *c, struct confined *done, struct err *e)
{
    struct account a;
    int chosen = account_choose(c->user, &a, e);

    if (chosen < 0)
        return -1;
    capabilities_bound();
    if (chosen > 0 && a.uid != geteuid()) {
        if (account_become(&a, e) < 0)
            return -1;
        done->user_changed = true;
    }
    account_name(done->user);
    return 0;
}

static int give_up(struct confined *done, struct err *e)
{
    if (capabilities_drop(e) < 0)
        return -1;
    done->no_capabilities = true;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    done->no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    if (!done->no_new_privileges)
        return err_set(e, "new privileges could not be given up");
    /* A change of the user makes the process what the system wants it to be: dumpable, perhaps. */
    confine_core();
    done->no_core = core_is_off();
    if (!done->no_core)
        return err_set(e, "core dumps could not be switched off");
    return 0;
}

/* With the user it is now, and what that user may. */
static int check_writable(const struct confinement *c, const char *user, struct err *e)
{
    for (unsigned i = 0; i < c->writables; i++)
        if (faccessat(AT_FDCWD, c->writable[i], R_OK | W_OK | X_OK, AT_EACCESS) < 0) {
            if (errno == ENOENT || errno == ENOTDIR)
                return err_set(e, "%s: there is no such folder; make it", c->writable[i]);
            if (errno == EROFS) /* as a service: all folders but its own */
                return err_set(e, "%s is read-only here; for a service, ReadWritePaths= opens it",
                               c->writable[i]);
            return err_set(e,
                           "%s cannot be written by the user %s: chown it, or name another with "
                           "--user",
                           c->writable[i], user);
        }
    return 0;
}

/* What this kernel lacks, for those who want all of it. */
static int check_full(const struct confined *done, struct err *e)
{
    if (!done->landlock)
        return err_set(e, "this kernel has no Landlock; --confine best does without");
    if (!done->seccomp)
        return err_set(e, "this kernel has no seccomp; --confine best does without");
    return 0;
}

static int lock_up(const struct confinement *c, struct confined *done, struct err *e)
{
    int rc = landlock_confine(c, e);

    if (rc < 0)
        return -1;
    done->landlock = rc;
    expect_no_tracer();
    rc = seccomp_confine(e);
    done->seccomp = rc > 0;
    return rc < 0 ? -1 : 0;
}

int confine(const struct confinement *c, struct confined *done_r, struct err *e)
{
    *done_r = (struct confined){.user = ""};
    confine_core();
    if (c->mode == CONFINE_OFF) {
        done_r->no_core = core_is_off();
        account_name(done_r->user);
        return 0;
    }
    if (!is_alone())
        return err_set(e, "rights can be given up only before there are threads");
    if (become(c, done_r, e) < 0 || give_up(done_r, e) < 0 ||
        check_writable(c, done_r->user, e) < 0 || lock_up(c, done_r, e) < 0)
        return -1;
    return c->mode == CONFINE_FULL ? check_full(done_r, e) : 0;
}

/* ---- in words */

struct words {
    char *to;
    size_t size, used;
};

static void say(struct words *w, const char *before, const char *text)
{
    if (w->used >= w->size)
        return;
    int n = snprintf(w->to + w->used, w->size - w->used, "%s%s", before, text);
    w->used += n > 0 ? (size_t)n : 0;
}

void confine_describe(const struct confined *done, char *to, size_t size)
{
    char landlock[32];
    const struct {
        bool done;
        const char *name, *missing;
    } parts[] = {
        {done->no_capabilities, "no capabilities", "dropped capabilities"},
        {done->no_new_privileges, "no new privileges", "no new privileges"},
        {done->landlock > 0, landlock, "Landlock"},
        {done->seccomp, "seccomp", "seccomp"},
        {done->no_core, "no core dumps", "core dumps off"},
    };
    struct words w = {.to = to, .size = size};
    bool first = true;

    snprintf(landlock, sizeof landlock, "Landlock %d", done->landlock);
    say(&w, "user ", done->user);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].done)
            say(&w, ", ", parts[i].name);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].done) {
            say(&w, first ? "; missing: " : ", ", parts[i].missing);
            first = false;
        }
}
