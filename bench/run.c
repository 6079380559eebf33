/*
 * run.c - runs a command, its output to /dev/null, and prints what it took.
 *
 *   build/bench-run LIMIT COMMAND...
 *
 * Prints: seconds, of them of the processor in the program, in the kernel, peak memory in KiB, exit status
 * (128 and the signal when one ended it; -1: more than LIMIT seconds).  A program of its own and a small one,
 * because a child's peak begins with the memory of the process that it was forked from.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;
static volatile sig_atomic_t late;

static void stop(int number)
{
    (void)number;
    late = 1;
    kill(-child, SIGKILL);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void become(char **command)
{
    int null = open("/dev/null", O_RDWR);

    setpgid(0, 0);                    /* so that what it starts ends with it, */
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* which an interrupt then does not reach */
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(126);
    execvp(command[0], command);
    _exit(127);
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status;

    long limit = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    if (limit <= 0 || limit > 1000000) {
        fprintf(stderr, "usage: bench-run SECONDS COMMAND...\n");
        return 2;
    }
    double before = seconds();
    child = fork();
    if (child < 0) {
        perror("bench-run: fork");
        return 1;
    }
    if (child == 0)
        become(argv + 2);
    setpgid(child, child);
    struct sigaction on_alarm = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigaction(SIGALRM, &on_alarm, NULL);
    alarm((unsigned)limit);
    if (wait4(child, &status, 0, &used) < 0) {
        perror("bench-run: wait");
        return 1;
    }
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    printf("%.6f %.6f %.6f %ld %d\n", seconds() - before, of(used.ru_utime), of(used.ru_stime),
           used.ru_maxrss, late ? -1 : code);
    return 0;
}
