/* encryption.c - the audit on encryption as a signal: what it tells that a session is encrypted. */
#include "page.h"
#include "section.h"

static const char *who_text(struct document *d, const struct answer *a, unsigned row)
{
    static const struct words whose[] = {
        {"client", "clients, by address", TONE_PLAIN},
        {"client-name", "clients, by their name in EHLO", TONE_PLAIN},
        {"server", "servers", TONE_PLAIN},
        {NULL, NULL, TONE_PLAIN},
    };

    (void)d;
    return words_for(whose, answer_text(a, row, "told")).text;
}

static bool has_encrypted(const struct answer *a, unsigned row)
{
    return answer_count(a, row, "sessions_encrypted") > 0;
}

/* NULL has no number: none of its clients' other sessions is encrypted, or they are too many. */
static const char *real_text(struct document *d, const struct answer *a, unsigned row,
                             const char *column, int places)
{
    double value;

    return answer_real(a, row, column, &value) ? document_words(d, "%.*f", places, value) : "-";
}

static const char *worth_text(struct document *d, const struct answer *a, unsigned row)
{
    return real_text(d, a, row, "effective_size", 1);
}

static const char *bits_text(struct document *d, const struct answer *a, unsigned row)
{
    return real_text(d, a, row, "bits", 2);
}

static const char *of_bits_text(struct document *d, const struct answer *a, unsigned row)
{
    return real_text(d, a, row, "of_bits", 2);
}

/* By the addresses of clients, which every session has. */
static void say_bits(struct document *d)
{
    const struct answer *a = answer_of(d, "signal");
    unsigned row = answer_row(a, "told", "client");
    uint64_t of = answer_count(a, row, "of_sessions");
    char sessions[COUNTED_TEXT];
    double bits, of_bits;

    if (!has_encrypted(a, row))
        return;
    if (answer_count(a, row, "sessions_encrypted") == of) {
        say(d,
            "Every session that is known to be the one or the other is encrypted (%s): that it "
            "is tells an observer nothing.",
            counted(sessions, of, "session", "sessions"));
        return;
    }
    if (!answer_real(a, row, "bits", &bits) || !answer_real(a, row, "of_bits", &of_bits))
        return;
    say(d,
        "Where only some sessions are encrypted, that one is encrypted is a signal. Here it tells "
        "%.2f bits a session of which client it is from, of the %.2f that it could (the mutual "
        "information; 0 if all encrypted alike).",
        bits, of_bits);
}

static void add_sets(struct document *d)
{
    static const struct list_column columns[] = {
        {{"told", "among", false}, who_text},       {{"seen", "seen", true}, NULL},
        {{"anonymity_set", "encrypt", true}, NULL}, {{"effective_size", "worth", true}, worth_text},
        {{"bits", "bits", true}, bits_text},        {{"of_bits", "of", true}, of_bits_text},
    };

    add_list(d, "sets",
             "Among whom an encrypted session hides; worth: as many that encrypt equally often:",
             &(struct list){"signal", columns, 6, NULL, has_encrypted});
}

static void add_surprising(struct document *d)
{
    static const struct list_column columns[] = {
        {{"client_ip", "client", false}, NULL},
        {{"server", "server", false}, server_text},
        {{"sessions_encrypted", "encrypted", true}, NULL},
        {{"encrypted_elsewhere", "elsewhere", true}, NULL},
        {{"of_sessions_elsewhere", "of", true}, NULL},
        {{"bits", "bits", true}, bits_text},
    };

    add_list(
        d, "surprising",
        "Encrypted sessions that stand out: elsewhere, the client mostly goes without (-: always):",
        &(struct list){"surprising", columns, 6, NULL, NULL});
}

void section_signal(struct document *d)
{
    document_section(d, "signal", "What encryption itself tells");
    say_bits(d);
    add_sets(d);
    add_surprising(d);
}
