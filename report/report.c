/*
 * report.c - the exposure audit: it asks the named questions of db/queries, and makes a document of
 * the answers, the answer first.
 */
#include <mailtap/report.h>

#include "page.h"
#include "section.h"

#include <string.h>

/* What the sections are made of. */
static const char *const questions[] = {
    "readable-mail",     "coverage",    "classes",           "directions",   "ladder",
    "weaknesses",        "flow",        "cleartext",         "daily",        "capabilities",
    "offered",           "used",        "insisting",         "software",     "stripped",
    "stripped-networks", "injected",    "credentials-given", "credentials",  "worst-servers",
    "not-offering",      "clients",     "worst-domains",     "certificates", "expiring",
    "exposure",          "attachments", "exposed-domains",   "hops",         "despite-tls",
    "despite-tls-names", "signal",      "surprising",        "undecided",
};

static void (*const sections[])(struct document *) = {
    section_headline, section_directions, section_ladder,      section_flow,   section_days,
    section_bar,      section_stripping,  section_credentials, section_fixing, section_certificates,
    section_readable, section_despite,    section_signal,
};

static void say_lens(struct document *d, const struct lens *lens)
{
    d->narrowed = lens->since || lens->until;
    if (lens->since)
        document_fact(d, document_words(d, "Sessions that began at %s or later.", lens->since));
    if (lens->until)
        document_fact(d, document_words(d, "Sessions that began before %s.", lens->until));
    if (lens->anonymise)
        document_fact(d, "Anonymised: numbers stand for addresses and names.");
}

static int ask_all(struct document *d, struct store *st, const struct report_wish *wish,
                   struct err *e)
{
    const struct setting settings[] = {{"home", wish->home}, {NULL, NULL}};
    const unsigned all = sizeof questions / sizeof *questions;

    for (unsigned i = 0; i < all; i++) {
        if (wish->asking)
            wish->asking(wish->of, i, all);
        if (!answer_ask(d, st, questions[i], settings, e))
            return -1;
    }
    if (wish->asking)
        wish->asking(wish->of, all, all);
    return 0;
}

static void say_head(struct document *d, const char *name)
{
    const struct answer *a = answer_of(d, "coverage");
    char captures[COUNTED_TEXT], frames[COUNTED_TEXT], sessions[COUNTED_TEXT];
    const char *from = answer_text(a, 0, "first_frame_at");

    document_title(
        d, *name ? document_words(d, "Exposure audit of %s", document_text(d, slice_of(name), 60))
                 : "Exposure audit");
    document_fact(
        d, document_words(
               d, "%s, %s, %s",
               counted(captures, answer_count(a, 0, "captures"), "capture", "captures"),
               counted(frames, answer_count(a, 0, "frames"), "frame", "frames"),
               counted(sessions, answer_count(a, 0, "sessions"), "mail session", "mail sessions")));
    if (*from)
        document_fact(d, document_words(d, "%s to %s", from, answer_text(a, 0, "last_frame_at")));
}

struct document *report_make(struct store *st, const struct report_wish *wish, struct err *e)
{
    struct document *d = document_open();

    if (ask_all(d, st, wish, e) < 0) {
        document_close(&d);
        return NULL;
    }
    say_head(d, wish->lens.anonymise ? "" : wish->name);
    say_lens(d, &wish->lens);
    bool any = answer_count(answer_of(d, "readable-mail"), 0, "sessions") > 0;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        sections[i](d);
        d->sections[i]->quiet = i > 0 && !any;
    }
    section_quality(d);
    return d;
}

/* ---- what conditions are of */

static const struct figure *find_figure(const void *of, const char *name)
{
    return document_figure(of, name);
}

static const char *name_of_figure(const void *of, unsigned wanted)
{
    struct figure_place p = {0};
    const struct figure *f = document_next(of, &p);

    while (f && wanted--)
        f = document_next(of, &p);
    return f ? f->name : NULL;
}

struct figures report_figures(const struct document *d)
{
    return (struct figures){.of = d, .find = find_figure, .name = name_of_figure};
}

void report_free(struct document **d)
{
    document_close(d);
}

void report_write(FILE *out, const struct document *d, enum report_format format, bool colour)
{
    switch (format) {
    case REPORT_TEXT:
        write_text(out, d, colour);
        break;
    case REPORT_JSON:
        write_json(out, d);
        break;
    case REPORT_HTML:
        write_html(out, d);
        break;
    }
}
