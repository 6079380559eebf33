/* confine_user.c - another user, and no capabilities; see confine_parts.h. */
#include "confine_parts.h"

#include "../report/page.h"

#include <mailtap/slice.h>

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The user that packaging makes. */
#define OWN_USER "mailtap"

/* More than any kernel has; the kernel says where its own end. */
#define CAPABILITIES 64

/* ---- who */

static bool take(struct account *a, const struct passwd *p)
{
    if (!p || strlen(p->pw_name) >= sizeof a->name)
        return false;
    snprintf(a->name, sizeof a->name, "%s", p->pw_name);
    a->uid = p->pw_uid;
    a->gid = p->pw_gid;
    return true;
}

/* Who called sudo; root itself is nobody to become. */
static bool take_caller(struct account *a)
{
    const char *text = getenv("SUDO_UID");
    uint64_t uid;

    return text && slice_decimal(slice_of(text), UINT32_MAX - 1, &uid) && uid != 0 &&
           take(a, getpwuid((uid_t)uid));
}

static int take_asked(const char *asked, struct account *a, struct err *e)
{
    unsigned width;

    if (take(a, getpwnam(asked)) && (geteuid() == 0 || a->uid == geteuid()))
        return 1;
    char *shown = shown_text(slice_of(asked), 40, &width);
    if (getpwnam(asked))
        err_set(e, "only root can become the user '%s'; start it as root or without --user", shown);
    else
        err_set(e, "there is no user '%s'; make it (useradd --system), or name another with --user",
                shown);
    free(shown);
    return -1;
}

int account_choose(const char *asked, struct account *a, struct err *e)
{
    *a = (struct account){.name = ""};
    if (asked)
        return take_asked(asked, a, e);
    if (geteuid() != 0)
        return 0;
    return take_caller(a) || take(a, getpwnam(OWN_USER));
}

int confine_user(const char *asked, const char **user_r, struct err *e)
{
    static struct account chosen;
    struct account a; /* `asked` may be what an earlier call gave */
    int rc = account_choose(asked, &a, e);

    chosen = a;
    *user_r = rc > 0 ? chosen.name : NULL;
    return rc < 0 ? -1 : 0;
}

void account_name(char to[CONFINE_USER])
{
    struct account a;

    if (take(&a, getpwuid(geteuid())))
        snprintf(to, CONFINE_USER, "%s", a.name);
    else
        snprintf(to, CONFINE_USER, "%lu", (unsigned long)geteuid());
}

/* ---- another user */

/* All three ids are the user's, there are no other groups, and no way back. */
static bool became(const struct account *a)
{
    uid_t r, u, s;
    gid_t rg, g, sg;

    return getresuid(&r, &u, &s) == 0 && r == a->uid && u == a->uid && s == a->uid &&
           getresgid(&rg, &g, &sg) == 0 && rg == a->gid && g == a->gid && sg == a->gid &&
           getgroups(0, NULL) == 0 && (a->uid == 0 || setresuid(0, 0, 0) < 0);
}

int account_become(const struct account *a, struct err *e)
{
    /* The groups first: the right to change them goes with the user. */
    if (setgroups(0, NULL) < 0 || setresgid(a->gid, a->gid, a->gid) < 0 ||
        setresuid(a->uid, a->uid, a->uid) < 0)
        return err_set(e,
                       "cannot become the user %s: %s; start it with the right to (CAP_SETUID, "
                       "CAP_SETGID), or as that user",
                       a->name, strerror(errno));
    if (!became(a))
        return err_set(e, "did not become the user %s in full", a->name);
    return 0;
}

/* ---- capabilities */

void capabilities_bound(void)
{
    /* Without CAP_SETPCAP it stays as it is, and is worth nothing once there are no new privileges. */
    for (unsigned long i = 0; i < CAPABILITIES && prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

static bool none_left(void)
{
    struct __user_cap_header_struct of = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3];

    memset(has, 0xff, sizeof has);
    if (syscall(SYS_capget, &of, has) < 0)
        return false;
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
        if (has[i].effective || has[i].permitted || has[i].inheritable)
            return false;
    for (unsigned long i = 0; i < CAPABILITIES; i++)
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) > 0)
            return false;
    return true;
}

int capabilities_drop(struct err *e)
{
    struct __user_cap_header_struct of = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    /* With the inheritable set, the ambient one is emptied as well; said once more, to be sure. */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (syscall(SYS_capset, &of, none) < 0)
        return err_set(e, "cannot give up capabilities: %s", strerror(errno));
    if (!none_left())
        return err_set(e, "capabilities are left that were given up");
    return 0;
}
