/* service.c - see service.h. */
#include "service.h"

#include <mailtap/clock.h>
#include <mailtap/err.h>
#include <mailtap/slice.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* A longer status is cut: systemctl shows one line. */
#define STATUS 240

/* A manager that does not read for so long is not waited for. */
#define PATIENCE_SECONDS 5

#define NS_PER_US 1000

struct service {
    int fd; /* connected; -1: there is no manager */
    int64_t watchdog;
};

/* ---- what the manager says */

/* A path, or '@' and an abstract name; other families (vsock:) are for machines, not for services. */
static socklen_t address_of(const char *name, struct sockaddr_un *a)
{
    size_t n = strlen(name);

    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    if ((name[0] != '/' && name[0] != '@') || n < 2 || n >= sizeof a->sun_path)
        return 0;
    memcpy(a->sun_path, name, n);
    if (name[0] == '@')
        a->sun_path[0] = '\0';
    /* The end of an abstract name is that of the address, and no zero. */
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (name[0] == '/'));
}

static int connect_to(const char *name)
{
    const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    struct sockaddr_un a;
    socklen_t size = name ? address_of(name, &a) : 0;
    int fd = size ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) < 0 ||
        connect(fd, (const struct sockaddr *)&a, size) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Half of what the manager waits; 0 when it waits for another process, or for none. */
static int64_t watchdog_of(const char *microseconds, const char *process)
{
    uint64_t us, pid;

    if (!microseconds ||
        !slice_decimal(slice_of(microseconds), (uint64_t)(INT64_MAX / NS_PER_US), &us))
        return 0;
    if (process &&
        (!slice_decimal(slice_of(process), INT32_MAX, &pid) || pid != (uint64_t)getpid()))
        return 0;
    return (int64_t)us * NS_PER_US / 2;
}

struct service *service_open(void)
{
    struct service *s = must_alloc(1, sizeof *s);

    s->fd = connect_to(getenv("NOTIFY_SOCKET"));
    if (s->fd >= 0)
        s->watchdog = watchdog_of(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return s;
}

void service_close(struct service **s)
{
    if (!*s)
        return;
    if ((*s)->fd >= 0)
        close((*s)->fd);
    free(*s);
    *s = NULL;
}

int64_t service_watchdog(const struct service *s)
{
    return s->watchdog;
}

/* ---- what it is told */

/*
 * One datagram.  A manager that is gone or asleep is none of our troubles: the capture goes on.  By
 * send(), which a confined process may use.
 */
static void tell(const struct service *s, const char *fields, const char *status)
{
    char text[STATUS + 128];

    if (s->fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%s", fields), from = n;
    if (status)
        n += snprintf(text + n, sizeof text - (size_t)n, "STATUS=%.*s", STATUS, status);
    /* A line is a field: a status with lines could say anything. */
    for (int i = from; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            text[i] = ' ';
    ssize_t sent = send(s->fd, text, (size_t)n, MSG_NOSIGNAL);
    (void)sent;
}

void service_ready(struct service *s, const char *status)
{
    tell(s, "READY=1\n", status);
}

void service_reloading(struct service *s)
{
    char fields[80];

    /* The time tells a manager that asked for it (Type=notify-reload) which reload this is. */
    snprintf(fields, sizeof fields, "RELOADING=1\nMONOTONIC_USEC=%lld\n",
             (long long)(clock_monotonic() / NS_PER_US));
    tell(s, fields, NULL);
}

void service_stopping(struct service *s)
{
    tell(s, "STOPPING=1\n", NULL);
}

void service_status(struct service *s, const char *status)
{
    if (status)
        tell(s, "", status);
}

void service_alive(struct service *s)
{
    tell(s, "WATCHDOG=1\n", NULL);
}
