/*
 * watch.c - a live capture on a terminal; see live_view.h.
 *
 * A screen is made of lines, from the top, until there are no more rows; what matters most comes
 * first.  A line is made of pieces, until there are no more columns: nothing can be written past the
 * edges, whatever their text.
 */
#include "amount.h"
#include "live_rate.h"

#include <mailtap/path.h>
#include <mailtap/text.h>
#include <stdarg.h>
#include <string.h>

/* A terminal that does not say how large it is; and the longest line that is of use. */
#define USUAL_COLUMNS 80u
#define USUAL_ROWS 24u
#define MOST_COLUMNS 1024u

/* Columns from which on amounts have columns of their own. */
#define WIDE 60u

/* Rows from which on parts are set apart: some are left for findings. */
#define TALL 20u

enum style { PLAIN, TITLE, GOOD, POOR, ALARM };

struct screen {
    FILE *out;
    unsigned columns, rows;
    unsigned row, column; /* where the next piece goes */
    bool colour;
    const struct live_view *now, *before;
};

/* ---- pieces and lines */

static bool room(const struct screen *s)
{
    return s->row < s->rows;
}

/* What is left of its text is put at the next free column. */
__attribute__((format(printf, 3, 4))) static void put(struct screen *s, enum style style,
                                                      const char *format, ...)
{
    static const char *const colours[] = {"", "\033[1m", "\033[32m", "\033[33m", "\033[1;31m"};
    char text[MOST_COLUMNS], shown[MOST_COLUMNS + 1];
    bool coloured = s->colour && style != PLAIN;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!room(s) || s->column >= s->columns || !*text)
        return;
    s->column += amount_ascii(shown, s->columns - s->column, text);
    fprintf(s->out, "%s%s%s", coloured ? colours[style] : "", shown, coloured ? "\033[0m" : "");
}

/* To a column further right. */
static void to_column(struct screen *s, unsigned column)
{
    if (column > s->column && column < MOST_COLUMNS)
        put(s, PLAIN, "%*s", (int)(column - s->column), "");
}

/* A full line has nothing behind it to wipe, and wiping there would take its last character. */
static void end_line(struct screen *s)
{
    if (!room(s))
        return;
    if (s->column < s->columns)
        fputs("\033[K", s->out);
    s->row++;
    s->column = 0;
    if (room(s))
        fputs("\r\n", s->out);
}

/* ---- the top: how long, where to, what is wrong */

static void title(struct screen *s)
{
    char time[AMOUNT_TEXT], shown[64];
    unsigned n = amount_ascii(shown, sizeof shown - 1, path_name(s->now->database));

    amount_duration(time, s->now->seconds);
    put(s, TITLE, "mailtap");
    put(s, PLAIN, "%s%s", s->columns < WIDE ? " " : "  ", time);
    if (s->column + 2 + n <= s->columns) {
        to_column(s, s->columns - n);
        put(s, PLAIN, "%s", shown);
    }
    end_line(s);
}

static void alarms(struct screen *s)
{
    char n[AMOUNT_TEXT];

    if (s->now->writing_fails) {
        put(s, ALARM, "NOT WRITTEN: %s", live_trouble(s->now));
        end_line(s);
    }
    if (s->now->rows_dropped) {
        amount_brief(n, (double)s->now->rows_dropped);
        put(s, ALARM, "LOST findings: %s; too many waited for the database", n);
        end_line(s);
    }
}

/* ---- interfaces */

/* Losses of the whole run: those of one second would be gone before they are read. */
static void put_dropped(struct screen *s, uint64_t kernel, uint64_t interface, bool known)
{
    char k[AMOUNT_TEXT], i[AMOUNT_TEXT];

    amount_brief(k, (double)kernel);
    amount_brief(i, (double)interface);
    if (kernel)
        put(s, ALARM, "DROPPED %s by kernel%s", k, interface ? ", " : "");
    if (interface)
        put(s, ALARM, "%s%s by interface", kernel ? "" : "DROPPED ", i);
    if (!kernel && !interface)
        put(s, PLAIN, "%s", known ? "0 dropped" : "drops not known");
}

