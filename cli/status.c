/* status.c - a live capture for a log; see live_view.h. */
#include "amount.h"
#include "live_rate.h"

#include <stdarg.h>
#include <string.h>

/* Columns of a line of one interface, and of several: then those that drop or see nothing are named. */
#define LINE_COLUMNS 120u
#define LINE_COLUMNS_SEVERAL 240u

/* Columns of an interface's name: the kernel's names have at most 15. */
#define NAME_COLUMNS 15u

/* Columns that are kept for what is wrong, before classes are counted apart. */
#define REST_COLUMNS 48u

/* A text that grows, and stops at its end. */
struct line {
    char text[1024];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(l->text + l->n, sizeof l->text - l->n, format, args);
    va_end(args);
    l->n += (size_t)(n > 0 ? n : 0);
    if (l->n >= sizeof l->text)
        l->n = sizeof l->text - 1;
}

static const char *brief(char to[AMOUNT_TEXT], double n)
{
    amount_brief(to, n);
    return to;
}

/* ---- the interfaces */

/* Frames that were lost are what an operator must not overlook. */
static void add_dropped(struct line *l, const struct live_rate *r)
{
    char kernel[AMOUNT_TEXT], interface[AMOUNT_TEXT];

    brief(kernel, (double)r->kernel_dropped);
    brief(interface, (double)r->interface_dropped);
    if (r->kernel_dropped && r->interface_dropped)
        add(l, "DROPPED %s by kernel, %s by interface", kernel, interface);
    else if (r->kernel_dropped)
        add(l, "DROPPED %s by kernel", kernel);
    else if (r->interface_dropped)
        add(l, "DROPPED %s by interface", interface);
    else
        add(l, r->drops_known ? "0 dropped" : "drops not known");
}

/* Of several interfaces, those that have something the matter; the first few, lest they fill the line. */
#define AILING 4u

static void add_ailing(struct line *l, const struct live_view *now, const struct live_view *before)
{
    const char *between = " (";
    unsigned count = 0;

    for (unsigned i = 0; i < now->interfaces && i < LIVE_INTERFACES; i++) {
        struct live_rate r = live_rate_of(now, before, i);
        bool dropped = r.kernel_dropped || r.interface_dropped, up = now->interface[i].up;
        char name[NAME_COLUMNS + 1];
        if (up && r.seen && !dropped)
            continue;
        if (count++ >= AILING)
            continue;
        amount_ascii(name, NAME_COLUMNS, now->interface[i].name);
        add(l, "%s%s %s%s", between, name,
            !up      ? "DOWN"
            : r.seen ? "dropped"
                     : "silent",
            r.seen == 0 && dropped ? ", dropped" : "");
        between = ", ";
    }
    if (count > AILING)
        add(l, ", %u more", count - AILING);
    if (count)
        add(l, ")");
}

static void add_interfaces(struct line *l, const struct live_view *now,
                           const struct live_view *before)
{
    struct live_rate r = live_rate_all(now, before);
    char name[NAME_COLUMNS + 1], frames[AMOUNT_TEXT], bits[AMOUNT_TEXT];

    if (now->interfaces == 1) {
        amount_ascii(name, NAME_COLUMNS, now->interface[0].name);
        add(l, "%s%s: ", name, now->interface[0].up ? "" : " DOWN");
    } else {
        add(l, "%u interfaces: ", now->interfaces);
    }
    amount_bits(bits, r.bits);
    add(l, "%s frames/s, %s, ", brief(frames, r.frames), bits);
    add_dropped(l, &r);
    if (now->interfaces > 1)
        add_ailing(l, now, before);
}

/* ---- the sessions */

/* Where the line is too long, classes are put together as "other", in this order. */
static const enum session_class folded[] = {CLASS_UNKNOWN, CLASS_IMPLICIT_TLS,
                                            CLASS_STARTTLS_FAILED, CLASS_STARTTLS, CLASS_CLEARTEXT};
#define FOLDED (unsigned)(sizeof folded / sizeof *folded)

static bool is_folded(unsigned class, unsigned folds)
{
    for (unsigned i = 0; i < folds; i++)
        if (folded[i] == class)
            return true;
    return false;
}

static void add_sessions(struct line *l, const uint64_t by_class[CLASSES], uint64_t all,
                         unsigned folds)
{
    char n[AMOUNT_TEXT];
    const char *between = ": ";
    uint64_t other = 0;

    add(l, "; %s session%s", brief(n, (double)all), all == 1 ? "" : "s");
    for (unsigned c = 0; c < CLASSES; c++) {
        if (is_folded(c, folds)) {
            other += by_class[c];
        } else if (by_class[c]) {
            add(l, "%s%s %s", between, brief(n, (double)by_class[c]), class_name(c));
            between = ", ";
        }
    }
    if (other && other != all)
        add(l, "%s%s other", between, brief(n, (double)other));
}

/* Least of all is said where there is hardly any room. */
static void add_stripped(struct line *l, const uint64_t by_class[CLASSES], uint64_t all)
{
    char n[AMOUNT_TEXT];

    add(l, "; %s session%s", brief(n, (double)all), all == 1 ? "" : "s");
    if (by_class[CLASS_STRIPPED])
        add(l, ", %s stripped", brief(n, (double)by_class[CLASS_STRIPPED]));
}

