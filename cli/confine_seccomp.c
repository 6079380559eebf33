/*
 * confine_seccomp.c - what the kernel may be asked for (seccomp(2)); see confine_parts.h.
 *
 * Three answers: what is in `allowed` is done, some of it with certain arguments only; what is in
 * `deadly` no part of this program would ask for, so whoever does is an attacker, and the process
 * ends; for all else the answer is EPERM, which libraries take for "not here" and go on.
 */
#include "confine_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SOL_PACKET
#define SOL_PACKET 263
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* clang-format off */
static const char *const allowed[] = {
    /* files: where, Landlock says */
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "lseek",
    "open", "openat", "creat", "close", "stat", "fstat", "lstat", "newfstatat", "statx",
    "access", "faccessat", "faccessat2", "flock", "ftruncate", "fallocate",
    "fadvise64", "fsync", "fdatasync", "unlink", "unlinkat", "rename", "renameat", "renameat2",
    "symlink", "symlinkat", "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "fchmod",
    "fchown", "umask", "statfs", "fstatfs", "dup", "dup2", "dup3",
    /* waiting */
    "poll", "ppoll", "select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait",
    "epoll_pwait", "pipe", "pipe2", "eventfd2", "timerfd_create", "timerfd_settime",
    "timerfd_gettime", "signalfd4", "pause",
    /* memory and threads */
    "munmap", "mremap", "madvise", "brk", "msync", "futex", "futex_waitv", "set_robust_list",
    "get_robust_list", "rseq", "set_tid_address", "exit", "exit_group", "gettid", "sched_yield",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "membarrier", "getcpu",
    /* who and what this process is */
    "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid",
    "getgroups", "capget", "getrlimit", "getrusage", "uname", "sysinfo", "times", "getrandom",
    /* time */
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "restart_syscall",
    /* signals */
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigpending",
    "rt_sigtimedwait", "sigaltstack",
    /* sockets that are open: an interface that comes back is bound again */
    "recvfrom", "recvmsg", "recvmmsg", "bind", "getsockname", "getpeername", "shutdown",
};

static const char *const deadly[] = {
    "execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd",
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree",
    "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "unshare", "setns",
    "open_by_handle_at", "kexec_load", "kexec_file_load", "init_module", "finit_module",
    "delete_module", "keyctl", "add_key", "request_key", "iopl", "ioperm", "modify_ldt", "reboot",
    "swapon", "swapoff",
};
/* clang-format on */

/* One value of one argument, and that call is done. */
struct choice {
    const char *name;
    unsigned argument;
    uint64_t value;
};

static const struct choice choices[] = {
    /* an interface: its number, whether it is up; a terminal: its size, its keys */
    {"ioctl", 1, SIOCGIFINDEX},
    {"ioctl", 1, SIOCGIFFLAGS},
    {"ioctl", 1, SIOCGIFHWADDR},
    {"ioctl", 1, TIOCGWINSZ},
    {"ioctl", 1, TCGETS},
    {"ioctl", 1, TCSETS},
    {"ioctl", 1, TCSETSW},
    {"ioctl", 1, TCSETSF},
    {"fcntl", 1, F_DUPFD},
    {"fcntl", 1, F_DUPFD_CLOEXEC},
    {"fcntl", 1, F_GETFD},
    {"fcntl", 1, F_SETFD},
    {"fcntl", 1, F_GETFL},
    {"fcntl", 1, F_SETFL},
    {"fcntl", 1, F_GETLK},
    {"fcntl", 1, F_SETLK},
    {"fcntl", 1, F_SETLKW},
    {"fcntl", 1, F_OFD_GETLK},
    {"fcntl", 1, F_OFD_SETLK},
    {"fcntl", 1, F_OFD_SETLKW},
    {"getsockopt", 1, SOL_SOCKET},
    {"getsockopt", 1, SOL_PACKET},
    {"setsockopt", 1, SOL_SOCKET},
    {"setsockopt", 1, SOL_PACKET},
    /* to whom the socket is connected, and to nobody else: sendmsg() could name another, where no
     * filter can look */
    {"sendto", 4, 0},
    {"prlimit64", 2, 0}, /* read, not set */
    {"prctl", 0, PR_SET_NAME},
    {"prctl", 0, PR_GET_NAME},
    {"prctl", 0, PR_SET_VMA}, /* newer C libraries name memory */
    {"prctl", 0, PR_GET_DUMPABLE},
    {"prctl", 0, PR_GET_NO_NEW_PRIVS},
    {"prctl", 0, PR_GET_SECCOMP},
    {"prctl", 0, PR_CAPBSET_READ},
};

