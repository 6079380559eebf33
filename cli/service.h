/*
 * service.h - what a service manager is told (the protocol of sd_notify(3)): nothing where there is
 * none.  The socket is opened once, before confine(), and written to afterwards.
 */
#ifndef MAILTAP_SERVICE_H
#define MAILTAP_SERVICE_H

#include <stdint.h>

struct service;

/* From $NOTIFY_SOCKET and $WATCHDOG_USEC, which are taken out of the environment; never NULL. */
struct service *service_open(void);
void service_close(struct service **s);

/* One line of status goes with each, safe to show; NULL: none. */
void service_ready(struct service *s, const char *status);
void service_reloading(struct service *s); /* service_ready() ends it */
void service_stopping(struct service *s);
void service_status(struct service *s, const char *status);

/* Still alive: to be called as long as every thread is, at least each `service_watchdog()`. */
void service_alive(struct service *s);
/* Half the time after which the manager gives up on this process, in ns; 0: it does not watch. */
int64_t service_watchdog(const struct service *s);

#endif
