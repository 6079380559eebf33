/* fixing.c - sections of the audit on what to mend first: servers, clients, domains, certificates. */
#include "page.h"
#include "section.h"

#include <string.h>

/* "192.0.2.25 port 25 mx.example". */
static const char *named_server(struct document *d, const struct answer *a, unsigned row)
{
    const char *name = answer_text(a, row, "one_name");

    return document_words(d, "%s %s", server_text(d, a, row),
                          *name ? name : answer_text(a, row, "names"));
}

static void add_servers(struct document *d)
{
    static const struct list_column columns[] = {
        {{"server", "server", false}, named_server},
        {{"messages_readable", "messages", true}, NULL},
        {{"sessions_in_the_clear", "clear", true}, NULL},
        {{"of_sessions_decided", "of", true}, NULL},
        {{"stripped", "stripped", true}, NULL},
        {{"credentials_exposed", "AUTH read", true}, NULL},
    };

    add_list(d, "servers", "Servers, by the messages to them that could be read:",
             &(struct list){"worst-servers", columns, 6, NULL, NULL});
}

static void add_silent_servers(struct document *d)
{
    static const struct list_column columns[] = {
        {{"server", "server", false}, named_server},
        {{"sessions_not_offered", "sessions", true}, NULL},
    };

    add_list(d, "not-offering", "Servers that never offered STARTTLS:",
             &(struct list){"not-offering", columns, 2, NULL, NULL});
}

static const char *named_client(struct document *d, const struct answer *a, unsigned row)
{
    return document_words(d, "%s %s", answer_text(a, row, "client_ip"),
                          answer_text(a, row, "one_name"));
}

static void add_clients(struct document *d)
{
    static const struct list_column columns[] = {
        {{"client", "client", false}, named_client},
        {{"messages_in_the_clear", "messages", true}, NULL},
        {{"messages_though_offered", "though offered", true}, NULL},
        {{"messages_not_offered", "not offered", true}, NULL},
    };

    add_list(d, "clients",
             "Clients, by the messages they sent in the clear though TLS was offered:",
             &(struct list){"clients", columns, 4, NULL, NULL});
}

static void add_domains(struct document *d)
{
    static const struct list_column columns[] = {
        {{"domain", "domain", false}, NULL},
        {{"transactions_readable", "transactions", true}, NULL},
        {{"as_sender", "as sender", true}, NULL},
        {{"as_recipient", "as recipient", true}, NULL},
        {{"servers", "servers", true}, NULL},
    };

    add_list(d, "domains", "Domains whose mail could be read:",
             &(struct list){"worst-domains", columns, 5, NULL, NULL});
}

void section_fixing(struct document *d)
{
    document_section(d, "fixing", "What to fix first");
    add_servers(d);
    add_silent_servers(d);
    add_clients(d);
    add_domains(d);
}

/* ---- certificates */

/* The server, where there is one; else how many. */
static const char *whose_certificate(struct document *d, const struct answer *a, unsigned row)
{
    char servers[COUNTED_TEXT];
    uint64_t n = answer_count(a, row, "servers");

    if (n == 1)
        return answer_text(a, row, "one_server");
    return document_words(d, "%s", counted(servers, n, "server", "servers"));
}

/* "self-signed certificate; does not name mx.example" */
static const char *failure(struct document *d, const struct answer *a, unsigned row)
{
    const char *why = answer_text(a, row, "not_verified");
    const char *asked = answer_text(a, row, "name_not_covered");

    return document_words(d, "%s%s%s%s", why, *why && *asked ? "; " : "",
                          *asked ? "does not name " : "", asked);
}

static const char *failed_sentence(struct document *d, const struct answer *a, unsigned row)
{
    char sessions[COUNTED_TEXT];

    return document_words(
        d, "%s: %s; %s with %s.", answer_text(a, row, "certificate"), failure(d, a, row),
        counted(sessions, answer_count(a, row, "sessions"), "session", "sessions"),
        whose_certificate(d, a, row));
}

static void add_failed(struct document *d)
{
    static const struct list_column columns[] = {
        {{"certificate", "certificate", false}, NULL},
        {{"problem", "what is wrong", false}, failure},
        {{"where", "shown by", false}, whose_certificate},
        {{"sessions", "sessions", true}, NULL},
    };

    add_list(d, "failed", "Certificates that failed:",
             &(struct list){"certificates", columns, 4, failed_sentence, NULL});
}

/* "expired on 2026-11-01", "expires on 2026-12-01, in 4 days" */
static const char *expiry(struct document *d, const struct answer *a, unsigned row)
{
    char days[COUNTED_TEXT];
    const char *until = answer_text(a, row, "valid_until");

    if (answer_cell(a, row, "seconds_left").integer < 0)
        return document_words(d, "expired on %s", until);
    return document_words(d, "expires on %s, in %s", until,
                          counted(days, answer_count(a, row, "days_left"), "day", "days"));
}

static const char *expiring_sentence(struct document *d, const struct answer *a, unsigned row)
{
    return document_words(d, "%s%s: %s; %s.", answer_text(a, row, "certificate"),
                          answer_is(a, row, "whose", "sent with it") ? " (of a chain)" : "",
                          expiry(d, a, row), whose_certificate(d, a, row));
}

static void add_expiring(struct document *d)
{
    static const struct list_column columns[] = {
        {{"certificate", "certificate", false}, NULL},
        {{"whose", "whose", false}, NULL},
        {{"expiry", "until", false}, expiry},
        {{"where", "shown by", false}, whose_certificate},
        {{"sessions", "sessions", true}, NULL},
    };

    add_list(d, "expiring", "Certificates that had expired when they were seen, or soon would:",
             &(struct list){"expiring", columns, 5, expiring_sentence, NULL});
}

/* For scripts: the tables show them. */
static void add_counts(struct document *d, const struct answer *failed,
                       const struct answer *expiring)
{
    struct block *b = add_figures(d, "counts", "", CHART_NONE, "");

    add_figure(d, b,
               (struct figure){.name = "certificates-failed",
                               .label = "certificates that failed",
                               .quiet = true,
                               .count = failed->rows + failed->rows_left_out});
    add_figure(d, b,
               (struct figure){.name = "certificates-expiring",
                               .label = "certificates that had expired, or soon would",
                               .quiet = true,
                               .count = expiring->rows + expiring->rows_left_out});
}

void section_certificates(struct document *d)
{
    const struct answer *failed = answer_of(d, "certificates"),
                        *expiring = answer_of(d, "expiring");
    const char *stores = answer_text(answer_of(d, "coverage"), 0, "trust_stores");

    document_section(d, "certificates", "Certificates that failed, or soon will");
    add_counts(d, failed, expiring);
    add_failed(d);
    add_expiring(d);
    if ((failed->rows || expiring->rows) && *stores)
        say_item(d, "Checked against the trust store: %s.", stores);
}