static void put_interface(struct screen *s, const char *name, unsigned width, bool up,
                          const struct live_rate *r)
{
    char frames[AMOUNT_TEXT], bits[AMOUNT_TEXT];

    amount_brief(frames, r->frames);
    amount_bits(bits, r->bits);
    put(s, up ? TITLE : ALARM, "%s ", name);
    if (s->columns < WIDE) {
        put(s, PLAIN, "%s/s ", frames);
        put_dropped(s, r->kernel_dropped, r->interface_dropped, r->drops_known);
    } else {
        to_column(s, width + 1);
        put(s, PLAIN, "%6s frames/s  %11s  ", frames, bits);
        put_dropped(s, r->kernel_dropped, r->interface_dropped, r->drops_known);
    }
    end_line(s);
}

/* Columns of a name: the kernel's have at most 15. */
#define NAME_COLUMNS 15u

static void one_interface(struct screen *s, unsigned i, unsigned width)
{
    const struct live_interface *in = &s->now->interface[i];
    struct live_rate r = live_rate_of(s->now, s->before, i);
    char shown[NAME_COLUMNS + 1], name[NAME_COLUMNS + sizeof " DOWN"];

    r.kernel_dropped = in->counts.kernel_dropped;
    r.interface_dropped = live_known(in->counts.interface_dropped);
    amount_ascii(shown, NAME_COLUMNS, in->name);
    snprintf(name, sizeof name, "%s%s", shown, in->up ? "" : " DOWN");
    put_interface(s, name, width, in->up, &r);
}

static void all_interfaces(struct screen *s, unsigned count)
{
    static const struct live_view none;
    const struct live_rate lost = live_rate_all(s->now, &none);
    struct live_rate r = live_rate_all(s->now, s->before);
    unsigned up = 0;
    char name[AMOUNT_TEXT];

    for (unsigned i = 0; i < count; i++)
        up += s->now->interface[i].up;
    r.kernel_dropped = lost.kernel_dropped;
    r.interface_dropped = lost.interface_dropped;
    snprintf(name, sizeof name, "%u of %u up", up, count);
    put_interface(s, name, (unsigned)strlen(name), up == count, &r);
}

static void interfaces(struct screen *s)
{
    unsigned count = s->now->interfaces < LIVE_INTERFACES ? s->now->interfaces : LIVE_INTERFACES;
    unsigned longest = 0;

    if (count > 1 && count > s->rows / 4) {
        all_interfaces(s, count);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        char name[NAME_COLUMNS + 1];
        unsigned n = amount_ascii(name, NAME_COLUMNS, s->now->interface[i].name);
        n += s->now->interface[i].up ? 0 : 5;
        longest = n > longest ? n : longest;
    }
    for (unsigned i = 0; i < count; i++)
        one_interface(s, i, longest);
}

/* ---- classes */

static enum style style_of(enum session_class class)
{
    switch (class) {
    case CLASS_STRIPPED:
        return ALARM;
    case CLASS_CLEARTEXT:
    case CLASS_STARTTLS_FAILED:
        return POOR;
    case CLASS_STARTTLS:
    case CLASS_IMPLICIT_TLS:
        return GOOD;
    default:
        return PLAIN;
    }
}

/* Columns before the bars, and of the longest of them. */
#define BEFORE_BAR 43u
#define MOST_BAR 60u

static void put_bar(struct screen *s, enum style style, double share)
{
    static const char bar[MOST_BAR + 1] =
        "############################################################";
    unsigned most = s->columns > BEFORE_BAR ? s->columns - BEFORE_BAR : 0;
    double n = share * (most < MOST_BAR ? most : MOST_BAR);

    /* What is there at all is seen. */
    put(s, style, "%.*s", (int)(n > 0 && n < 1 ? 1 : n + 0.5), bar);
}

/* Amounts come first where a line may be cut. */
static void one_class(struct screen *s, enum session_class class, uint64_t added, double share)
{
    char all[AMOUNT_TEXT], more[AMOUNT_TEXT], text[AMOUNT_TEXT + 1];
    uint64_t n = s->now->sessions[class];
    enum style style = n ? style_of(class) : PLAIN;

    amount_brief(all, (double)n);
    amount_brief(more, (double)added);
    snprintf(text, sizeof text, "+%s", more);
    if (s->columns < WIDE) {
        put(s, style, "%6s %s", all, class_name(class));
    } else {
        put(s, style, "%-15s", class_name(class));
        put(s, PLAIN, "  %6s  %7s  %5.1f %%  ", all, added ? text : "", 100 * share);
        put_bar(s, style, share);
    }
    end_line(s);
}

