/*
 * test_confine.c - what a confined process can do, and what it cannot.
 *
 * Each question is asked in a process of its own, from inside; what becomes of it is the answer.
 */
#include "test.h"

#include "../../cli/confine.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a process of its own */

/* Where its files are, and where they are not to be: removed at the end. */
static char home[64], other[64];

#define MUST(what)                                                                                 \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "line %d: not so: %s (%s)\n", __LINE__, #what, strerror(errno));       \
            _exit(9);                                                                              \
        }                                                                                          \
    } while (0)

/* Not allowed: said by Landlock (EACCES), by seccomp (EPERM), or because it leads out (EXDEV). */
#define MUST_NOT(what)                                                                             \
    do {                                                                                           \
        errno = 0;                                                                                 \
        MUST((what) < 0);                                                                          \
        MUST(errno == EACCES || errno == EPERM || errno == EXDEV);                                 \
    } while (0)

static bool is_root(void)
{
    return geteuid() == 0;
}

static const char *in(const char *folder, const char *name)
{
    static char path[2][128];
    static unsigned turn;
    char *to = path[turn ^= 1];

    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static struct confinement usual(void)
{
    return (struct confinement){
        .mode = CONFINE_BEST,
        .user = is_root() ? "nobody" : NULL,
        .writable = {home},
        .writables = 1,
    };
}

static struct confined confined;

static void lock_up(void)
{
    const struct confinement c = usual();
    struct err e = {""};

    if (confine(&c, &confined, &e) < 0) {
        fprintf(stderr, "not confined: %s\n", e.text);
        _exit(8);
    }
}

/* Its status, as wait() has it. */
static int apart(void (*inside)(void))
{
    int status;
    pid_t child;

    fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        inside();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void goes_well(void (*inside)(void))
{
    int status = apart(inside);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("it ended with status %x", (unsigned)status);
}

/* ---- files */

static void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    MUST(fd >= 0);
    MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    MUST(fsync(fd) == 0);
    MUST(ftruncate(fd, 1) == 0);
    close(fd);
}

static void in_home(void)
{
    lock_up();
    put(in(home, "a"), "text");
    MUST(rename(in(home, "a"), in(home, "b")) == 0);
    MUST(access(in(home, "a"), F_OK) < 0 && errno == ENOENT);
    MUST(symlink("b", in(home, "link")) == 0);
    MUST(rename(in(home, "link"), in(home, "link2")) == 0);
    int fd = open(in(home, "link2"), O_RDWR | O_CLOEXEC);
    MUST(fd >= 0);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    MUST(fcntl(fd, F_SETLK, &lock) == 0);
    MUST(fchmod(fd, 0640) == 0);
    MUST(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
    DIR *d = opendir(home);
    MUST(d && readdir(d));
    closedir(d);
    MUST(unlink(in(home, "link2")) == 0 && unlink(in(home, "b")) == 0);
}

static void test_files_in_its_folder(void **state)
{
    (void)state;
    goes_well(in_home);
}

static int sql(sqlite3 *db, const char *text)
{
    return sqlite3_exec(db, text, NULL, NULL, NULL);
}

/* The first use of SQLite in this process: whatever it makes ready, it makes ready confined. */
static void database(void)
{
    sqlite3 *db;

    setenv("SQLITE_TMPDIR", home, 1);
    lock_up();
    MUST(sqlite3_open(in(home, "x.db"), &db) == SQLITE_OK);
    MUST(sql(db, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); BEGIN;"
                 "INSERT INTO t WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n"
                 " WHERE x < 20000) SELECT hex(randomblob(50)) FROM n; COMMIT;") == SQLITE_OK);
    MUST(sql(db, "PRAGMA temp_store = FILE; PRAGMA cache_size = 10;"
                 "CREATE INDEX i ON t (x); PRAGMA wal_checkpoint (TRUNCATE); DELETE FROM t;"
                 "VACUUM; PRAGMA journal_mode = DELETE;") == SQLITE_OK);
    MUST(sqlite3_close(db) == SQLITE_OK);
    MUST(access(in(home, "x.db-wal"), F_OK) < 0);
}

static void test_a_database_in_its_folder(void **state)
{
    (void)state;
    goes_well(database);
}

static void elsewhere(void)
{
    lock_up();
    put(in(home, "mine"), "text");
    MUST(symlink("/etc/passwd", in(home, "way-out")) == 0);
    MUST_NOT(open("/etc/passwd", O_RDONLY));
    MUST_NOT(open(in(home, "way-out"), O_RDONLY));
    MUST_NOT(open(in(home, "../../etc/passwd"), O_RDONLY));
    MUST_NOT(open("/proc/self/maps", O_RDONLY));
    MUST_NOT(open("/", O_RDONLY | O_DIRECTORY));
    MUST_NOT(open(in(other, "theirs"), O_RDONLY));
    MUST_NOT(open(in(other, "theirs"), O_WRONLY | O_TRUNC));
    MUST_NOT(creat(in(other, "new"), 0600));
    MUST_NOT(rename(in(home, "mine"), in(other, "mine")));
    MUST_NOT(rename(in(other, "theirs"), in(home, "theirs")));
    MUST_NOT(link(in(other, "theirs"), in(home, "theirs")));
    MUST_NOT(unlink(in(other, "theirs")));
    MUST_NOT(symlink("x", in(other, "link")));
    MUST_NOT(truncate(in(other, "theirs"), 0));
    MUST_NOT(chmod(in(home, "mine"), 04755));
    MUST_NOT(mkdir(in(home, "folder"), 0700));
    MUST_NOT(mknod(in(home, "pipe"), S_IFIFO | 0600, 0));
    MUST_NOT(chdir("/"));
    MUST(unlink(in(home, "way-out")) == 0 && unlink(in(home, "mine")) == 0);
}

/* Landlock alone: other, which is everybody's, is not refused because of who asks. */
static void test_files_elsewhere(void **state)
{
    (void)state;
    goes_well(elsewhere);
    assert_int_equal(access(in(other, "theirs"), F_OK), 0);
}

/* A trust store: a folder whose links lead to a file elsewhere, which itself was not named. */
static void trust_store(void)
{
    struct confinement c = usual();
    struct err e = {""};

    c.readable[c.readables++] = in(other, "store");
    c.readable[c.readables++] = "/nowhere/at/all";
    MUST(confine(&c, &confined, &e) == 0);
    MUST(open(in(other, "store/1234abcd.0"), O_RDONLY) >= 0);
    MUST(open(in(other, "store"), O_RDONLY | O_DIRECTORY) >= 0);
    MUST_NOT(open(in(other, "store/1234abcd.0"), O_RDWR));
    MUST_NOT(open(in(other, "theirs"), O_RDONLY));
    MUST_NOT(creat(in(other, "store/new"), 0600));
}

static void test_what_may_be_read(void **state)
{
    (void)state;
    goes_well(trust_store);
}

/* ---- sockets */

static void no_sockets(void)
{
    int pair[2];

    lock_up();
    MUST_NOT(socket(AF_INET, SOCK_STREAM, 0));
    MUST_NOT(socket(AF_INET6, SOCK_DGRAM, 0));
    MUST_NOT(socket(AF_UNIX, SOCK_DGRAM, 0));
    MUST_NOT(socket(AF_PACKET, SOCK_RAW, 0));
    MUST_NOT(socket(AF_NETLINK, SOCK_RAW, 0));
    MUST_NOT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
}

static struct sockaddr_in local(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
}

/* A socket that was connected sends there, and nowhere else. */
static void open_socket(void)
{
    const struct sockaddr_in to = local();
    const struct sockaddr *a = (const struct sockaddr *)&to;
    struct msghdr m = {.msg_name = (void *)&to, .msg_namelen = sizeof to};
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(udp >= 0 && tcp >= 0 && connect(udp, a, sizeof to) == 0);
    lock_up();
    MUST(send(udp, "x", 1, MSG_NOSIGNAL) == 1);
    MUST_NOT(sendto(udp, "x", 1, MSG_NOSIGNAL, a, sizeof to));
    MUST_NOT(sendmsg(udp, &m, MSG_NOSIGNAL));
    MUST_NOT(connect(udp, a, sizeof to));
    MUST_NOT(connect(tcp, a, sizeof to));
    MUST_NOT(listen(tcp, 1));
}

static void test_sockets(void **state)
{
    (void)state;
    goes_well(no_sockets);
    goes_well(open_socket);
}

/* ---- interfaces */

static void show_up(int udp)
{
    MUST(send(udp, "here", 4, MSG_NOSIGNAL) == 4);
}

static void raw_socket(void)
{
    const struct sockaddr_in to = local();
    struct sockaddr_ll lo = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_ALL),
                             .sll_ifindex = (int)if_nametoindex("lo")};
    struct ifreq about = {.ifr_name = "lo"};
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 1;
    int raw = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
    socklen_t size = sizeof error;
    char frame[2048];

    MUST(udp >= 0 && raw >= 0 && connect(udp, (const struct sockaddr *)&to, sizeof to) == 0);
    lock_up();
    MUST(ioctl(raw, SIOCGIFINDEX, &about) == 0 && about.ifr_ifindex == lo.sll_ifindex);
    MUST(ioctl(raw, SIOCGIFFLAGS, &about) == 0);
    MUST(bind(raw, (struct sockaddr *)&lo, sizeof lo) == 0);
    MUST(getsockopt(raw, SOL_SOCKET, SO_ERROR, &error, &size) == 0);
    show_up(udp);
    struct pollfd p = {.fd = raw, .events = POLLIN};
    MUST(poll(&p, 1, 5000) == 1);
    MUST(recv(raw, frame, sizeof frame, 0) > 0);
    MUST_NOT(ioctl(raw, SIOCSIFFLAGS, &about));
    MUST_NOT(ioctl(raw, SIOCGIFCONF, &about));
}

