/*
 * report.c - the exposure audit in text: the answer first, then whose mail, why, what exactly, and
 * what the figures do not cover.  Its questions are the named ones of db/queries.
 */
#include <mailtap/report.h>

#include "page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a list that are shown; the rest is counted. */
#define LISTED 5u

struct report {
    struct page page;
    struct store *store;
    struct err *e;
    /* the answer to 'readable-mail' */
    uint64_t messages, uncounted, clear, encrypted, failed, decided, with_content, content_octets,
        sessions;
};

/* ---- asking */

static struct query *ask(struct report *r, const char *name)
{
    return query_open(r->store, query_find(name)->sql, r->e);
}

/* A column of the row that is there now, by its name. */
static struct cell cell_named(const struct query *q, const char *name)
{
    for (unsigned i = 0; i < query_columns(q); i++)
        if (strcmp(query_column(q, i), name) == 0)
            return query_cell(q, i);
    return (struct cell){.kind = CELL_NULL};
}

static uint64_t count_named(const struct query *q, const char *name)
{
    struct cell c = cell_named(q, name);

    return c.kind == CELL_INTEGER && c.integer > 0 ? (uint64_t)c.integer : 0;
}

#define NAME_TEXT 320

static const char *text_named(const struct query *q, const char *name, char to[NAME_TEXT])
{
    struct cell c = cell_named(q, name);
    unsigned width;
    char *shown = shown_text(c.text, 72, &width);

    snprintf(to, NAME_TEXT, "%s", shown);
    free(shown);
    return to;
}

/* ---- the answer */

static int read_answer(struct report *r)
{
    struct query *q = ask(r, "readable-mail");
    int rc = q ? query_next(q, r->e) : -1;

    if (rc > 0) {
        r->messages = count_named(q, "messages");
        r->uncounted = count_named(q, "sessions_with_uncounted_messages");
        r->clear = count_named(q, "sessions_in_the_clear");
        r->encrypted = count_named(q, "sessions_encrypted");
        r->failed = count_named(q, "sessions_failed");
        r->decided = count_named(q, "of_sessions_decided");
        r->with_content = count_named(q, "sessions_with_content");
        r->content_octets = count_named(q, "content_octets");
        r->sessions = count_named(q, "sessions");
    }
    query_close(&q);
    return rc < 0 ? -1 : 0;
}

static void say_answer(const struct report *r)
{
    char messages[COUNTED_TEXT], octets[COUNTED_TEXT], clear[SHARE_TEXT], hidden[COUNTED_TEXT];

    fputc('\n', r->page.out);
    page_say(&r->page, 2, false,
             "An observer on this path could read %s%s (%s of content): %s were in the "
             "clear; what the %s carried cannot be counted.",
             r->uncounted ? "at least " : "", counted(messages, r->messages, "message", "messages"),
             counted(octets, r->content_octets, "octet", "octets"),
             share_text(clear, r->clear, r->decided,
                        r->decided < r->sessions ? "sessions that could be decided" : "sessions"),
             counted(hidden, r->encrypted, "encrypted session", "encrypted sessions"));
}

/* ---- whose */

static int say_domains(const struct report *r, struct query *q)
{
    unsigned shown = 0;
    uint64_t more = 0;
    char role[NAME_TEXT], before[NAME_TEXT] = "", domain[NAME_TEXT], label[2 * NAME_TEXT];
    char count[COUNTED_TEXT];
    int rc;

    while ((rc = query_next(q, r->e)) > 0) {
        text_named(q, "role", role);
        if (strcmp(role, before) != 0) {
            if (more)
                page_row(&r->page, "and further domains", "%" PRIu64, more);
            shown = 0;
            more = 0;
            snprintf(before, sizeof before, "%s", role);
        }
        if (shown++ >= LISTED) {
            more++;
            continue;
        }
        snprintf(label, sizeof label, "%s %s", strcmp(role, "sender") == 0 ? "from" : "to",
                 text_named(q, "domain", domain));
        page_row(&r->page, label, "%s",
                 counted(count, count_named(q, "transactions"), "transaction", "transactions"));
    }
    if (more)
        page_row(&r->page, "and further domains", "%" PRIu64, more);
    return rc;
}

static int say_pairs(struct report *r)
{
    struct query *q = ask(r, "correspondents");
    uint64_t pairs = 0;
    char text[COUNTED_TEXT];
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0)
        pairs++;
    query_close(&q);
    if (rc == 0)
        page_say(&r->page, 2, false, "%s of domains could be seen to correspond.",
                 counted(text, pairs, "pair", "pairs"));
    return rc;
}

