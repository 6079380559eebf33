/* fixing.c - sections of the audit on what to mend first: servers, clients, domains, certificates. */
#include "page.h"
#include "section.h"

#include <string.h>

/* "192.0.2.25 port 25 mx.example". */
static const char *server_text(struct document *d, const struct answer *a, unsigned row,
                               const char *name)
{
    return document_words(d, "%s port %s %s", answer_text(a, row, "server_ip"),
                          answer_text(a, row, "server_port"), answer_text(a, row, name));
}

static void add_servers(struct document *d)
{
    static const struct table_column columns[] = {
        {"server", "server", false},
        {"messages_readable", "messages", true},
        {"sessions_in_the_clear", "clear", true},
        {"of_sessions_decided", "of", true},
        {"stripped", "stripped", true},
        {"credentials_exposed", "AUTH read", true},
    };
    const struct answer *a = answer_of(d, "worst-servers");
    struct block *b = add_table(d, "servers",
                                "Servers, by the messages to them that could be read:", columns, 6);

    for (unsigned row = 0; row < a->rows; row++) {
        if (!section_room(b))
            continue;
        struct table_row *r = add_row(d, b);
        r->cells[0].text = server_text(d, a, row, "one_name");
        for (unsigned i = 1; i < 6; i++)
            r->cells[i].number = answer_count(a, row, columns[i].name);
    }
    section_more(b, a);
}

static void add_clients(struct document *d)
{
    static const struct table_column columns[] = {
        {"client", "client", false},
        {"messages_in_the_clear", "messages", true},
        {"messages_though_offered", "though offered", true},
        {"messages_not_offered", "not offered", true},
    };
    const struct answer *a = answer_of(d, "clients");
    struct block *b = add_table(
        d, "clients",
        "Clients, by the messages they sent in the clear though TLS was offered:", columns, 4);

    for (unsigned row = 0; row < a->rows; row++) {
        if (!section_room(b))
            continue;
        struct table_row *r = add_row(d, b);
        r->cells[0].text = document_words(d, "%s %s", answer_text(a, row, "client_ip"),
                                          answer_text(a, row, "one_name"));
        for (unsigned i = 1; i < 4; i++)
            r->cells[i].number = answer_count(a, row, columns[i].name);
    }
    section_more(b, a);
}

static void add_domains(struct document *d)
{
    static const struct table_column columns[] = {
        {"domain", "domain", false},      {"transactions_readable", "transactions", true},
        {"as_sender", "as sender", true}, {"as_recipient", "as recipient", true},
        {"servers", "servers", true},
    };
    const struct answer *a = answer_of(d, "worst-domains");
    struct block *b = add_table(d, "domains", "Domains whose mail could be read:", columns, 5);

    for (unsigned row = 0; row < a->rows; row++) {
        if (!section_room(b))
            continue;
        struct table_row *r = add_row(d, b);
        r->cells[0].text = answer_text(a, row, "domain");
        for (unsigned i = 1; i < 5; i++)
            r->cells[i].number = answer_count(a, row, columns[i].name);
    }
    section_more(b, a);
}

static void add_silent_servers(struct document *d)
{
    static const struct table_column columns[] = {
        {"server", "server", false},
        {"sessions_not_offered", "sessions", true},
    };
    const struct answer *a = answer_of(d, "not-offering");
    struct block *b = add_table(d, "not-offering", "Servers that never offered STARTTLS:", columns,
                                2);

    for (unsigned row = 0; row < a->rows; row++) {
        if (!section_room(b))
            continue;
        struct table_row *r = add_row(d, b);
        r->cells[0].text = server_text(d, a, row, "names");
        r->cells[1].number = answer_count(a, row, "sessions_not_offered");
    }
    section_more(b, a);
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

static void add_failed(struct document *d)
{
    static const struct table_column columns[] = {
        {"certificate", "certificate", false},
        {"problem", "what is wrong", false},
        {"where", "shown by", false},
        {"sessions", "sessions", true},
    };
    const struct answer *a = answer_of(d, "certificates");
    struct block *b = add_table(d, "failed", "Certificates that failed:", columns, 4);
    char sessions[COUNTED_TEXT];

    for (unsigned row = 0; row < a->rows; row++) {
        if (!section_room(b))
            continue;
        struct table_row *r = add_row(d, b);
        r->cells[0].text = answer_text(a, row, "certificate");
        r->cells[1].text = failure(d, a, row);
        r->cells[2].text = whose_certificate(d, a, row);
        r->cells[3].number = answer_count(a, row, "sessions");
        r->sentence = document_words(d, "%s: %s; %s with %s.", r->cells[0].text, r->cells[1].text,
                                     counted(sessions, r->cells[3].number, "session", "sessions"),
                                     r->cells[2].text);
    }
    section_more(b, a);
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

static void add_expiring(struct document *d)
{
    static const struct table_column columns[] = {
        {"certificate", "certificate", false},
        {"whose", "whose", false},
        {"expiry", "until", false},
        {"where", "shown by", false},
        {"sessions", "sessions", true},
    };
    const struct answer *a = answer_of(d, "expiring");
    struct block *b = add_table(
        d, "expiring", "Certificates that had expired when they were seen, or soon would:", columns,
        5);

    for (unsigned row = 0; row < a->rows; row++) {
        if (!section_room(b))
            continue;
        struct table_row *r = add_row(d, b);
        r->cells[0].text = answer_text(a, row, "certificate");
        r->cells[1].text = answer_text(a, row, "whose");
        r->cells[2].text = expiry(d, a, row);
        r->cells[3].text = whose_certificate(d, a, row);
        r->cells[4].number = answer_count(a, row, "sessions");
        r->sentence = document_words(d, "%s%s: %s; %s.", r->cells[0].text,
                                     answer_is(a, row, "whose", "sent with it") ? " (of a chain)"
                                                                                : "",
                                     r->cells[2].text, r->cells[3].text);
    }
    section_more(b, a);
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