static void take_frame(unsigned char *user, const struct pcap_pkthdr *h,
                       const unsigned char *octets)
{
    (void)h;
    (void)octets;
    ++*user;
}

static void ring(void)
{
    const struct sockaddr_in to = local();
    char why[PCAP_ERRBUF_SIZE];
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    pcap_t *p = pcap_create("lo", why);
    unsigned char frames = 0;
    struct pcap_stat s;

    MUST(udp >= 0 && p && connect(udp, (const struct sockaddr *)&to, sizeof to) == 0);
    MUST(pcap_set_promisc(p, 1) == 0 && pcap_set_timeout(p, 10) == 0 && pcap_activate(p) >= 0);
    lock_up();
    show_up(udp);
    for (int i = 0; i < 100 && frames == 0; i++)
        MUST(pcap_dispatch(p, 1, take_frame, &frames) >= 0);
    MUST(frames > 0);
    MUST(pcap_stats(p, &s) == 0 && s.ps_recv > 0);
    pcap_close(p);
}

static void test_interfaces(void **state)
{
    (void)state;
    if (!is_root())
        skip(); /* only root opens one */
    goes_well(raw_socket);
    goes_well(ring);
}

/* ---- programs and other processes */

static void *thread(void *answer)
{
    *(int *)answer = open("/etc/passwd", O_RDONLY) < 0 && socket(AF_INET, SOCK_STREAM, 0) < 0 &&
                     fork() < 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    return NULL;
}

