/*
 * command_masked.c - STARTTLS was offered, and the client's command came as a run of eight X.
 *
 * So an inspecting firewall lets a command arrive that it does not pass, as the server's side sees
 * it.  No command of SMTP but STARTTLS has eight letters and no argument; runs of other lengths say
 * that a firewall is there and not what it took.
 */
#include <mailtap/evidence.h>

#define STARTTLS_OCTETS 8

void command_masked(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    bool refused = f->masked_reply >= 500 && f->masked_reply < 600;
    bool as_noop = f->masked_reply == 250;
    struct detail d;

    (void)h;
    if (f->starttls_offered != YES || f->masked_command != STARTTLS_OCTETS)
        return;
    if (!refused && !as_noop)
        return;
    /* A STARTTLS that arrived was not overwritten. */
    if (f->starttls_requested == YES || f->hello_seen || f->tls_established == YES)
        return;
    finding_r->rank = RANK_CERTAIN;
    detail_begin(&d, finding_r);
    detail_says(&d, f,
                "the server offered STARTTLS, and the client's command reached it as eight letters "
                "X. A device between client and server overwrites the command.");
    detail_text(&d, "command", "XXXXXXXX");
    detail_number(&d, "reply", (uint64_t)f->masked_reply);
    detail_flag(&d, "taken_as_noop", as_noop);
    detail_end(&d);
}