static int whose(struct report *r)
{
    struct query *q;
    int rc;

    page_heading(&r->page, "Whose mail could be read");
    if (r->with_content == 0) {
        page_say(&r->page, 2, false, "No message content was in the clear.");
        return say_pairs(r);
    }
    q = ask(r, "domains");
    rc = q ? say_domains(r, q) : -1;
    query_close(&q);
    return rc < 0 ? -1 : say_pairs(r);
}

/* ---- why */

static const char *words_of_reason(const char *class, const char *reason)
{
    static const char *const words[][2] = {
        {"not-offered", "the server did not offer STARTTLS"},
        {"offered-unused", "STARTTLS was offered and not used"},
        {"helo-only", "HELO only, so no offer was asked for"},
        {"refused", "STARTTLS was asked for and refused"},
        {"undetermined", "the reason was not captured"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], reason) == 0)
            return words[i][1];
    return strcmp(class, "stripped") == 0 ? "STARTTLS was stripped" : "in the clear";
}

static const char *words_of_rule(const char *rule)
{
    static const char *const words[][2] = {
        {"offer-masked", "a keyword was overwritten where STARTTLS would stand in the offer"},
        {"offer-missing", "the server offers STARTTLS elsewhere, and did not here"},
        {"command-masked", "the client's STARTTLS reached the server as a run of X"},
        {"refused", "STARTTLS was offered, asked for, and then refused"},
        {"handshake-broken", "earlier handshakes were broken, then the mail went in the clear"},
        {"ehlo-masked", "EHLO was overwritten or refused, so that the client fell back to HELO"},
        {"payload-conflict", "two payloads were seen for the same octets, one without STARTTLS"},
        {"vantage-mismatch", "the connection shows other octets at another capture point"},
        {"policy-violated", "a policy says that the server must offer STARTTLS"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], rule) == 0)
            return words[i][1];
    return rule;
}

static int say_reasons(struct report *r)
{
    struct query *q = ask(r, "cleartext");
    char class[NAME_TEXT], reason[NAME_TEXT], sessions[COUNTED_TEXT];
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0)
        page_row(&r->page,
                 words_of_reason(text_named(q, "class", class),
                                 text_named(q, "cleartext_reason", reason)),
                 "%s", counted(sessions, count_named(q, "sessions"), "session", "sessions"));
    query_close(&q);
    if (rc == 0 && r->failed)
        page_row(&r->page, "TLS failed, and no mail followed in clear", "%s",
                 counted(sessions, r->failed, "session", "sessions"));
    return rc;
}

static int say_evidence(struct report *r)
{
    struct query *q = ask(r, "stripped");
    char rule[NAME_TEXT], rank[NAME_TEXT], sessions[COUNTED_TEXT], servers[COUNTED_TEXT];
    bool first = true;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        if (first)
            page_say(&r->page, 2, false, "Evidence of stripping:");
        first = false;
        text_named(q, "rank", rank);
        page_say(
            &r->page, 4, true, "%s, %s: %s (%s) in %s with %s.", rank,
            strcmp(rank, "weak") == 0 ? "the class stays as it is" : "counted as stripped",
            words_of_rule(text_named(q, "rule", rule)), rule,
            counted(sessions, count_named(q, "sessions_with_the_finding"), "session", "sessions"),
            counted(servers, count_named(q, "servers"), "server", "servers"));
    }
    query_close(&q);
    if (rc == 0 && first)
        page_say(&r->page, 2, false, "No evidence of stripping was found.");
    return rc;
}

/* One line for each row of 'offered' or 'used', all of which are shares. */
static int say_rates(struct report *r, const char *question, const char *what, const char *of,
                     const char *const (*labels)[2], unsigned label_count)
{
    struct query *q = ask(r, question);
    char name[NAME_TEXT], share[SHARE_TEXT];
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        struct cell first = query_cell(q, 0);
        snprintf(name, sizeof name, "%.*s", (int)first.text.n, (const char *)first.text.p);
        for (unsigned i = 0; i < label_count; i++)
            if (strcmp(labels[i][0], name) == 0)
                page_row(&r->page, labels[i][1], "%s",
                         share_text(share, count_named(q, what), count_named(q, of), ""));
    }
    query_close(&q);
    return rc;
}

