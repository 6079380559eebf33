/*
 * report.c - the exposure audit in text: the answer first, then whose mail, why, what exactly, and
 * what the figures do not cover.  Its questions are the named ones of db/queries.
 */
#include <mailtap/report.h>

#include "section.h"

#include <inttypes.h>
#include <string.h>

/* ---- the answer */

static int read_answer(struct report *r)
{
    struct query *q = section_ask(r, "readable-mail");
    int rc = q ? query_next(q, r->e) : -1;

    if (rc > 0) {
        r->messages = count_named(q, "messages");
        r->of_messages = count_named(q, "of_messages_estimated");
        r->of_messages_low = count_named(q, "of_messages_at_least");
        r->of_messages_high = count_named(q, "of_messages_at_most");
        r->uncounted = count_named(q, "sessions_with_uncounted_messages");
        r->clear = count_named(q, "sessions_in_the_clear");
        r->encrypted = count_named(q, "sessions_encrypted");
        r->estimated = count_named(q, "sessions_estimated");
        r->failed = count_named(q, "sessions_failed");
        r->decided = count_named(q, "of_sessions_decided");
        r->with_content = count_named(q, "sessions_with_content");
        r->content_octets = count_named(q, "content_octets");
        r->sessions = count_named(q, "sessions");
    }
    query_close(&q);
    return rc < 0 ? -1 : 0;
}

static double percent(uint64_t of, uint64_t all)
{
    return all ? 100 * (double)of / (double)all : 100;
}

/* "94 of about 156 messages (60.3 %, 58.4 to 64.4)": the range is that of the estimate. */
#define MESSAGES_TEXT 200
static const char *messages_text(char to[MESSAGES_TEXT], const struct report *r)
{
    char n[NUMBER_TEXT], of[COUNTED_TEXT];
    int used;

    if (!r->estimated) {
        snprintf(to, MESSAGES_TEXT, "%s", counted(of, r->messages, "message", "messages"));
        return to;
    }
    used = snprintf(to, MESSAGES_TEXT, "%s of about %s", number_text(n, r->messages),
                    counted(of, r->of_messages, "message", "messages"));
    if (r->of_messages >= SHARE_MINIMUM)
        snprintf(to + used, MESSAGES_TEXT - (size_t)used, " (%.1f %%, %.1f to %.1f)",
                 percent(r->messages, r->of_messages), percent(r->messages, r->of_messages_high),
                 percent(r->messages, r->of_messages_low));
    return to;
}

/* What is said of the messages under TLS, in words that end the first sentence. */
static const char *hidden_text(char to[MESSAGES_TEXT], const struct report *r)
{
    char n[COUNTED_TEXT];

    if (r->estimated)
        snprintf(to, MESSAGES_TEXT,
                 ". The other %s went through TLS: an estimate from the sizes of its records",
                 number_text(n, r->of_messages - r->messages));
    else if (r->encrypted)
        snprintf(to, MESSAGES_TEXT, "; what the %s carried could not be estimated",
                 counted(n, r->encrypted, "encrypted session", "encrypted sessions"));
    else
        *to = '\0';
    return to;
}

static void say_answer(const struct report *r)
{
    char messages[MESSAGES_TEXT], hidden[MESSAGES_TEXT], octets[COUNTED_TEXT], clear[SHARE_TEXT];

    fputc('\n', r->page.out);
    page_say(&r->page, 2, false,
             "An observer on this path could read %s%s, %s of content%s. In the clear were %s.",
             r->uncounted ? "at least " : "", messages_text(messages, r),
             counted(octets, r->content_octets, "octet", "octets"), hidden_text(hidden, r),
             share_text(clear, r->clear, r->decided,
                        r->decided < r->sessions ? "sessions that could be decided" : "sessions"));
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
    struct query *q = section_ask(r, "correspondents");
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
    q = section_ask(r, "domains");
    rc = q ? say_domains(r, q) : -1;
    query_close(&q);
    return rc < 0 ? -1 : say_pairs(r);
}

/* ---- why */

static const char *words_of_reason(const char *class, const char *reason)
{
    static const struct words reasons[] = {
        {"not-offered", "the server did not offer STARTTLS"},
        {"offered-unused", "STARTTLS was offered and not used"},
        {"helo-only", "HELO only, so no offer was asked for"},
        {"refused", "STARTTLS was asked for and refused"},
        {"undetermined", "the reason was not captured"},
        {NULL, NULL},
    };
    return words_for(reasons, reason,
                     strcmp(class, "stripped") == 0 ? "STARTTLS was stripped" : "in the clear");
}

static const char *words_of_rule(const char *rule)
{
    static const struct words rules[] = {
        {"offer-masked", "a keyword was overwritten where STARTTLS would stand in the offer"},
        {"offer-missing", "the server offers STARTTLS elsewhere, and did not here"},
        {"command-masked", "the client's STARTTLS reached the server as a run of X"},
        {"refused", "STARTTLS was offered, asked for, and then refused"},
        {"handshake-broken", "earlier handshakes were broken, then the mail went in the clear"},
        {"ehlo-masked", "EHLO was overwritten or refused, so that the client fell back to HELO"},
        {"payload-conflict", "two payloads were seen for the same octets, one without STARTTLS"},
        {"vantage-mismatch", "the connection shows other octets at another capture point"},
        {"policy-violated", "a policy says that the server must offer STARTTLS"},
        {NULL, NULL},
    };
    return words_for(rules, rule, rule);
}

