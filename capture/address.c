/* address.c - addresses as text; see packet.h. */
#include <mailtap/packet.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define GROUPS 8

static void text_v4(char *to, size_t cap, struct cursor *c)
{
    unsigned octet[4];

    for (int i = 0; i < 4; i++)
        octet[i] = cursor_u8(c);
    snprintf(to, cap, "%u.%u.%u.%u", octet[0], octet[1], octet[2], octet[3]);
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952 4.2). */
static void longest_zeros(const uint16_t *group, int *start_r, int *size_r)
{
    *start_r = -1;
    *size_r = 1;
    for (int i = 0; i < GROUPS; i++) {
        int size = 0;
        while (i + size < GROUPS && group[i + size] == 0)
            size++;
        if (size > *size_r) {
            *start_r = i;
            *size_r = size;
        }
        i += size;
    }
}

static void text_v6(char *to, struct cursor *c)
{
    uint16_t group[GROUPS];
    int start, size, n = 0;

    for (int i = 0; i < GROUPS; i++)
        group[i] = cursor_u16(c);
    longest_zeros(group, &start, &size);
    for (int i = 0; i < GROUPS; i++) {
        if (i == start) {
            n += snprintf(to + n, ADDRESS_TEXT - (size_t)n, "::");
            i += size - 1;
            continue;
        }
        const char *colon = i > 0 && i != start + size ? ":" : "";
        n += snprintf(to + n, ADDRESS_TEXT - (size_t)n, "%s%x", start < 0 && i == 0 ? "" : colon,
                      group[i]);
    }
}

/* ::ffff:0:0/96: the last four octets are written as IPv4 (RFC 5952 5). */
static bool is_mapped(const struct ip_address *a)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(a->octets, prefix, sizeof prefix) == 0;
}

void address_text(char to[ADDRESS_TEXT], const struct ip_address *a)
{
    struct cursor c = cursor_open((struct slice){a->octets, sizeof a->octets});

    to[0] = '\0';
    if (a->version == 4) {
        text_v4(to, ADDRESS_TEXT, &c);
    } else if (a->version == 6 && is_mapped(a)) {
        static const char prefix[] = "::ffff:";
        memcpy(to, prefix, sizeof prefix);
        cursor_take(&c, 12);
        text_v4(to + sizeof prefix - 1, ADDRESS_TEXT - sizeof prefix + 1, &c);
    } else if (a->version == 6) {
        text_v6(to, &c);
    }
}

bool address_parse(const char *text, struct ip_address *a_r)
{
    struct ip_address a = {0};

    if (inet_pton(AF_INET, text, a.octets) == 1)
        a.version = 4;
    else if (inet_pton(AF_INET6, text, a.octets) == 1)
        a.version = 6;
    else
        return false;
    *a_r = a;
    return true;
}
