/* devices_show.c - see devices_show.h. */
#include "devices_show.h"

#include "amount.h"
#include "options.h"

#include <string.h>

#define COLUMNS 80u
#define GAP 2u

/* The kernel's names have at most 15 octets. */
#define NAME_COLUMNS 15u
#define STATE_TEXT 32u

static const char *state_of(char to[STATE_TEXT], const struct device *d)
{
    snprintf(to, STATE_TEXT, "%s%s%s",
             !d->up       ? "down"
             : d->running ? "up"
                          : "no link",
             d->loopback ? ", loopback" : "", d->wireless ? ", wireless" : "");
    return to;
}

/* Where the columns of states and of addresses begin. */
struct layout {
    unsigned state, addresses;
};

static struct layout layout_of(const struct device *list, unsigned count)
{
    unsigned name = (unsigned)strlen("name"), state = (unsigned)strlen("state");

    for (unsigned i = 0; i < count; i++) {
        char text[STATE_TEXT], shown[NAME_COLUMNS + 1];
        unsigned n = amount_ascii(shown, NAME_COLUMNS, list[i].name);
        name = n > name ? n : name;
        n = (unsigned)strlen(state_of(text, &list[i]));
        state = n > state ? n : state;
    }
    return (struct layout){name + GAP, name + GAP + state + GAP};
}

/* The third column, below itself from the second text on. */
static void show_text(FILE *out, const struct layout *l, const char *text, unsigned *line)
{
    char shown[COLUMNS + 1];

    amount_ascii(shown, COLUMNS - l->addresses, text);
    fprintf(out, "%*s%s\n", *line ? (int)l->addresses : 0, "", shown);
    (*line)++;
}

static void show_device(FILE *out, const struct layout *l, const struct device *d)
{
    char name[NAME_COLUMNS + 1], state[STATE_TEXT];
    unsigned line = 0, texts = d->address_count + (*d->description != '\0');

    amount_ascii(name, NAME_COLUMNS, d->name);
    fprintf(out, "%-*s%-*s", (int)l->state, name, texts ? (int)(l->addresses - l->state) : 0,
            state_of(state, d));
    for (unsigned i = 0; i < d->address_count; i++)
        show_text(out, l, d->addresses[i], &line);
    if (*d->description)
        show_text(out, l, d->description, &line);
    if (texts == 0)
        fputc('\n', out);
}

void devices_show(FILE *out, const struct device *list, unsigned count)
{
    const struct layout l = layout_of(list, count);

    if (count == 0) {
        options_wrap(out,
                     "There is no network interface here. A container or a network namespace has "
                     "only those that it was given: run mailtap on the host itself, or in its "
                     "network (docker run --network host), or move an interface here "
                     "(ip link set IFACE netns NAME).",
                     0, 0);
        return;
    }
    fprintf(out, "%-*s%-*s%s\n", (int)l.state, "name", (int)(l.addresses - l.state), "state",
            "addresses, alias");
    for (unsigned i = 0; i < count; i++)
        show_device(out, &l, &list[i]);
}