static int say_reasons(struct report *r)
{
    struct query *q = section_ask(r, "cleartext");
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
    struct query *q = section_ask(r, "stripped");
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

/* What came where only TLS may (CVE-2011-0411 and its kin); clients that are merely rude do it too. */
static int say_injected(struct report *r)
{
    struct query *q = section_ask(r, "injected");
    uint64_t sessions = 0;
    char text[COUNTED_TEXT];
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0)
        sessions += count_named(q, "sessions");
    query_close(&q);
    if (rc == 0 && sessions)
        page_say(&r->page, 2, true,
                 "Text came between STARTTLS and TLS in %s: it may have been injected.",
                 counted(text, sessions, "session", "sessions"));
    return rc;
}

/* One line for each row of 'offered' or 'used', all of which are shares. */
static int say_rates(struct report *r, const char *question, const char *what, const char *of,
                     const char *const (*labels)[2], unsigned label_count)
{
    struct query *q = section_ask(r, question);
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
    if (say_reasons(r) < 0 || say_evidence(r) < 0 || say_injected(r) < 0)
        return -1;
    if (say_rates(r, "offered", "offered", "of_those_with_an_ehlo_reply", offered, 2) < 0)
        return -1;
    return say_rates(r, "used", "sessions", "of_sessions", used, 2);
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

/* What the undecided could do to the headline, at most. */
static void say_bounds(const struct report *r)
{
    uint64_t undecided = count_named(r->coverage, "undecided"), all = r->decided + undecided;

    if (undecided == 0 || r->decided == 0)
        return;
    page_say(&r->page, 2, true,
             "Counted as encrypted or as in the clear, the undecided make the share in the clear "
             "%.1f to %.1f %%.",
             100.0 * (double)r->clear / (double)all,
             100.0 * (double)(r->clear + undecided) / (double)all);
}

static void say_estimates(const struct report *r)
{
    char text[COUNTED_TEXT], a[NUMBER_TEXT], b[NUMBER_TEXT], c[NUMBER_TEXT];

    if (r->of_messages_high > r->of_messages_low)
        page_say(&r->page, 2, true,
                 "Messages under TLS are an estimate: %s, but %s to %s are possible.",
                 number_text(a, r->of_messages - r->messages),
                 number_text(b, r->of_messages_low - r->messages),
                 number_text(c, r->of_messages_high - r->messages));
    if (r->encrypted > r->estimated)
        page_say(&r->page, 2, true, "%s no estimate of messages.",
                 counted(text, r->encrypted - r->estimated, "encrypted session gives",
                         "encrypted sessions give"));
    if (r->uncounted)
        page_say(&r->page, 2, true, "Replies are missing in %s: messages there are a lower bound.",
                 counted(text, r->uncounted, "session", "sessions"));
}

static void not_covered(const struct report *r)
{
    page_heading(&r->page, "What these figures do not cover");
    say_missing(r, r->coverage);
    say_bounds(r);
    say_estimates(r);
    page_say(&r->page, 2, true,
             "Shares are followed by their 95 %% interval (Wilson), from %d cases on%s.",
             SHARE_MINIMUM,
             r->estimated && r->of_messages >= SHARE_MINIMUM
                 ? "; that of messages by the bounds of the estimate"
                 : "");
}

/* ---- all of it */

static void say_head(const struct report *r, const char *name)
{
    const struct query *coverage = r->coverage;
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

static int all_sections(struct report *r, const char *name)
{
    static int (*const sections[])(struct report *) = {
        whose,
        section_protection,
        why,
        section_weaknesses,
        section_certificates,
        section_items,
        section_attachments,
        section_credentials,
        section_hops,
        section_not_offering,
    };
    uint64_t captures = count_named(r->coverage, "captures");

    say_head(r, name);
    if (r->sessions == 0) {
        fputc('\n', r->page.out);
        page_say(&r->page, 2, false, "%s",
                 captures
                     ? "No mail session was seen in what was captured: an observer had no mail "
                       "to read."
                     : "No capture was analysed into this database yet.");
        if (captures)
            not_covered(r);
        return 0;
    }
    say_answer(r);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (sections[i](r) < 0)
            return -1;
    not_covered(r);
    return 0;
}

int report_text(FILE *out, struct store *st, const char *database_name, bool colour, struct err *e)
{
    struct report r = {.page = {out, colour}, .store = st, .e = e};
    struct query *coverage;
    int rc;

    if (read_answer(&r) < 0)
        return -1;
    coverage = section_ask(&r, "coverage");
    rc = coverage ? query_next(coverage, e) : -1;
    if (rc > 0) {
        r.coverage = coverage;
        rc = all_sections(&r, database_name);
    }
    query_close(&coverage);
    return rc;
}
