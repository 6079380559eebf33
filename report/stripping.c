/* stripping.c - sections of the audit on who took STARTTLS away, and on who raises the bar. */
#include "page.h"
#include "section.h"

#include <mailtap/statistics.h>

#include <string.h>

/* ---- evidence */

static const struct words rules[] = {
    {"offer-masked", "a keyword was overwritten where STARTTLS would stand in the offer",
     TONE_STRIPPED},
    {"offer-missing", "the server offers STARTTLS elsewhere, and did not here", TONE_STRIPPED},
    {"command-masked", "the client's STARTTLS reached the server as a run of X", TONE_STRIPPED},
    {"refused", "STARTTLS was offered, asked for, and then refused", TONE_STRIPPED},
    {"handshake-broken", "earlier handshakes were broken, then the mail went in the clear",
     TONE_STRIPPED},
    {"ehlo-masked", "EHLO was overwritten or refused, so that the client fell back to HELO",
     TONE_STRIPPED},
    {"payload-conflict", "two payloads were seen for the same octets, one without STARTTLS",
     TONE_STRIPPED},
    {"vantage-mismatch", "the connection shows other octets at another capture point",
     TONE_STRIPPED},
    {"policy-violated", "a policy says that the server must offer STARTTLS", TONE_STRIPPED},
    {NULL, NULL, TONE_PLAIN},
};

static const char *rule_text(struct document *d, const struct answer *a, unsigned row)
{
    (void)d;
    return words_for(rules, answer_text(a, row, "rule")).text;
}

static const char *finding(struct document *d, const struct answer *a, unsigned row)
{
    char sessions[COUNTED_TEXT], servers[COUNTED_TEXT];

    return document_words(
        d, "%s, %s: %s (%s) in %s with %s.", answer_text(a, row, "rank"),
        answer_is(a, row, "rank", "weak") ? "the class stays as it is" : "counted as stripped",
        rule_text(d, a, row), answer_text(a, row, "rule"),
        counted(sessions, answer_count(a, row, "sessions_with_the_finding"), "session", "sessions"),
        counted(servers, answer_count(a, row, "servers"), "server", "servers"));
}

static void add_evidence(struct document *d)
{
    static const struct list_column columns[] = {
        {{"rule", "rule", false}, NULL},
        {{"rank", "rank", false}, NULL},
        {{"what", "what was seen", false}, rule_text},
        {{"sessions_with_the_finding", "sessions", true}, NULL},
        {{"sessions_stripped", "counted as stripped", true}, NULL},
        {{"servers", "servers", true}, NULL},
    };

    add_list(d, "evidence",
             "Evidence of stripping:", &(struct list){"stripped", columns, 6, finding, NULL});
}

static bool has_a_name(const struct answer *a, unsigned row)
{
    return *answer_text(a, row, "client_network") != '\0';
}

/* Where it was done to several clients, a box stands at their network. */
static void add_networks(struct document *d)
{
    static const struct list_column columns[] = {
        {{"client_network", "network", false}, NULL},
        {{"sessions_stripped", "stripped", true}, NULL},
        {{"of_sessions_decided", "of sessions", true}, NULL},
        {{"clients_stripped", "clients", true}, NULL},
        {{"of_clients", "of", true}, NULL},
        {{"servers_stripped", "servers", true}, NULL},
    };

    add_list(d, "networks", "Networks of clients whose sessions were stripped:",
             &(struct list){"stripped-networks", columns, 6, NULL, has_a_name});
}

/* What came where only TLS may (CVE-2011-0411 and its kin); clients that are merely rude do it too. */
static void say_injected(struct document *d)
{
    const struct answer *a = answer_of(d, "injected");
    uint64_t sessions = 0;
    char text[COUNTED_TEXT];

    for (unsigned row = 0; row < a->rows; row++)
        sessions += answer_count(a, row, "sessions");
    if (sessions)
        say_item(d, "Text came between STARTTLS and TLS in %s: it may have been injected.",
                 counted(text, sessions, "session", "sessions"));
}

void section_stripping(struct document *d)
{
    const struct answer *a = answer_of(d, "stripped");
    const struct answer *all = answer_of(d, "readable-mail");

    document_section(d, "stripping", "Who took STARTTLS away");
    if (answer_count(all, 0, "of_sessions_decided")) {
        struct block *b = add_figures(d, "stripped", "", CHART_NONE, "");
        struct figure f = answer_share(all, 0, "sessions_stripped", "of_sessions_decided",
                                       "sessions_stripped_low", "sessions_stripped_high");
        f.name = "sessions-stripped";
        f.label = "sessions stripped, of those decided";
        f.tone = TONE_STRIPPED;
        add_figure(d, b, f);
    }
    if (a->rows == 0)
        say(d, "No evidence of stripping was found.");
    add_evidence(d);
    say_injected(d);
    add_networks(d);
}

