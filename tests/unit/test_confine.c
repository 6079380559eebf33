/* test_confine.c - which files, sockets, interfaces and threads a confined process has. */
#include "test.h"

#include "locked.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* ---- files */

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
        cmocka_unit_test(test_it_ends_well),
    };
    return cmocka_run_group_tests_name("confine", tests, make_folders, remove_folders);
}
