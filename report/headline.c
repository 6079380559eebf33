/* headline.c - sections of the audit on how much could be read: in all, by direction, by day. */
#include "page.h"
#include "section.h"

#include <string.h>

/* ---- the answer */

static double percent(uint64_t of, uint64_t all)
{
    return all ? 100 * (double)of / (double)all : 0;
}

/* "13 of about 19 messages". */
static const char *messages_text(struct document *d, const struct answer *a)
{
    char n[NUMBER_TEXT], of[COUNTED_TEXT];
    uint64_t messages = answer_count(a, 0, "messages");

    if (!answer_count(a, 0, "sessions_estimated"))
        return document_words(d, "%s", counted(of, messages, "message", "messages"));
    return document_words(
        d, "%s of about %s", number_text(n, messages),
        counted(of, answer_count(a, 0, "of_messages_estimated"), "message", "messages"));
}

static void say_answer(struct document *d, const struct answer *a)
{
    char octets[COUNTED_TEXT], text[FIGURE_TEXT];
    struct figure clear = answer_share(a, 0, "sessions_in_the_clear", "of_sessions_decided", "low",
                                       "high");

    clear.unit = answer_count(a, 0, "undecided") ? "sessions that could be decided" : "sessions";
    say_lead(d, "An observer on this path could read %s%s, %s of content. In the clear were %s.",
             answer_count(a, 0, "sessions_with_uncounted_messages") ? "at least " : "",
             messages_text(d, a),
             counted(octets, answer_count(a, 0, "content_octets"), "octet", "octets"),
             figure_text(text, &clear));
}

/* Where there was no mail session the figures are quiet. */
static void add_answer(struct document *d, const struct answer *a, bool none)
{
    struct block *b = add_figures(d, "readable", "", CHART_INTERVALS,
                                  "The share of messages that could be read, and the share of "
                                  "sessions in the clear, with their 95 % intervals.");
    struct figure messages = answer_share(a, 0, "messages", "of_messages_estimated", "messages_low",
                                          "messages_high");
    struct figure clear = answer_share(a, 0, "sessions_in_the_clear", "of_sessions_decided", "low",
                                       "high");
    struct figure octets = answer_figure(a, 0, "content_octets");

    messages.name = "messages-readable";
    messages.label = "messages that could be read";
    messages.estimated = answer_count(a, 0, "sessions_estimated") > 0;
    if (answer_count(a, 0, "sessions_encrypted") > answer_count(a, 0, "sessions_estimated"))
        messages.note = "at most";
    clear.name = "sessions-clear";
    clear.label = "sessions in the clear";
    octets.name = "content-octets";
    octets.label = "octets of content that could be read";
    messages.tone = clear.tone = octets.tone = TONE_CLEAR;
    messages.quiet = clear.quiet = octets.quiet = none;
    add_figure(d, b, messages);
    add_figure(d, b, clear);
    add_figure(d, b, octets);
}

/* What is said of the messages under TLS. */
static void say_hidden(struct document *d, const struct answer *a)
{
    char n[COUNTED_TEXT], low[NUMBER_TEXT], high[NUMBER_TEXT];
    uint64_t messages = answer_count(a, 0, "messages");
    uint64_t encrypted = answer_count(a, 0, "sessions_encrypted");
    uint64_t estimated = answer_count(a, 0, "sessions_estimated");
    uint64_t least = less(answer_count(a, 0, "of_messages_at_least"), messages);
    uint64_t most = less(answer_count(a, 0, "of_messages_at_most"), messages);

    if (estimated)
        say_item(d, "The other %s went through TLS: an estimate from the sizes of its records%s.",
                 counted(n, less(answer_count(a, 0, "of_messages_estimated"), messages), "message",
                         "messages"),
                 least == most ? ""
                               : document_words(d, "; %s to %s are possible",
                                                number_text(low, least), number_text(high, most)));
    if (encrypted > estimated)
        say_item(d, "%s no estimate of messages.",
                 counted(n, encrypted - estimated, "encrypted session gives",
                         "encrypted sessions give"));
}

/* What the undecided could do to the headline, at most. */
static void say_bounds(struct document *d, const struct answer *a)
{
    char n[COUNTED_TEXT];
    uint64_t undecided = answer_count(a, 0, "undecided");
    uint64_t clear = answer_count(a, 0, "sessions_in_the_clear");
    uint64_t decided = answer_count(a, 0, "of_sessions_decided");

    if (undecided == 0)
        return;
    if (decided == 0) {
        say_item(d, "%s could not be decided.", counted(n, undecided, "session", "sessions"));
        return;
    }
    say_item(d,
             "%s could not be decided: counted as encrypted or as in the clear, they make the "
             "share in the clear %.1f to %.1f %%.",
             counted(n, undecided, "session", "sessions"), percent(clear, decided + undecided),
             percent(clear + undecided, decided + undecided));
}

