/* devices.c - see devices.h. */
#include <mailtap/devices.h>

#include <mailtap/packet.h>
#include <mailtap/text.h>

#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one interface */

/* False for what has no address of IP: that of an Ethernet card, of a point. */
static bool address_of(const struct sockaddr *from, struct ip_address *a_r)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    *a_r = (struct ip_address){0};
    if (from && from->sa_family == AF_INET) {
        memcpy(&v4, from, sizeof v4);
        a_r->version = 4;
        memcpy(a_r->octets, &v4.sin_addr, 4);
    } else if (from && from->sa_family == AF_INET6) {
        memcpy(&v6, from, sizeof v6);
        a_r->version = 6;
        memcpy(a_r->octets, &v6.sin6_addr, 16);
    }
    return a_r->version != 0;
}

static void add_addresses(struct device *d, const pcap_addr_t *list)
{
    for (const pcap_addr_t *a = list; a; a = a->next) {
        struct ip_address address;
        char text[ADDRESS_TEXT];
        if (!address_of(a->addr, &address))
            continue;
        address_text(text, &address);
        d->addresses = must_grow(d->addresses, d->address_count + 1ul, sizeof *d->addresses);
        d->addresses[d->address_count++] = must_copy(text);
    }
}

/* The kernel's limit on an alias, and each octet may become \xNN. */
#define ALIAS_OCTETS 256u
#define ALIAS_TEXT (4 * ALIAS_OCTETS + 1)

/* libpcap has no description of a network interface on Linux; `ip link set IFACE alias TEXT` makes
 * one. */
static char *description_of(const pcap_if_t *from)
{
    char path[sizeof "/sys/class/net//ifalias" + IF_NAMESIZE], text[ALIAS_TEXT] = "";
    uint8_t octets[ALIAS_OCTETS];
    struct slice alias = {octets, 0};

    if (from->description) {
        alias = slice_head(slice_of(from->description), ALIAS_OCTETS);
    } else {
        snprintf(path, sizeof path, "/sys/class/net/%.*s/ifalias", IF_NAMESIZE, from->name);
        FILE *file = fopen(path, "re");
        if (file) {
            alias.n = fread(octets, 1, sizeof octets, file);
            fclose(file);
        }
    }
    text_escape(text, sizeof text, slice_until(&alias, '\n'));
    return must_copy(text);
}

static struct device device_of(const pcap_if_t *from)
{
    struct device d = {
        .name = must_copy(from->name),
        .description = description_of(from),
        .up = from->flags & PCAP_IF_UP,
        .running = from->flags & PCAP_IF_RUNNING,
        .loopback = from->flags & PCAP_IF_LOOPBACK,
        .wireless = from->flags & PCAP_IF_WIRELESS,
    };

    add_addresses(&d, from->addresses);
    return d;
}

/* ---- all of them */

int devices_list(struct device **list_r, unsigned *count_r, struct err *e)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;

    *list_r = NULL;
    *count_r = 0;
    if (pcap_findalldevs(&all, why) != 0)
        return err_set(e, "the network interfaces cannot be listed: %s", why);
    for (const pcap_if_t *from = all; from; from = from->next) {
        /* What the system does not know by this name is no network interface. */
        if (if_nametoindex(from->name) == 0)
            continue;
        *list_r = must_grow(*list_r, *count_r + 1ul, sizeof **list_r);
        (*list_r)[(*count_r)++] = device_of(from);
    }
    pcap_freealldevs(all);
    return 0;
}

void devices_free(struct device **list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct device *d = &(*list)[i];
        for (unsigned k = 0; k < d->address_count; k++)
            free(d->addresses[k]);
        free(d->addresses);
        free(d->name);
        free(d->description);
    }
    free(*list);
    *list = NULL;
}
