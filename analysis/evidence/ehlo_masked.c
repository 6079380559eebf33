/*
 * ehlo_masked.c - EHLO overwritten on its way, or refused by a server that knows it, so that the
 * client fell back to HELO, which has no list of extensions and so no offer (RFC 5321 3.2).
 *
 * The server's side sees the overwritten word; the client's side sees the refusal.  Servers that
 * never knew EHLO exist, and so do some that know EHLO and are older than STARTTLS.
 */
#include <mailtap/evidence.h>

/* "...Sendmail 8.8.7/8.8.7": RFC 2487 is of January 1999, and the first Sendmail with it is 8.11. */
#define SENDMAIL_MAJOR 8
#define SENDMAIL_MINOR 11

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_letter(uint8_t octet)
{
    uint8_t upper = octet & 0xdf;

    return upper >= 'A' && upper <= 'Z';
}

/* Cut at every octet that is neither letter nor digit; *s moves past the word. */
static struct slice next_word(struct slice *s)
{
    size_t n = 0;

    while (s->n && !is_letter(s->p[0]) && !is_digit(s->p[0]))
        *s = slice_tail(*s, 1);
    while (n < s->n && (is_letter(s->p[n]) || is_digit(s->p[n])))
        n++;
    struct slice word = slice_head(*s, n);
    *s = slice_tail(*s, n);
    return word;
}

/* The word stands by itself: no part of a host name. */
static bool says_esmtp(struct slice greeting)
{
    while (greeting.n) {
        struct slice token = slice_until(&greeting, ' ');
        if (slice_equal_nocase(next_word(&token), slice_of("ESMTP")) &&
            (token.n == 0 || (token.p[0] != '.' && token.p[0] != '-')))
            return true;
    }
    return false;
}

/* The first two numbers behind the name with a dot between them are the version: vendors put their
 * own before it ("Sendmail SMI-8.6", "Sendmail 950413.SGI.8.6.12"). */
static bool older_than_starttls(const char *greeting)
{
    struct slice rest = slice_of(greeting);

    while (rest.n && !slice_equal_nocase(next_word(&rest), slice_of("Sendmail")))
        ;
    while (rest.n) {
        uint64_t major, minor;
        struct slice word = next_word(&rest), after = rest;
        if (!slice_decimal(word, 99, &major) || slice_find(after, '.') != 0)
            continue;
        if (slice_decimal(next_word(&after), 99, &minor))
            return major < SENDMAIL_MAJOR || (major == SENDMAIL_MAJOR && minor < SENDMAIL_MINOR);
    }
    return false;
}

bool greeting_is_masked(const char *greeting)
{
    struct slice s = slice_of(greeting);
    size_t masks = 0;

    for (size_t i = 0; i < s.n; i++) {
        uint8_t octet = s.p[i];
        if (octet == '*' || octet == 'X' || octet == 'x')
            masks++;
        else if (octet != '2' && octet != '0' && octet != ' ')
            return false;
    }
    return masks >= 4;
}

/* RFC 5321 4.1.4, 4.2.4: replies to an EHLO that is not known.  501 and 550 are about its argument. */
static bool not_known(int code)
{
    return code == 500 || code == 502 || code == 504;
}

/* As the client's side sees it: why the server must know EHLO; NULL: it need not. */
static const char *knows_ehlo(const struct facts *f, const struct history *h)
{
    if (says_esmtp(slice_of(f->greeting)))
        return "greeting";
    if (h->sessions > 0)
        return "other-sessions";
    return greeting_is_masked(f->greeting) ? "masked-greeting" : NULL;
}

static void overwritten(const struct facts *f, struct finding *finding_r)
{
    struct detail d;

    finding_r->rank = RANK_CERTAIN;
    detail_begin(&d, finding_r);
    detail_says(&d, f,
                "the client's first command reached the server overwritten with letters X, and "
                "the client fell back to HELO. A device between client and server overwrites EHLO "
                "and takes away the offer of STARTTLS.");
    detail_text(&d, "seen", "overwritten");
    detail_number(&d, "helo_reply", (uint64_t)f->helo_reply);
    if (greeting_is_masked(f->greeting))
        detail_flag(&d, "greeting_masked", true);
    detail_text(&d, "client_name", f->client_name);
    detail_end(&d);
}

static void refused(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const char *why = knows_ehlo(f, h);
    struct detail d;

    if (f->ehlo_accepted != NO || !not_known(f->ehlo_reply) || f->helo_reply != 250 || !why)
        return;
    if (older_than_starttls(f->greeting))
        return;
    /* Refused to others as well, and never taken: a server that does not know it, whatever it says. */
    bool knows = h->sessions > 0 || h->ehlo_refused == 0;
    finding_r->rank = knows ? RANK_STRONG : RANK_WEAK;
    detail_begin(&d, finding_r);
    detail_says(&d, f,
                knows
                    ? "EHLO was answered as an unknown command by a server that knows it, and the "
                      "client fell back to HELO. Something between client and server takes away "
                      "the offer of STARTTLS."
                    : "EHLO was answered as an unknown command, to other clients as well, and the "
                      "client fell back to HELO. The server may not know EHLO.");
    detail_text(&d, "seen", "refused");
    detail_number(&d, "ehlo_reply", (uint64_t)f->ehlo_reply);
    detail_number(&d, "helo_reply", (uint64_t)f->helo_reply);
    detail_text(&d, "why", why);
    detail_number(&d, "sessions_of_server", h->sessions);
    detail_number(&d, "refused_to_others", h->ehlo_refused);
    if (greeting_is_masked(f->greeting))
        detail_flag(&d, "greeting_masked", true);
    detail_text(&d, "greeting", f->greeting);
    detail_end(&d);
}

void ehlo_masked(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    if (!f->helo_sent || f->hello_seen || f->tls_established == YES)
        return;
    /* An EHLO that came through, then or later, was not overwritten. */
    if (f->ehlo_masked && !f->ehlo_sent)
        overwritten(f, finding_r);
    else
        refused(f, h, finding_r);
}