static void add_classes(struct document *d)
{
    static const struct words classes[] = {
        {"cleartext", "in the clear", TONE_CLEAR},
        {"stripped", "in the clear, STARTTLS stripped", TONE_STRIPPED},
        {"starttls", "under STARTTLS", TONE_GOOD},
        {"implicit-tls", "under TLS from the start", TONE_HIDDEN},
        {"starttls-failed", "TLS failed, no mail followed", TONE_WEAK},
        {"unknown", "not decided", TONE_UNKNOWN},
        {NULL, NULL, TONE_PLAIN},
    };
    struct block *b = add_figures(d, "classes", "What became of the sessions:", CHART_PARTS,
                                  "One bar for all sessions, divided by what became of them.");

    add_listing(d, b, &(struct listing){"classes", "class", "class", "sessions", .words = classes});
}

static void say_none(struct document *d)
{
    say_lead(d, "%s",
             answer_count(answer_of(d, "coverage"), 0, "captures")
                 ? "No mail session was seen in what was captured: an observer had no mail to read."
             : d->narrowed ? "No capture is of this time."
                           : "No capture was analysed into this database yet.");
}

void section_headline(struct document *d)
{
    const struct answer *a = answer_of(d, "readable-mail");
    bool none = answer_count(a, 0, "sessions") == 0;

    document_section(d, "headline", "How much could be read");
    if (none)
        say_none(d);
    else
        say_answer(d, a);
    add_answer(d, a, none);
    say_hidden(d, a);
    say_bounds(d, a);
    add_classes(d);
}

/* ---- by direction */

static const struct words directions[] = {
    {"inbound", "inbound", TONE_CLEAR},
    {"outbound", "outbound", TONE_CLEAR},
    {"internal", "internal", TONE_CLEAR},
    {"transit", "transit (neither end at home)", TONE_CLEAR},
    {"relay", "relay", TONE_CLEAR},
    {"submission", "submission", TONE_CLEAR},
    {"undetermined", "not known (no address)", TONE_UNKNOWN},
    {NULL, NULL, TONE_PLAIN},
};

static void add_shares(struct document *d)
{
    struct block *b = add_figures(d, "clear",
                                  "Sessions in the clear, of those decided:", CHART_BARS,
                                  "The share of sessions in the clear for each direction, with "
                                  "its 95 % interval.");

    add_listing(d, b,
                &(struct listing){"directions", "direction", "clear", "in_the_clear", "of_decided",
                                  "low", "high", .words = directions});
}

static const char *direction_text(struct document *d, const struct answer *a, unsigned row)
{
    (void)d;
    return words_for(directions, answer_text(a, row, "direction")).text;
}

static void add_directions(struct document *d)
{
    static const struct list_column columns[] = {
        {{"direction", "messages", false}, direction_text},
        {{"messages_readable", "readable", true}, NULL},
        {{"messages_estimated", "TLS est.", true}, NULL},
        {{"sessions", "sessions", true}, NULL},
        {{"stripped", "stripped", true}, NULL},
        {{"undecided", "undecided", true}, NULL},
    };

    add_list(d, "messages", "", &(struct list){"directions", columns, 6, NULL, NULL});
}

void section_directions(struct document *d)
{
    const struct answer *a = answer_of(d, "directions");

    document_section(d, "directions", "By direction");
    add_shares(d);
    add_directions(d);
    if (answer_row(a, "direction", "relay") < a->rows)
        say_item(d, "With --home PREFIXES inbound, outbound and internal mail are told apart.");
}

/* ---- by day */

static void set_day(struct block *b, unsigned day, const struct answer *a)
{
    uint64_t sessions = answer_count(a, day, "sessions"),
             decided = answer_count(a, day, "of_decided");
    uint64_t clear = answer_count(a, day, "in_the_clear"),
             tls = answer_count(a, day, "established");
    uint64_t stripped = answer_count(a, day, "stripped");

    b->lines[0].values[day] = less(clear, stripped);
    b->lines[1].values[day] = stripped;
    b->lines[2].values[day] = tls;
    b->lines[3].values[day] = less(decided, clear + tls);
    b->lines[4].values[day] = less(sessions, decided);
}

void section_days(struct document *d)
{
    static const struct series_line lines[] = {
        {"cleartext", "in the clear", TONE_CLEAR, NULL},
        {"stripped", "stripped", TONE_STRIPPED, NULL},
        {"established", "under TLS", TONE_GOOD, NULL},
        {"failed", "TLS failed", TONE_WEAK, NULL},
        {"undecided", "not decided", TONE_UNKNOWN, NULL},
    };
    const struct answer *a = answer_of(d, "daily");
    const char **places = document_room(d, a->rows, sizeof *places);

    document_section(d, "days", "Day by day");
    struct block *b = add_series(d, "sessions", "Sessions that began on a day (UTC):",
                                 "A column for each day, as high as its sessions, divided by what "
                                 "became of them.",
                                 a->rows, lines, 5);
    b->places = places;
    for (unsigned day = 0; day < a->rows; day++) {
        places[day] = answer_text(a, day, "day");
        set_day(b, day, a);
    }
    if (a->rows_left_out)
        say_item(d, "Later days are left out: a series has %u at most.", ANSWER_ROWS);
}