static void classes(struct screen *s)
{
    /* What is worst comes first: of a low screen, only that is seen. */
    static const enum session_class order[CLASSES] = {CLASS_STRIPPED,        CLASS_CLEARTEXT,
                                                      CLASS_STARTTLS_FAILED, CLASS_STARTTLS,
                                                      CLASS_IMPLICIT_TLS,    CLASS_UNKNOWN};
    static const struct live_view none;
    uint64_t added[CLASSES], all[CLASSES];
    double sum = (double)live_sessions(s->now, &none, all);

    live_sessions(s->now, s->before, added);
    if (s->rows >= TALL) {
        put(s, TITLE, s->columns < WIDE ? "sessions" : "%-15s  %6s  %7s  %7s", "sessions", "all",
            "new", "share");
        end_line(s);
    }
    for (unsigned i = 0; i < CLASSES; i++) {
        enum session_class c = order[i];
        double share = sum > 0 ? (double)all[c] / sum : 0;
        one_class(s, c, added[c], share > 1 ? 1 : share);
    }
}

/* ---- limits */

static enum style near(uint64_t n, uint64_t most)
{
    double share = most ? (double)n / (double)most : 0;

    return share >= 0.9 ? ALARM : share >= 0.5 ? POOR : PLAIN;
}

static void limits(struct screen *s)
{
    const struct live_view *v = s->now;
    char n[AMOUNT_TEXT], most[AMOUNT_TEXT], octets[AMOUNT_TEXT];
    bool wide = s->columns >= WIDE;

    amount_brief(n, (double)v->waiting);
    amount_octets(octets, v->waiting_octets);
    amount_octets(most, v->waiting_most);
    put(s, near(v->waiting_octets, v->waiting_most), wide ? "%-15s  %6s" : "%s %s", "waiting", n);
    put(s, PLAIN, "%s%s of %s", wide ? "  findings, " : ", ", octets, most);
    end_line(s);
    amount_brief(n, (double)v->flows_open);
    amount_exact(most, v->flows_most);
    put(s, near(v->flows_open, v->flows_most), wide ? "%-15s  %6s" : "%s %s", "connections", n);
    put(s, PLAIN, " %sof %s", wide ? " " : "", most);
    end_line(s);
    amount_brief(n, (double)v->stored);
    put(s, PLAIN, wide ? "%-15s  %6s  sessions" : "%s %s", "stored", n);
    end_line(s);
}

/* ---- the last findings */

enum { ENDED, CLASS, CLIENT, SERVER, NAME, RULE, MESSAGES, CELLS };

/* From how many columns on each is shown. */
static const struct {
    const char *title;
    unsigned from;
} cells[CELLS] = {
    [ENDED] = {"UTC", 60},      [CLASS] = {"class", 1}, [CLIENT] = {"client", 50},
    [SERVER] = {"server", 1},   [NAME] = {"name", 70},  [RULE] = {"rule", 70},
    [MESSAGES] = {"mails", 90},
};

#define GAP 2u
#define LEAST_WIDTH 3u

#define CELL_TEXT 64

/* Of "192.0.2.1:25" or "[2001:db8::1]:25". */
static size_t address_length(const char *text)
{
    const char *port = strrchr(text, ':');

    return port ? (size_t)(port - text) : strlen(text);
}

static const char *cell_text(char to[CELL_TEXT], const struct live_finding *f, unsigned cell)
{
    char time[TEXT_TIME];
    size_t n;

    switch (cell) {
    case ENDED:
        text_time(time, f->ended_ns);
        snprintf(to, CELL_TEXT, "%.8s", time + 11);
        return to;
    case CLASS:
        return class_name(f->class);
    case CLIENT: /* its port says nothing */
        snprintf(to, CELL_TEXT, "%.*s", (int)address_length(f->client), f->client);
        return to;
    case SERVER: /* and only another one than that of mail is told */
        n = address_length(f->server);
        n = strcmp(f->server + n, ":25") == 0 ? n : strlen(f->server);
        snprintf(to, CELL_TEXT, "%.*s", (int)n, f->server);
        return to;
    case NAME:
        return f->server_name;
    case RULE:
        return f->rule;
    default:
        if (f->class == CLASS_STARTTLS || f->class == CLASS_IMPLICIT_TLS)
            return "-"; /* what went through TLS was not seen */
        amount_brief(to, (double)f->messages);
        return to;
    }
}

