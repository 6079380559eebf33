/* readable.c - sections of the audit on what stood in the clear: credentials, items, attachments,
 * what the mail says of the hops before this one; and what TLS left readable. */
#include "page.h"
#include "section.h"

#include <inttypes.h>
#include <string.h>

/* ---- credentials */

static void add_given(struct document *d)
{
    static const struct words kinds[] = {
        {"password", "the password itself", TONE_CLEAR},
        {"token", "a token that lets anyone in", TONE_CLEAR},
        {"verifier", "something to guess against", TONE_WEAK},
        {"unknown", "all of an unknown mechanism", TONE_UNKNOWN},
        {"name", "the name of the account only", TONE_WEAK},
        {NULL, NULL, TONE_PLAIN},
    };
    struct block *b = add_figures(d, "given",
                                  "What AUTH gave away, of the exchanges read:", CHART_BARS,
                                  "The share of AUTH exchanges that gave each away.");

    add_listing(d, b,
                &(struct listing){"credentials-given", "given", "given", "exchanges",
                                  "of_exchanges_read", .note = "mechanisms", .words = kinds});
}

static bool was_given(const struct answer *a, unsigned row)
{
    return answer_count(a, row, "sessions_exposed") > 0;
}

static const char *mechanism_text(struct document *d, const struct answer *a, unsigned row)
{
    const char *mechanism = answer_text(a, row, "auth_mechanism");

    (void)d;
    return *mechanism ? mechanism : "AUTH";
}

static void add_given_to(struct document *d)
{
    static const struct list_column columns[] = {
        {{"server", "server", false}, server_text},
        {{"auth_mechanism", "AUTH", false}, mechanism_text},
        {{"sessions_exposed", "readable", true}, NULL},
        {{"of_sessions_with_auth_in_the_clear", "of sessions", true}, NULL},
        {{"clients", "clients", true}, NULL},
    };

    add_list(d, "servers", "Credentials went in the clear to:",
             &(struct list){"credentials", columns, 5, NULL, was_given});
}

void section_credentials(struct document *d)
{
    document_section(d, "credentials", "Credentials given away");
    add_given(d);
    add_given_to(d);
}

/* ---- items */

static void add_items(struct document *d)
{
    static const struct words items[] = {
        {"credential", "credentials", TONE_CLEAR},
        {"body", "message bodies", TONE_CLEAR},
        {"attachment", "attachments", TONE_CLEAR},
        {"header-field", "header fields", TONE_CLEAR},
        {"envelope-sender", "envelope senders", TONE_CLEAR},
        {"envelope-recipient", "envelope recipients", TONE_CLEAR},
        {"client-identity", "client names (EHLO, HELO)", TONE_CLEAR},
        {"server-identity", "server greetings", TONE_CLEAR},
        {"tls-metadata", "TLS hellos and certificates", TONE_HIDDEN},
        {NULL, NULL, TONE_PLAIN},
    };
    struct block *b = add_figures(d, "items", "", CHART_NONE, "");

    add_listing(d, b,
                &(struct listing){"exposure", "item", "read", "count", .note = "octets",
                                  .one = "octet", .many = "octets", .words = items});
    if (block_empty(b))
        say(d, "Nothing.");
}

static void add_attachments(struct document *d)
{
    static const struct list_column columns[] = {
        {{"media_type", "media type", false}, NULL},
        {{"attachments", "attachments", true}, NULL},
        {{"octets", "octets", true}, NULL},
    };

    add_list(d, "attachments", "Attachments, by the media type they claim:",
             &(struct list){"attachments", columns, 3, NULL, NULL});
}

static void say_pairs(struct document *d)
{
    const struct answer *a = answer_of(d, "exposed-domains");
    char pairs[COUNTED_TEXT], senders[COUNTED_TEXT], recipients[COUNTED_TEXT];

    say(d, "%s of domains could be seen to correspond: %s, %s.",
        counted(pairs, answer_count(a, 0, "pairs"), "pair", "pairs"),
        counted(senders, answer_count(a, 0, "sender_domains"), "domain of a sender",
                "domains of senders"),
        counted(recipients, answer_count(a, 0, "recipient_domains"), "domain of a recipient",
                "domains of recipients"));
}

static void add_hops(struct document *d)
{
    const struct answer *a = answer_of(d, "hops");
    struct block *b = add_figures(d, "hops", "", CHART_NONE, "");

    struct figure f = answer_share(a, 0, "hops_claiming_tls", "of_hops", NULL, NULL);
    f.name = "hops-claiming-tls";
    f.quiet = f.of == 0;
    f.label = "hops before this one that claim TLS";
    f.note = "by Received fields";
    add_figure(d, b, f);
}

void section_readable(struct document *d)
{
    document_section(d, "readable", "What exactly could be read");
    add_items(d);
    add_attachments(d);
    say_pairs(d);
    add_hops(d);
}

/* ---- in spite of TLS */

void section_despite(struct document *d)
{
    static const struct words items[] = {
        {"addresses", "the addresses of client and server", TONE_HIDDEN},
        {"client-name", "the client's name (EHLO)", TONE_HIDDEN},
        {"server-greeting", "the server's greeting", TONE_HIDDEN},
        {"software", "the server's software", TONE_HIDDEN},
        {"sni", "the server name asked for (SNI)", TONE_HIDDEN},
        {"certificate", "the server's certificate", TONE_HIDDEN},
        {"client-certificate", "the client's certificate", TONE_HIDDEN},
        {"tls-fingerprint", "a fingerprint of the client's software", TONE_HIDDEN},
        {"message-count", "about how many messages went", TONE_HIDDEN},
        {"message-sizes", "about how large they were", TONE_HIDDEN},
        {NULL, NULL, TONE_PLAIN},
    };
    const struct answer *names = answer_of(d, "despite-tls-names");
    char n[NUMBER_TEXT];

    document_section(d, "despite-tls", "What could be learnt in spite of TLS");
    struct block *b = add_figures(
        d, "items", "Of the encrypted sessions, those that still gave away:", CHART_BARS,
        "The share of encrypted sessions in which each could be read.");
    add_listing(d, b,
                &(struct listing){"despite-tls", "item", "despite", "sessions",
                                  "of_sessions_encrypted", "low", "high", .words = items});
    for (unsigned i = 0; i < b->figure_count; i++) {
        unsigned row = answer_row(names, "item", items[i].name);
        uint64_t distinct = answer_count(names, row, "distinct_values");
        if (distinct)
            b->figures[i].note = document_words(d, "%s different", number_text(n, distinct));
    }
}