static void threads(void)
{
    pthread_t t[4];
    int answer[4] = {0}, ends[2];

    lock_up();
    for (int i = 0; i < 4; i++)
        MUST(pthread_create(&t[i], NULL, thread, &answer[i]) == 0);
    for (int i = 0; i < 4; i++)
        MUST(pthread_join(t[i], NULL) == 0 && answer[i] == 1);
    MUST(pipe2(ends, O_CLOEXEC) == 0 && eventfd(0, EFD_CLOEXEC) >= 0);
    free(malloc(1 << 24));
}

static void test_threads(void **state)
{
    (void)state;
    goes_well(threads);
}

static void no_processes(void)
{
    pid_t parent = getppid();

    lock_up();
    MUST_NOT(fork());
    MUST_NOT(vfork());
    MUST_NOT(
        syscall(SYS_clone, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND | CLONE_NEWUSER, 0, 0, 0, 0));
    MUST(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
    MUST_NOT(kill(parent, 0));
    MUST_NOT(kill(0, 0));
    MUST(kill(getpid(), 0) == 0);
    MUST_NOT(syscall(SYS_tkill, parent, 0));
    MUST_NOT(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                     MAP_FAILED
                 ? -1
                 : 0);
}

static void test_no_processes(void **state)
{
    (void)state;
    goes_well(no_processes);
}

/* What is tried in each child. */
static long number;

static void try_it(void)
{
    static char *const words[] = {(char *)"/bin/true", NULL};

    lock_up();
    if (number == SYS_execve)
        execv(words[0], words);
    else
        syscall(number, 0, 0, 0, 0, 0, 0);
}

static void test_attacks_end_the_process(void **state)
{
    static const long deadly[] = {
        SYS_execve,
        SYS_execveat,
        SYS_ptrace,
        SYS_bpf,
        SYS_mount,
        SYS_unshare,
        SYS_setns,
        SYS_chroot,
        SYS_io_uring_setup,
        SYS_keyctl,
        SYS_reboot,
        SYS_userfaultfd,
        SYS_perf_event_open,
        SYS_finit_module,
        SYS_process_vm_readv,
        SYS_kexec_load,
    };
    (void)state;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        number = deadly[i];
        int status = apart(try_it);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("%ld: status %x", number, (unsigned)status);
    }
}