/* The longest text of a column; 0: it is not shown, as no text is in it or there is no room. */
static unsigned width_of(const struct screen *s, unsigned count, unsigned cell)
{
    unsigned longest = 0, n = (unsigned)strlen(cells[cell].title);

    for (unsigned i = 0; i < count && s->columns >= cells[cell].from; i++) {
        char text[CELL_TEXT], shown[CELL_TEXT + 1];
        unsigned w = amount_ascii(shown, CELL_TEXT, cell_text(text, &s->now->last[i], cell));
        longest = w > longest ? w : longest;
    }
    return longest && longest < n ? n : longest;
}

/* Where texts ask for too much, the widest gets less; time and class are cut by the edge alone. */
static void find_widths(const struct screen *s, unsigned count, unsigned width[CELLS])
{
    unsigned sum = 0;

    for (unsigned c = 0; c < CELLS; c++) {
        width[c] = width_of(s, count, c);
        sum += width[c] ? width[c] + GAP : 0;
    }
    while (sum > s->columns + GAP) {
        unsigned widest = CLIENT;
        for (unsigned c = CLIENT; c <= RULE; c++)
            widest = width[c] > width[widest] ? c : widest;
        if (width[widest] <= LEAST_WIDTH)
            return;
        width[widest]--;
        sum--;
    }
}

static void put_cells(struct screen *s, const struct live_finding *f, const unsigned width[CELLS])
{
    unsigned at = 0;

    for (unsigned c = 0; c < CELLS; c++) {
        char text[CELL_TEXT], shown[CELL_TEXT + 1];
        if (!width[c])
            continue;
        to_column(s, at);
        amount_ascii(shown, width[c], f ? cell_text(text, f, c) : cells[c].title);
        put(s, !f ? TITLE : c == CLASS ? style_of(f->class) : PLAIN, "%s", shown);
        at += width[c] + GAP;
    }
    end_line(s);
}

/* As many as there is room for below their title. */
static void findings(struct screen *s)
{
    unsigned most = s->rows > s->row + 1 ? s->rows - s->row - 1 : 0, width[CELLS];
    unsigned count = s->now->last_count < LIVE_FINDINGS ? s->now->last_count : LIVE_FINDINGS;

    count = count < most ? count : most;
    if (count == 0)
        return;
    find_widths(s, count, width);
    put_cells(s, NULL, width);
    for (unsigned i = 0; i < count; i++)
        put_cells(s, &s->now->last[i], width);
}

/* ---- the screen */

static void apart(struct screen *s)
{
    if (s->rows >= TALL)
        end_line(s);
}

void watch_draw(FILE *out, const struct live_view *now, const struct live_view *before,
                unsigned columns, unsigned rows, bool colour)
{
    struct screen s = {
        .out = out,
        .columns = columns ? columns : USUAL_COLUMNS,
        .rows = rows ? rows : USUAL_ROWS,
        .colour = colour,
        .now = now,
        .before = before,
    };

    if (s.columns >= MOST_COLUMNS)
        s.columns = MOST_COLUMNS - 1;
    fputs("\033[H", out);
    if (s.rows > 1 || !now->writing_fails)
        title(&s);
    alarms(&s);
    interfaces(&s);
    apart(&s);
    classes(&s);
    apart(&s);
    limits(&s);
    apart(&s);
    findings(&s);
    if (room(&s))
        fputs("\033[J", out);
    fflush(out);
}

/* Without wrapping, a line drawn for a terminal that has just become narrower stays one line. */
void watch_begin(FILE *out)
{
    fputs("\033[?1049h\033[?25l\033[?7l\033[H\033[2J", out);
    fflush(out);
}

void watch_end(FILE *out)
{
    fputs("\033[?7h\033[?25h\033[?1049l", out);
    fflush(out);
}