static int why(struct report *r)
{
    static const char *const offered[][2] = {
        {"sessions", "STARTTLS offered, by session"},
        {"servers", "offered in most sessions, by server"},
    };
    static const char *const used[][2] = {
        {"requested", "asked for, where it was offered"},
        {"established", "TLS established, where it was asked for"},
    };

    page_heading(&r->page, "Why");
    if (say_reasons(r) < 0 || say_evidence(r) < 0)
        return -1;
    if (say_rates(r, "offered", "offered", "of_those_with_an_ehlo_reply", offered, 2) < 0)
        return -1;
    return say_rates(r, "used", "sessions", "of_sessions", used, 2);
}

/* ---- what */

static const char *words_of_item(const char *item)
{
    static const char *const words[][2] = {
        {"envelope-sender", "envelope senders"},
        {"envelope-recipient", "envelope recipients"},
        {"header-field", "header fields"},
        {"body", "message bodies"},
        {"attachment", "attachments"},
        {"credential", "credentials"},
        {"client-identity", "client names (EHLO, HELO)"},
        {"server-identity", "server greetings"},
        {"tls-metadata", "TLS hellos and certificates"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], item) == 0)
            return words[i][1];
    return item;
}

static int what(struct report *r)
{
    struct query *q = ask(r, "exposure");
    char item[NAME_TEXT], count[NUMBER_TEXT], octets[COUNTED_TEXT];
    bool any = false;
    int rc = -1;

    page_heading(&r->page, "What exactly could be read");
    while (q && (rc = query_next(q, r->e)) > 0) {
        any = true;
        page_row(&r->page, words_of_item(text_named(q, "item", item)), "%12s  %s",
                 number_text(count, count_named(q, "count")),
                 counted(octets, count_named(q, "octets"), "octet", "octets"));
    }
    query_close(&q);
    if (rc == 0 && !any)
        page_say(&r->page, 2, false, "Nothing.");
    return rc;
}

static int credentials(struct report *r)
{
    struct query *q = ask(r, "credentials");
    char mechanism[NAME_TEXT], ip[NAME_TEXT], label[3 * NAME_TEXT], share[SHARE_TEXT];
    unsigned rows = 0;
    uint64_t exposed = 0;
    int rc = -1;

    page_heading(&r->page, "Credentials");
    while (q && (rc = query_next(q, r->e)) > 0) {
        uint64_t sessions = count_named(q, "sessions_exposed");
        exposed += sessions;
        if (rows++ >= LISTED)
            continue;
        text_named(q, "auth_mechanism", mechanism);
        snprintf(label, sizeof label, "%s to %s port %" PRIu64, *mechanism ? mechanism : "AUTH",
                 text_named(q, "server_ip", ip), count_named(q, "server_port"));
        page_row(&r->page, label, "readable in %s",
                 share_text(share, sessions, count_named(q, "of_sessions_with_auth_in_the_clear"),
                            "sessions"));
    }
    query_close(&q);
    if (rc < 0)
        return -1;
    if (rows > LISTED)
        page_say(&r->page, 2, false, "and %u more; %" PRIu64 " sessions in all.", rows - LISTED,
                 exposed);
    if (rows == 0)
        page_say(&r->page, 2, false, "No AUTH was seen in the clear.");
    return 0;
}

static int not_offering(struct report *r)
{
    struct query *q = ask(r, "not-offering");
    char ip[NAME_TEXT], names[NAME_TEXT], label[3 * NAME_TEXT], sessions[COUNTED_TEXT];
    unsigned rows = 0;
    int rc = -1;

    page_heading(&r->page, "Servers that never offered STARTTLS");
    while (q && (rc = query_next(q, r->e)) > 0) {
        if (rows++ >= LISTED)
            continue;
        snprintf(label, sizeof label, "%s port %" PRIu64 " %s", text_named(q, "server_ip", ip),
                 count_named(q, "server_port"), text_named(q, "names", names));
        page_row(&r->page, label, "%s",
                 counted(sessions, count_named(q, "sessions_not_offered"), "session", "sessions"));
    }
    query_close(&q);
    if (rc < 0)
        return -1;
    if (rows > LISTED)
        page_say(&r->page, 2, false, "and %u more.", rows - LISTED);
    if (rows == 0)
        page_say(&r->page, 2, false, "None was seen.");
    return 0;
}

/* ---- what the figures do not cover */

