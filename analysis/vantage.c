/* vantage.c - one connection captured at two places: do both show the same?  See evidence.h. */
#include <mailtap/evidence.h>

#include <stdio.h>
#include <string.h>

/* What is missing from one capture is no difference. */
static bool is_whole(const struct facts *f)
{
    return f->one_sided == NO && !f->midstream && f->gap_octets == 0 && !f->lost &&
           !f->keywords_cut;
}

static void write_offer(char to[BOUND_NAME], const struct facts *f)
{
    snprintf(to, BOUND_NAME, "%d %.240s", f->ehlo_reply, f->keywords);
    for (char *c = to; *c; c++)
        if (*c == '\n')
            *c = ' ';
}

static bool offers_differ(const struct facts *here, const struct facts *there)
{
    /* Other keywords may be the business of a proxy; where both sides offer, nothing was taken. */
    if (here->starttls_offered == YES && there->starttls_offered == YES)
        return false;
    return here->ehlo_reply && there->ehlo_reply &&
           (here->ehlo_reply != there->ehlo_reply || strcmp(here->keywords, there->keywords) != 0);
}

static bool commands_differ(const struct facts *here, const struct facts *there)
{
    return here->starttls_requested != UNKNOWN && there->starttls_requested != UNKNOWN &&
           here->starttls_requested != there->starttls_requested;
}

static void write_command(char to[BOUND_NAME], const struct facts *f)
{
    if (f->starttls_requested == YES)
        snprintf(to, BOUND_NAME, "STARTTLS");
    else if (f->masked_command)
        snprintf(to, BOUND_NAME, "a command of %u letters X", f->masked_command);
    else
        snprintf(to, BOUND_NAME, "no STARTTLS");
}

void vantage_compare(const struct facts *here, const struct facts *there, struct vantage *vantage_r)
{
    struct vantage *v = vantage_r;

    v->what = NULL;
    if (!is_whole(here) || !is_whole(there))
        return;
    if (offers_differ(here, there)) {
        v->what = "offer";
        write_offer(v->here, here);
        write_offer(v->there, there);
    } else if (commands_differ(here, there)) {
        v->what = "command";
        write_command(v->here, here);
        write_command(v->there, there);
    } else if (here->starttls_reply && there->starttls_reply &&
               here->starttls_reply != there->starttls_reply) {
        v->what = "reply";
        snprintf(v->here, sizeof v->here, "%d", here->starttls_reply);
        snprintf(v->there, sizeof v->there, "%d", there->starttls_reply);
    }
}