/* As many classes as `columns` have room for. */
static void add_sessions_within(struct line *l, const struct live_view *now,
                                const struct live_view *before, size_t columns)
{
    uint64_t by_class[CLASSES], all = live_sessions(now, before, by_class);

    for (unsigned folds = 0; folds <= FOLDED; folds++) {
        struct line some = {.n = 0};
        add_sessions(&some, by_class, all, folds);
        if (some.n > columns)
            continue;
        add(l, "%s", some.text);
        return;
    }
    add_stripped(l, by_class, all);
}

/* ---- what was lost, and the database */

static void add_rest(struct line *l, const struct live_view *now, const struct live_view *before)
{
    uint64_t lost = live_since(now->rows_dropped, before->rows_dropped);
    uint64_t evicted = live_rate_all(now, before).evicted;
    char n[AMOUNT_TEXT];

    add(l, "; %s waiting", brief(n, (double)now->waiting));
    if (lost)
        add(l, "; LOST findings: %s", brief(n, (double)lost));
    if (evicted)
        add(l, "; GAVE UP connections: %s", brief(n, (double)evicted));
    if (now->writing_fails)
        add(l, "; NOT WRITTEN: %s", live_trouble(now));
    else if (now->write_failures > before->write_failures)
        add(l, "; writing had failed, and goes on");
}

void status_line(char *to, size_t size, const struct live_view *now, const struct live_view *before)
{
    unsigned columns = now->interfaces > 1 ? LINE_COLUMNS_SEVERAL : LINE_COLUMNS;
    struct line all = {.n = 0}, rest = {.n = 0};

    if (size == 0)
        return;
    add_interfaces(&all, now, before);
    add_rest(&rest, now, before);
    size_t taken = all.n + (rest.n < REST_COLUMNS ? rest.n : REST_COLUMNS);
    add_sessions_within(&all, now, before, taken < columns ? columns - taken : 0);
    add(&all, "%s", rest.text);
    amount_ascii(to, columns < size ? columns : (unsigned)size - 1, all.text);
}

/* ---- the page */

static void row(FILE *out, const char *name, uint64_t n)
{
    char text[AMOUNT_TEXT];

    amount_exact(text, n);
    fprintf(out, "  %-40s %26s\n", name, text);
}

#define TEXT_COLUMNS 56u

/* What there is room for, of a path whose end says most. */
static const char *path_end(const char *path)
{
    size_t n = strlen(path);

    return n > TEXT_COLUMNS ? path + n - TEXT_COLUMNS : path;
}

/* A text of this program or of the system behind its name, a line at most. */
static void row_text(FILE *out, const char *name, const char *text)
{
    char line[TEXT_COLUMNS + 1];

    amount_ascii(line, sizeof line - 1, text);
    fprintf(out, "  %-20s  %s\n", name, line);
}

static void page_of_interface(FILE *out, const struct live_interface *in)
{
    const struct capture_counts *c = &in->counts;
    char name[sizeof in->name];

    amount_ascii(name, sizeof name - 1, in->name);
    fprintf(out, "interface %s: %s\n", name, in->up ? "up" : "DOWN");
    row(out, "frames", c->frames);
    row(out, "octets", c->octets);
    if (c->drops_known) {
        row(out, "frames dropped by the kernel", c->kernel_dropped);
        if (c->interface_dropped != UINT64_MAX) /* the system tells */
            row(out, "frames dropped by the interface", c->interface_dropped);
    }
    row(out, "frames that are not TCP", c->other_frames);
    row(out, "frames damaged", c->damaged_frames);
    row(out, "frames of an unknown link layer", c->unknown_link);
    row(out, "fragments", c->fragments);
    row(out, "datagrams put together", c->fragments_completed);
    row(out, "datagrams that never became whole", c->fragments_expired);
    row(out, "datagrams given up for want of room", c->fragments_evicted);
    row(out, "fragments discarded", c->fragments_discarded);
    row(out, "connections", c->flows);
    row(out, "mail sessions", c->mail_flows);
    row(out, "to a mail port and not SMTP", c->mail_port_other);
    row(out, "connections given up for want of room", c->evicted);
    row(out, "octets of mail missing", c->gap_octets);
    row(out, "segments too far ahead of their stream", c->held_refused);
    row(out, "holes given up for want of room", c->holes_given_up);
}

void status_page(FILE *out, const struct live_view *now)
{
    char text[AMOUNT_TEXT];

    amount_duration(text, now->seconds);
    fprintf(out, "running for %s\n", text);
    for (unsigned i = 0; i < now->interfaces && i < LIVE_INTERFACES; i++)
        page_of_interface(out, &now->interface[i]);
    fputs("connections followed\n", out);
    row(out, "now", now->flows_open);
    row(out, "at most", now->flows_most);
    fputs("sessions judged in this run\n", out);
    for (unsigned c = 0; c < CLASSES; c++)
        row(out, class_name(c), now->sessions[c]);
    fputs("database\n", out);
    row_text(out, "written now", path_end(now->database));
    row(out, "sessions stored in this run", now->stored);
    row(out, "findings waiting", now->waiting);
    row(out, "octets of them", now->waiting_octets);
    row(out, "octets of them at most", now->waiting_most);
    row(out, "findings lost: too many waited", now->rows_dropped);
    row(out, "times that writing failed", now->write_failures);
    if (now->writing_fails)
        row_text(out, "NOT WRITTEN", now->trouble);
}
