/*
 * protection.c - sections of the audit on protection: the ladder of RFC 7435, what is weak in TLS,
 * certificates that fail, and who never offered STARTTLS.
 */
#include "section.h"

#include <inttypes.h>
#include <string.h>

/* ---- the ladder */

static const struct words rungs[] = {
    {"cleartext", "in the clear"},
    {"stripped", "in the clear, STARTTLS stripped"},
    {"obsolete-tls", "obsolete TLS (below 1.2)"},
    {"unauthenticated", "TLS, server not authenticated"},
    {"authentication-hidden", "TLS, authentication cannot be seen"},
    {"authenticable", "TLS, server could be authenticated"},
    {"undecided", "not decided"},
    {NULL, NULL},
};

static void say_rung(const struct report *r, const struct query *q, const char *rung)
{
    char share[SHARE_TEXT], sessions[COUNTED_TEXT];

    if (strcmp(rung, "undecided") == 0)
        page_say(&r->page, 2, true,
                 "Not decided: %s (TLS failed, no certificate was checked, or too little was "
                 "captured).",
                 counted(sessions, count_named(q, "sessions"), "session", "sessions"));
    else
        page_row(&r->page, words_for(rungs, rung, rung), "%s",
                 share_text(share, count_named(q, "sessions"),
                            count_named(q, "of_sessions_decided"), ""));
}

static void say_rung_messages(const struct report *r, const struct query *q, const char *rung)
{
    uint64_t estimated = count_named(q, "messages_estimated");
    uint64_t messages = count_named(q, "messages_read") + estimated;
    char n[NUMBER_TEXT];

    if (messages)
        page_row(&r->page, words_for(rungs, rung, rung), "%s%s", estimated ? "about " : "",
                 number_text(n, messages));
}

static int say_ladder(struct report *r,
                      void (*say)(const struct report *, const struct query *, const char *))
{
    struct query *q = section_ask(r, "ladder");
    char rung[NAME_TEXT];
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0)
        say(r, q, text_named(q, "rung", rung));
    query_close(&q);
    return rc;
}

int section_protection(struct report *r)
{
    char number[NUMBER_TEXT];

    page_heading(&r->page, "How well sessions were protected");
    if (say_ladder(r, say_rung) < 0)
        return -1;
    if (r->of_messages == 0)
        return 0;
    page_say(&r->page, 2, false, "By message, %s%s%s:", r->estimated ? "of about " : "of ",
             number_text(number, r->of_messages),
             r->estimated ? ", those under TLS as estimated" : "");
    return say_ladder(r, say_rung_messages);
}

/* ---- weak or obsolete */

int section_weaknesses(struct report *r)
{
    static const struct words weaknesses[] = {
        {"ssl", "SSL 2 or SSL 3"},
        {"old-tls", "TLS 1.0 or 1.1"},
        {"null-cipher", "a cipher that does not encrypt (NULL)"},
        {"export-cipher", "an export cipher, made to be broken"},
        {"anonymous", "anonymous: the server proves nothing"},
        {"rc4", "RC4"},
        {"des", "single DES"},
        {"3des", "3DES, blocks of 64 bits"},
        {"no-forward-secrecy", "no forward secrecy"},
        {"cbc", "CBC cipher, TLS 1.2 or older"},
        {"md5-signature", "certificate signed with MD5 or older"},
        {"sha1-signature", "certificate signed with SHA-1"},
        {"rsa-below-2048", "RSA key below 2048 bits"},
        {"dh-below-2048", "Diffie-Hellman below 2048 bits"},
        {"ec-below-224", "elliptic curve below 224 bits"},
        {"compression", "TLS compression"},
        {NULL, NULL},
    };
    struct query *q = section_ask(r, "weaknesses");
    char weakness[NAME_TEXT], share[SHARE_TEXT];
    bool first = true;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        if (first)
            page_heading(&r->page, "Weak or obsolete in TLS, of the encrypted sessions");
        first = false;
        text_named(q, "weakness", weakness);
        page_row(&r->page, words_for(weaknesses, weakness, weakness), "%s",
                 share_text(share, count_named(q, "sessions"),
                            count_named(q, "of_sessions_encrypted"), ""));
    }
    query_close(&q);
    return rc;
}

/* ---- certificates */

#define CERTIFICATES "Certificates that failed, or soon will"