/* ---- the filter */

static int add(scmp_filter_ctx f, uint32_t action, const char *name, unsigned count,
               const struct scmp_arg_cmp *when)
{
    int number = seccomp_syscall_resolve_name(name);

    if (number == __NR_SCMP_ERROR)
        return -EINVAL; /* what it does not know it cannot allow: a slip of the pen in the lists */
    return seccomp_rule_add_array(f, action, number, count, when);
}

/* Memory that can be run comes with the program's start, and never after. */
static int add_memory(scmp_filter_ctx f)
{
    const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int rc = add(f, SCMP_ACT_ALLOW, "mmap", 1, &no_code);

    return rc < 0 ? rc : add(f, SCMP_ACT_ALLOW, "mprotect", 1, &no_code);
}

/* Threads, and no processes; without clone3(), whose flags no filter sees, the C library takes clone(). */
static int add_threads(scmp_filter_ctx f)
{
    const uint64_t apart = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                           CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    /* Where its flags stand differs on one architecture. */
#ifdef __s390__
    const unsigned flags = 1;
#else
    const unsigned flags = 0;
#endif
    const struct scmp_arg_cmp thread = SCMP_CMP64(
        flags, SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM | apart, CLONE_THREAD | CLONE_VM);
    int rc = add(f, SCMP_ACT_ALLOW, "clone", 1, &thread);

    return rc < 0 ? rc : add(f, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, NULL);
}

/* abort() and raise() are told from signals to others by the process they go to. */
static int add_signals(scmp_filter_ctx f)
{
    const struct scmp_arg_cmp self = {.op = SCMP_CMP_EQ, .datum_a = (uint64_t)getpid()};
    int rc = add(f, SCMP_ACT_ALLOW, "tgkill", 1, &self);

    return rc < 0 ? rc : add(f, SCMP_ACT_ALLOW, "kill", 1, &self);
}

static int add_all(scmp_filter_ctx f)
{
    int rc = 0;

    for (size_t i = 0; rc >= 0 && i < sizeof allowed / sizeof *allowed; i++)
        rc = add(f, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (size_t i = 0; rc >= 0 && i < sizeof deadly / sizeof *deadly; i++)
        rc = add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0, NULL);
    for (size_t i = 0; rc >= 0 && i < sizeof choices / sizeof *choices; i++) {
        const struct scmp_arg_cmp one = {
            .arg = choices[i].argument, .op = SCMP_CMP_EQ, .datum_a = choices[i].value};
        rc = add(f, SCMP_ACT_ALLOW, choices[i].name, 1, &one);
    }
    if (rc >= 0)
        rc = add_memory(f);
    if (rc >= 0)
        rc = add_threads(f);
    return rc < 0 ? rc : add_signals(f);
}

/* Calls of another architecture's numbers are meant to slip through. */
static int prepare(scmp_filter_ctx f)
{
    int rc = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

    return rc < 0 ? rc : add_all(f);
}

/* ---- in force */

static bool socket_opens(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int seccomp_confine(struct err *e)
{
    /* No filter at all: a kernel that has filters finds fault with the address, another with the word. */
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 && errno != EFAULT)
        return 0;
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!f)
        return err_set(e, "seccomp: no filter could be made");
    int rc = prepare(f);
    if (rc >= 0)
        rc = seccomp_load(f);
    seccomp_release(f);
    if (rc < 0)
        return err_set(e, "seccomp: %s", strerror(-rc));
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER || socket_opens())
        return err_set(e, "seccomp is in force, and changes nothing");
    return 1;
}
