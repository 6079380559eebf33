/*
 * readable.c - sections of the audit on what stood in the clear: items, attachments, credentials,
 * and what the mail says of the hops before this one.
 */
#include "section.h"

#include <inttypes.h>
#include <string.h>

int section_items(struct report *r)
{
    static const struct words items[] = {
        {"envelope-sender", "envelope senders"},
        {"envelope-recipient", "envelope recipients"},
        {"header-field", "header fields"},
        {"body", "message bodies"},
        {"attachment", "attachments"},
        {"credential", "credentials"},
        {"client-identity", "client names (EHLO, HELO)"},
        {"server-identity", "server greetings"},
        {"tls-metadata", "TLS hellos and certificates"},
        {NULL, NULL},
    };
    struct query *q = section_ask(r, "exposure");
    char item[NAME_TEXT], count[NUMBER_TEXT], octets[COUNTED_TEXT];
    bool any = false;
    int rc = -1;

    page_heading(&r->page, "What exactly could be read");
    while (q && (rc = query_next(q, r->e)) > 0) {
        any = true;
        text_named(q, "item", item);
        page_row(&r->page, words_for(items, item, item), "%12s  %s",
                 number_text(count, count_named(q, "count")),
                 counted(octets, count_named(q, "octets"), "octet", "octets"));
    }
    query_close(&q);
    if (rc == 0 && !any)
        page_say(&r->page, 2, false, "Nothing.");
    return rc;
}

int section_attachments(struct report *r)
{
    struct query *q = section_ask(r, "attachments");
    char type[NAME_TEXT], count[NUMBER_TEXT], octets[COUNTED_TEXT];
    unsigned rows = 0;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0)
        if (section_row(r, "Attachments, by the media type they claim", &rows))
            page_row(&r->page, text_named(q, "media_type", type), "%12s  %s",
                     number_text(count, count_named(q, "attachments")),
                     counted(octets, count_named(q, "octets"), "octet", "octets"));
    query_close(&q);
    if (rc == 0)
        section_more(r, rows);
    return rc;
}

/* ---- credentials */

static int what_was_given(struct report *r, bool *any)
{
    static const struct words kinds[] = {
        {"password", "the password itself"},        {"token", "a token that lets anyone in"},
        {"verifier", "something to guess against"}, {"unknown", "all of an unknown mechanism"},
        {"name", "the name of the account only"},   {NULL, NULL},
    };
    struct query *q = section_ask(r, "credentials-given");
    char given[NAME_TEXT], mechanisms[NAME_TEXT], label[2 * NAME_TEXT + 4], share[SHARE_TEXT];
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        if (strcmp(text_named(q, "given", given), "nothing") == 0)
            continue;
        if (!*any)
            page_heading(&r->page, "Credentials given away");
        *any = true;
        snprintf(label, sizeof label, "%s (%s)", words_for(kinds, given, given),
                 text_named(q, "mechanisms", mechanisms));
        page_row(&r->page, label, "%s",
                 share_text(share, count_named(q, "exchanges"), count_named(q, "of_exchanges_read"),
                            "exchanges"));
    }
    query_close(&q);
    return rc;
}

static int whose_were_given(struct report *r)
{
    struct query *q = section_ask(r, "credentials");
    char mechanism[NAME_TEXT], ip[NAME_TEXT], label[3 * NAME_TEXT], share[SHARE_TEXT];
    unsigned rows = 0;
    int rc = -1;

    while (q && (rc = query_next(q, r->e)) > 0) {
        uint64_t sessions = count_named(q, "sessions_exposed");
        if (sessions == 0 || rows++ >= LISTED)
            continue;
        text_named(q, "auth_mechanism", mechanism);
        snprintf(label, sizeof label, "to %s port %" PRIu64 " (%s)", text_named(q, "server_ip", ip),
                 count_named(q, "server_port"), *mechanism ? mechanism : "AUTH");
        page_row(&r->page, label, "readable in %s",
                 share_text(share, sessions, count_named(q, "of_sessions_with_auth_in_the_clear"),
                            "sessions"));
    }
    query_close(&q);
    if (rc == 0)
        section_more(r, rows);
    return rc;
}

int section_credentials(struct report *r)
{
    bool any = false;

    if (what_was_given(r, &any) < 0)
        return -1;
    return any ? whose_were_given(r) : 0;
}

/* ---- hops */

int section_hops(struct report *r)
{
    struct query *q = section_ask(r, "hops");
    char share[SHARE_TEXT];
    int rc = q ? query_next(q, r->e) : -1;

    if (rc > 0 && count_named(q, "of_hops")) {
        page_heading(&r->page, "Hops before this one");
        page_row(
            &r->page, "claim TLS in their Received field", "%s",
            share_text(share, count_named(q, "hops_claiming_tls"), count_named(q, "of_hops"), ""));
    }
    query_close(&q);
    return rc < 0 ? -1 : 0;
}