/* The server, where there is one; else how many. */
static const char *whose_certificate(const struct query *q, char to[NAME_TEXT])
{
    char servers[COUNTED_TEXT];

    if (count_named(q, "servers") == 1)
        return text_named(q, "one_server", to);
    snprintf(to, NAME_TEXT, "%s", counted(servers, count_named(q, "servers"), "server", "servers"));
    return to;
}

static void say_failed(const struct report *r, const struct query *q)
{
    char name[NAME_TEXT], why[NAME_TEXT], asked[NAME_TEXT], where[NAME_TEXT],
        sessions[COUNTED_TEXT];

    text_named(q, "not_verified", why);
    text_named(q, "name_not_covered", asked);
    page_say(&r->page, 2, true, "%s: %s%s%s%s; %s with %s.", text_named(q, "certificate", name),
             why, *why && *asked ? "; " : "", *asked ? "does not name " : "", asked,
             counted(sessions, count_named(q, "sessions"), "session", "sessions"),
             whose_certificate(q, where));
}

static void say_expiring(const struct report *r, const struct query *q)
{
    char name[NAME_TEXT], until[NAME_TEXT], whose[NAME_TEXT], where[NAME_TEXT], days[COUNTED_TEXT];
    bool expired = cell_named(q, "seconds_left").integer < 0;

    text_named(q, "whose", whose);
    page_say(&r->page, 2, true, "%s%s: %s on %s%s%s; %s.", text_named(q, "certificate", name),
             strcmp(whose, "sent with it") == 0 ? " (of a chain)" : "",
             expired ? "expired" : "expires", text_named(q, "valid_until", until),
             expired ? "" : ", in ",
             expired ? "" : counted(days, count_named(q, "days_left"), "day", "days"),
             whose_certificate(q, where));
}

static int list_certificates(struct report *r, const char *question,
                             void (*say)(const struct report *, const struct query *), bool *any)
{
    struct query *q = section_ask(r, question);
    unsigned rows = 0;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        if (!*any)
            page_heading(&r->page, CERTIFICATES);
        *any = true;
        if (rows++ < LISTED)
            say(r, q);
    }
    query_close(&q);
    if (rc == 0)
        section_more(r, rows);
    return rc;
}

int section_certificates(struct report *r)
{
    char stores[NAME_TEXT];
    bool any = false;

    if (list_certificates(r, "certificates", say_failed, &any) < 0 ||
        list_certificates(r, "expiring", say_expiring, &any) < 0)
        return -1;
    if (any && *text_named(r->coverage, "trust_stores", stores))
        page_say(&r->page, 2, true, "Checked against the trust store: %s.", stores);
    return 0;
}

/* ---- who never offered */

static int silent_servers(struct report *r)
{
    struct query *q = section_ask(r, "not-offering");
    char ip[NAME_TEXT], names[NAME_TEXT], label[3 * NAME_TEXT], sessions[COUNTED_TEXT];
    unsigned rows = 0;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        if (!section_row(r, "Servers that never offered STARTTLS", &rows))
            continue;
        snprintf(label, sizeof label, "%s port %" PRIu64 " %s", text_named(q, "server_ip", ip),
                 count_named(q, "server_port"), text_named(q, "names", names));
        page_row(&r->page, label, "%s",
                 counted(sessions, count_named(q, "sessions_not_offered"), "session", "sessions"));
    }
    query_close(&q);
    if (rc == 0)
        section_more(r, rows);
    return rc;
}

/* Software that names itself and was not once seen to offer (2.a). */
static int silent_software(struct report *r)
{
    struct query *q = section_ask(r, "software");
    char name[NAME_TEXT], servers[COUNTED_TEXT], sessions[COUNTED_TEXT];
    unsigned rows = 0;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        text_named(q, "software", name);
        if (count_named(q, "servers_ever_offering") || *name == '(' ||
            !section_row(r, "Software that was never seen to offer STARTTLS", &rows))
            continue;
        page_row(&r->page, name, "%s, %s",
                 counted(servers, count_named(q, "of_servers"), "server", "servers"),
                 counted(sessions, count_named(q, "of_sessions_answered"), "session", "sessions"));
    }
    query_close(&q);
    if (rc == 0)
        section_more(r, rows);
    return rc;
}

int section_not_offering(struct report *r)
{
    return silent_servers(r) < 0 ? -1 : silent_software(r);
}
