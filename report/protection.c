/* protection.c - sections of the audit on protection: the ladder of RFC 7435, what is weak in TLS,
 * and how far sessions got on the way to it. */
#include "page.h"
#include "section.h"

#include <string.h>

/* ---- the ladder */

static const struct words rungs[] = {
    {"cleartext", "in the clear", TONE_CLEAR},
    {"stripped", "in the clear, STARTTLS stripped", TONE_STRIPPED},
    {"obsolete-tls", "obsolete TLS (below 1.2)", TONE_WEAK},
    {"unauthenticated", "TLS, server not authenticated", TONE_WEAK},
    {"authentication-hidden", "TLS, authentication cannot be seen", TONE_HIDDEN},
    {"authenticable", "TLS, server could be authenticated", TONE_GOOD},
    {NULL, NULL, TONE_PLAIN},
};

static void ladder_by_session(struct document *d)
{
    struct block *b = add_figures(d, "by-session", "By session, of those decided:", CHART_PARTS,
                                  "One bar for all sessions decided, divided by the rungs of the "
                                  "protection ladder.");

    add_listing(d, b,
                &(struct listing){"ladder", "rung", "rung", "sessions", "of_sessions_decided",
                                  "low", "high", .words = rungs});
}

static void ladder_by_message(struct document *d, const struct answer *a)
{
    char of[NUMBER_TEXT];
    bool about = answer_count(answer_of(d, "readable-mail"), 0, "sessions_estimated") > 0;
    struct block *b = add_figures(
        d, "by-message",
        document_words(d, "By message, of %s%s%s:", about ? "about " : "",
                       number_text(of, answer_count(a, 0, "of_messages")),
                       about ? ", those under TLS as estimated" : ""),
        CHART_PARTS, "One bar for all messages, divided by the rungs of the protection ladder.");

    for (const struct words *w = rungs; w->name; w++) {
        unsigned row = answer_row(a, "rung", w->name);
        uint64_t estimated = answer_count(a, row, "messages_estimated");
        uint64_t messages = answer_count(a, row, "messages_read") + estimated;
        add_figure(d, b,
                   (struct figure){.name = document_words(d, "messages-%s", w->name),
                                   .label = w->text,
                                   .quiet = messages == 0,
                                   .count = messages,
                                   .estimated = estimated > 0,
                                   .tone = w->tone});
    }
}

/* ---- weak or obsolete */

static const struct words weaknesses[] = {
    {"ssl", "SSL 2 or SSL 3", TONE_WEAK},
    {"old-tls", "TLS 1.0 or 1.1", TONE_WEAK},
    {"null-cipher", "a cipher that does not encrypt (NULL)", TONE_WEAK},
    {"export-cipher", "an export cipher, made to be broken", TONE_WEAK},
    {"anonymous", "anonymous: the server proves nothing", TONE_WEAK},
    {"rc4", "RC4", TONE_WEAK},
    {"des", "single DES", TONE_WEAK},
    {"3des", "3DES, blocks of 64 bits", TONE_WEAK},
    {"no-forward-secrecy", "no forward secrecy", TONE_WEAK},
    {"cbc", "CBC cipher, TLS 1.2 or older", TONE_WEAK},
    {"md5-signature", "certificate signed with MD5 or older", TONE_WEAK},
    {"sha1-signature", "certificate signed with SHA-1", TONE_WEAK},
    {"rsa-below-2048", "RSA key below 2048 bits", TONE_WEAK},
    {"dh-below-2048", "Diffie-Hellman below 2048 bits", TONE_WEAK},
    {"ec-below-224", "elliptic curve below 224 bits", TONE_WEAK},
    {"compression", "TLS compression", TONE_WEAK},
    {NULL, NULL, TONE_PLAIN},
};