static void give_in(void)
{
    lock_up();
    abort();
}

static void test_it_can_still_abort(void **state)
{
    int status;

    (void)state;
    status = apart(give_in);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_false(WCOREDUMP(status));
}

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

/* ---- the end of it */

/* With a sanitizer, it would look for leaks, and be ended for that. */
static void with_a_leak(void)
{
    static char *volatile lost;

    lock_up();
    lost = malloc(100);
    lost = NULL;
    fputs("", stdout);
    exit(lost ? 1 : 0);
}

static void test_it_ends_well(void **state)
{
    (void)state;
    goes_well(with_a_leak);
}

/* ---- folders */

static int make_folders(void **state)
{
    const struct passwd *nobody = getpwnam("nobody");
    int fd;

    (void)state;
    snprintf(home, sizeof home, "/tmp/confine-home-XXXXXX");
    snprintf(other, sizeof other, "/tmp/confine-other-XXXXXX");
    if (!nobody || !mkdtemp(home) || !mkdtemp(other) || chmod(other, 0777) < 0 ||
        mkdir(in(other, "store"), 0777) < 0)
        return -1;
    if (is_root() && chown(home, nobody->pw_uid, nobody->pw_gid) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fd = creat(in(other, i ? "theirs" : "certificate"), 0666);
        if (fd < 0 || fchmod(fd, 0666) < 0)
            return -1;
        close(fd);
    }
    return symlink("../certificate", in(other, "store/one.pem")) +
           symlink("one.pem", in(other, "store/1234abcd.0"));
}

static int remove_folders(void **state)
{
    static const char *const names[] = {"store/one.pem", "store/1234abcd.0", "theirs",
                                        "certificate"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in(other, names[i]));
    unlink(in(home, "x.db"));
    rmdir(in(other, "store"));
    return rmdir(other) + rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_in_its_folder),
        cmocka_unit_test(test_a_database_in_its_folder),
        cmocka_unit_test(test_files_elsewhere),
        cmocka_unit_test(test_what_may_be_read),
        cmocka_unit_test(test_sockets),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_no_processes),
        cmocka_unit_test(test_attacks_end_the_process),
        cmocka_unit_test(test_it_can_still_abort),
        cmocka_unit_test(test_no_rights),
        cmocka_unit_test(test_root_without_capabilities),
        cmocka_unit_test(test_what_is_said),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_not_everything),
        cmocka_unit_test(test_who_it_becomes),
        cmocka_unit_test(test_root_that_may_not),
        cmocka_unit_test(test_it_ends_well),
    };
    return cmocka_run_group_tests_name("confine", tests, make_folders, remove_folders);
}