static void say_missing(const struct report *r, const struct query *q)
{
    static const struct {
        const char *column, *one, *many;
    } lines[] = {
        {"undecided", "session could not be decided", "sessions could not be decided"},
        {"unjudged", "session is not judged yet", "sessions are not judged yet"},
        {"one_sided", "session was captured in one direction only",
         "sessions were captured in one direction only"},
        {"midstream", "session began before the capture", "sessions began before the capture"},
        {"sessions_lost", "dialogue could not be followed to its end",
         "dialogues could not be followed to their end"},
        {"sessions_with_gaps", "session has gaps", "sessions have gaps"},
        {"gap_octets", "octet of mail was not captured", "octets of mail were not captured"},
        {"damaged_frames", "frame was cut or damaged", "frames were cut or damaged"},
        {"frames_dropped", "frame was dropped on capture", "frames were dropped on capture"},
        {"fragments", "IP fragment was not put together", "IP fragments were not put together"},
        {"frames_of_unknown_link", "frame had a link layer that is not known",
         "frames had a link layer that is not known"},
        {"flows_given_up", "connection was given up for want of room",
         "connections were given up for want of room"},
        {"segments_given_up", "segment was given up for want of room",
         "segments were given up for want of room"},
        {"captures_damaged", "capture was damaged", "captures were damaged"},
        {"captures_unfinished", "capture was not finished", "captures were not finished"},
    };
    char text[COUNTED_TEXT];

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint64_t n = count_named(q, lines[i].column);
        if (n)
            page_say(&r->page, 2, true, "%s.", counted(text, n, lines[i].one, lines[i].many));
    }
}

static void not_covered(const struct report *r, const struct query *coverage)
{
    page_heading(&r->page, "What these figures do not cover");
    say_missing(r, coverage);
    if (r->encrypted)
        page_say(&r->page, 2, true, "How many messages encrypted sessions carried is not known.");
    if (r->uncounted) {
        char text[COUNTED_TEXT];
        page_say(&r->page, 2, true, "Replies are missing in %s: messages there are a lower bound.",
                 counted(text, r->uncounted, "session", "sessions"));
    }
    page_say(&r->page, 2, true,
             "Shares are followed by their 95 %% interval (Wilson), from %d cases on.",
             SHARE_MINIMUM);
}

/* ---- all of it */

static void say_head(const struct report *r, const char *name, const struct query *coverage)
{
    char captures[COUNTED_TEXT], frames[COUNTED_TEXT], sessions[COUNTED_TEXT];
    char from[NAME_TEXT], to[NAME_TEXT];

    fprintf(r->page.out, "%s", r->page.colour ? "\033[1m" : "");
    page_say(&r->page, 0, false, "Exposure audit of %s", name);
    fprintf(r->page.out, "%s", r->page.colour ? "\033[0;2m" : "");
    page_say(&r->page, 0, false, "%s, %s, %s",
             counted(captures, count_named(coverage, "captures"), "capture", "captures"),
             counted(frames, count_named(coverage, "frames"), "frame", "frames"),
             counted(sessions, count_named(coverage, "sessions"), "mail session", "mail sessions"));
    if (*text_named(coverage, "first_frame_at", from))
        page_say(&r->page, 0, false, "%s to %s", from, text_named(coverage, "last_frame_at", to));
    fprintf(r->page.out, "%s", r->page.colour ? "\033[0m" : "");
}

static int all_sections(struct report *r, const char *name, const struct query *coverage)
{
    say_head(r, name, coverage);
    if (r->sessions == 0) {
        fputc('\n', r->page.out);
        page_say(&r->page, 2, false, "%s",
                 count_named(coverage, "captures")
                     ? "No mail session was seen in what was captured: an observer had no mail "
                       "to read."
                     : "No capture was analysed into this database yet.");
        if (count_named(coverage, "captures"))
            not_covered(r, coverage);
        return 0;
    }
    say_answer(r);
    if (whose(r) < 0 || why(r) < 0 || what(r) < 0 || credentials(r) < 0 || not_offering(r) < 0)
        return -1;
    not_covered(r, coverage);
    return 0;
}

int report_text(FILE *out, struct store *st, const char *database_name, bool colour, struct err *e)
{
    struct report r = {.page = {out, colour}, .store = st, .e = e};
    struct query *coverage;
    int rc;

    if (read_answer(&r) < 0)
        return -1;
    coverage = ask(&r, "coverage");
    rc = coverage ? query_next(coverage, e) : -1;
    if (rc > 0)
        rc = all_sections(&r, database_name, coverage);
    query_close(&coverage);
    return rc;
}