static void weak_tls(struct document *d)
{
    struct block *b = add_figures(d, "weaknesses",
                                  "Weak or obsolete in TLS, of the encrypted sessions:", CHART_BARS,
                                  "The share of encrypted sessions that have each weakness.");

    add_listing(d, b,
                &(struct listing){"weaknesses", "weakness", "weak", "sessions",
                                  "of_sessions_encrypted", .words = weaknesses});
}

void section_ladder(struct document *d)
{
    const struct answer *a = answer_of(d, "ladder");
    unsigned undecided = answer_row(a, "rung", "undecided");
    char sessions[COUNTED_TEXT];

    document_section(d, "protection", "How well sessions were protected");
    ladder_by_session(d);
    if (undecided < a->rows)
        say_item(d,
                 "Not decided: %s (TLS failed, no certificate was checked, or too little was "
                 "captured).",
                 counted(sessions, answer_count(a, undecided, "sessions"), "session", "sessions"));
    ladder_by_message(d, a);
    weak_tls(d);
}

/* ---- the way to it */

static const struct words steps[] = {
    {"answered", "EHLO was answered", TONE_PLAIN},
    {"offered", "STARTTLS was offered", TONE_PLAIN},
    {"requested", "the client asked for it", TONE_PLAIN},
    {"established", "TLS was established", TONE_GOOD},
    {"not-obsolete", "at TLS 1.2 or above", TONE_GOOD},
    {"authenticable", "with a server that can be authenticated", TONE_GOOD},
    {NULL, NULL, TONE_PLAIN},
};

static void add_steps(struct document *d)
{
    struct block *b = add_figures(
        d, "steps", "Each step, of the sessions that took the one before:", CHART_FLOW,
        "A bar for each step on the way to an authenticated server, as "
        "long as the sessions that took it.");

    add_listing(d, b,
                &(struct listing){"flow", "step", "flow", "sessions", "of_previous", "low", "high",
                                  "undetermined", "cannot be told", "cannot be told",
                                  .words = steps});
}

static const struct words reasons[] = {
    {"not-offered", "the server did not offer STARTTLS", TONE_CLEAR},
    {"offered-unused", "STARTTLS was offered and not used", TONE_CLEAR},
    {"helo-only", "HELO only, so no offer was asked for", TONE_CLEAR},
    {"refused", "STARTTLS was asked for and refused", TONE_CLEAR},
    {"undetermined", "the reason was not captured", TONE_CLEAR},
    {"stripped", "STARTTLS was stripped", TONE_STRIPPED},
    {"failed", "TLS failed, and no mail followed in clear", TONE_WEAK},
    {NULL, NULL, TONE_PLAIN},
};

/* Sessions in the clear for this reason, or stripped, or of those whose TLS failed. */
static uint64_t sessions_for(const struct document *d, const char *reason)
{
    const struct answer *a = answer_of(d, "cleartext");
    bool stripped = strcmp(reason, "stripped") == 0;
    uint64_t sessions = 0;

    if (strcmp(reason, "failed") == 0)
        return answer_count(answer_of(d, "readable-mail"), 0, "sessions_failed");
    for (unsigned row = 0; row < a->rows; row++)
        if (answer_is(a, row, "class", "stripped") == stripped &&
            (stripped || answer_is(a, row, "cleartext_reason", reason)))
            sessions += answer_count(a, row, "sessions");
    return sessions;
}

static void add_reasons(struct document *d)
{
    struct block *b = add_figures(d, "reasons", "Why sessions stayed in the clear:", CHART_BARS,
                                  "The number of sessions for each reason to stay in the clear.");

    for (const struct words *w = reasons; w->name; w++) {
        uint64_t sessions = sessions_for(d, w->name);
        add_figure(d, b,
                   (struct figure){.name = document_words(d, "reason-%s", w->name),
                                   .label = w->text,
                                   .quiet = sessions == 0,
                                   .count = sessions,
                                   .tone = w->tone});
    }
}

void section_flow(struct document *d)
{
    document_section(d, "flow", "From the offer to protection, and why not");
    add_steps(d);
    add_reasons(d);
}
