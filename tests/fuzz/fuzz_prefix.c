/*
 * fuzz_prefix.c - lists of prefixes as operators write them.
 *
 * A list that is refused is empty and leaves a sentence.  Of one that is read every prefix is well
 * formed and holds its first address, and the list written anew from them means the same.
 */
#include <mailtap/prefix.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct prefix_list *list, const struct prefix *p)
{
    unsigned most = p->address.version == 4 ? 32 : 128;

    if ((p->address.version != 4 && p->address.version != 6) || p->bits > most)
        abort();
    for (unsigned i = p->bits; i < 8 * sizeof p->address.octets; i++)
        if (p->address.octets[i / 8] & (0x80 >> i % 8))
            abort();
    if (!prefix_within(list, &p->address))
        abort();
}

static void write_anew(char *to, size_t room, const struct prefix_list *list)
{
    size_t n = 0;

    for (unsigned i = 0; i < list->count; i++) {
        char address[ADDRESS_TEXT];
        address_text(address, &list->prefix[i].address);
        n += (size_t)snprintf(to + n, room - n, "%s%s/%u", i ? " , " : "", address,
                              list->prefix[i].bits);
        if (n >= room)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct prefix_list list, again;
    static char text[BOUND_PREFIXES * (ADDRESS_TEXT + 8)];
    struct err e = {""};
    int rc = prefix_read(&list, (struct slice){data, size}, &e);

    if (rc != 0 && rc != -1)
        abort();
    if ((rc == 0) != (list.count > 0) || (rc == -1) != (*e.text != '\0') ||
        list.count > BOUND_PREFIXES)
        abort();
    for (unsigned i = 0; i < list.count; i++)
        check(&list, &list.prefix[i]);
    if (rc == -1)
        return 0;
    write_anew(text, sizeof text, &list);
    if (prefix_read(&again, slice_of(text), &e) < 0 || again.count != list.count ||
        memcmp(again.prefix, list.prefix, list.count * sizeof *list.prefix) != 0)
        abort();
    return 0;
}