/* ---- 2.a to 2.d */

static void add_letters(struct document *d)
{
    static const struct words capabilities[] = {
        {"software-offering", "2.a  kinds of software ever seen to offer", TONE_GOOD},
        {"servers-running-offering", "2.a  servers that run such software", TONE_GOOD},
        {NULL, NULL, TONE_PLAIN},
    };
    static const struct words offered[] = {
        {"sessions", "2.b  STARTTLS offered, by session", TONE_GOOD},
        {"servers", "2.b  in most of its sessions, by server", TONE_GOOD},
        {NULL, NULL, TONE_PLAIN},
    };
    static const struct words used[] = {
        {"requested", "2.c  asked for, where it was offered", TONE_GOOD},
        {"established", "2.c  established, where it was asked for", TONE_GOOD},
        {NULL, NULL, TONE_PLAIN},
    };
    static const struct words insisting[] = {
        {"clients-insisting", "2.d  clients that insist", TONE_GOOD},
        {"ended-without-mail", "2.d  without TLS, ended without mail", TONE_GOOD},
        {"control-ended-without-mail", "     the same, though TLS could be had", TONE_PLAIN},
        {"bypassed", "2.d  ... and then TLS with another server", TONE_GOOD},
        {"went-on", "2.d  refused or failed: clear at once", TONE_CLEAR},
        {"fell-back", "2.d  refused or failed: clear later", TONE_CLEAR},
        {NULL, NULL, TONE_PLAIN},
    };
    struct block *b = add_figures(d, "rates", "", CHART_INTERVALS,
                                  "Shares from 0 to 100 %, each a point with its 95 % interval.");

    const struct listing listings[] = {
        {"capabilities", "what", "capable", "count", "of_count", "low", "high",
         .words = capabilities},
        {"offered", "counted_by", "offered", "offered", "of_those_with_an_ehlo_reply", "low",
         "high", .words = offered},
        {"used", "what", "used", "sessions", "of_sessions", "low", "high", .words = used},
        {"insisting", "what", "insist", "count", "of_count", "low", "high", .words = insisting},
    };

    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++)
        add_listing(d, b, &listings[i]);
}

/* Software that names itself and was not once seen to offer (2.a). */
static bool never_offers(const struct answer *a, unsigned row)
{
    return answer_count(a, row, "servers_ever_offering") == 0 &&
           !answer_is(a, row, "software", "(does not say)");
}

static void add_silent_software(struct document *d)
{
    static const struct list_column columns[] = {
        {{"software", "software", false}, NULL},
        {{"of_servers", "servers", true}, NULL},
        {{"of_sessions_answered", "sessions", true}, NULL},
    };

    add_list(d, "silent-software", "Software that was never seen to offer STARTTLS (2.a):",
             &(struct list){"software", columns, 3, NULL, never_offers});
}

static void say_unexercised(struct document *d)
{
    const struct answer *a = answer_of(d, "insisting");
    unsigned row = answer_row(a, "what", "clients-not-exercised");
    char n[NUMBER_TEXT], of[COUNTED_TEXT];

    if (answer_count(a, row, "of_count"))
        say_item(d,
                 "%s of %s never met a server without the offer: whether they insist is not "
                 "known.",
                 number_text(n, answer_count(a, row, "count")),
                 counted(of, answer_count(a, row, "of_count"), "client", "clients"));
}

/* metrics.md: insisting is what goes beyond the control, which probes and health checks make. */
static void say_beyond_control(struct document *d)
{
    const struct figure *f = document_figure(d, "insist-ended-without-mail");
    const struct figure *control = document_figure(d, "insist-control-ended-without-mail");

    if (!f->intervalled || !control->intervalled)
        return;
    double p = (double)f->count / (double)f->of, q = (double)control->count / (double)control->of;
    struct interval i = difference(p, (struct interval){f->low, f->high}, q,
                                   (struct interval){control->low, control->high});
    say_item(d,
             "Without TLS sessions ended without mail %+.1f points more often than where it could "
             "be had (%+.1f to %+.1f): what is above 0 is insisting, and not probing.",
             100 * (p - q), 100 * i.low, 100 * i.high);
}

void section_bar(struct document *d)
{
    document_section(d, "bar", "Who raises the bar: 2.a to 2.d");
    say(d, "2.a: software includes STARTTLS. 2.b: servers offer it. 2.c: clients use it when it is "
           "offered. 2.d: clients insist on it, and go round a server that does not offer.");
    add_letters(d);
    say_beyond_control(d);
    say_unexercised(d);
    add_silent_software(d);
}
