/*
 * devices.h - the network interfaces of this host, as a live capture may name them.
 *
 * Asking needs no rights, capturing does.  What libpcap offers beside network interfaces is left out:
 * USB, Bluetooth and D-Bus carry no mail, NFLOG needs rules of a firewall, and "any" mixes link layers
 * and sees what is forwarded twice.
 */
#ifndef MAILTAP_DEVICES_H
#define MAILTAP_DEVICES_H

#include <mailtap/err.h>
#include <stdbool.h>

struct device {
    char *name;        /* as the system has it: any octets but '/' and white space */
    char *description; /* the alias that an operator gave it, escaped; or empty */
    char **addresses;  /* IPv4 and IPv6 */
    unsigned address_count;
    bool up, running; /* switched on; and with a link */
    bool loopback, wireless;
};

/* All of them, in the order of their use: those that are up first.  There may be none. */
int devices_list(struct device **list_r, unsigned *count_r, struct err *e);
void devices_free(struct device **list, unsigned count);

#endif
