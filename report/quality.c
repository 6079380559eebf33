/* quality.c - the section of the audit on what the capture lacks, and what no capture tells. */
#include "page.h"
#include "section.h"

#include <mailtap/rates.h>

static void say_missing(struct document *d, const struct answer *a)
{
    static const struct {
        const char *column, *name, *one, *many;
    } lines[] = {
        {"undecided", "missing-undecided", "session could not be decided",
         "sessions could not be decided"},
        {"unjudged", "missing-unjudged", "session is not judged yet",
         "sessions are not judged yet"},
        {"one_sided", "missing-one-sided", "session was captured in one direction only",
         "sessions were captured in one direction only"},
        {"midstream", "missing-midstream", "session began before the capture",
         "sessions began before the capture"},
        {"sessions_lost", "missing-lost", "dialogue could not be followed to its end",
         "dialogues could not be followed to their end"},
        {"sessions_with_gaps", "missing-with-gaps", "session has gaps", "sessions have gaps"},
        {"gap_octets", "missing-gap-octets", "octet of mail was not captured",
         "octets of mail were not captured"},
        {"damaged_frames", "missing-damaged-frames", "frame was cut or damaged",
         "frames were cut or damaged"},
        {"frames_dropped", "missing-frames-dropped", "frame was dropped on capture",
         "frames were dropped on capture"},
        {"fragments", "missing-fragments", "IP fragment was not put together",
         "IP fragments were not put together"},
        {"frames_of_unknown_link", "missing-unknown-link",
         "frame had a link layer that is not known", "frames had a link layer that is not known"},
        {"flows_given_up", "missing-flows-given-up", "connection was given up for want of room",
         "connections were given up for want of room"},
        {"segments_given_up", "missing-segments-given-up", "segment was given up for want of room",
         "segments were given up for want of room"},
        {"captures_damaged", "missing-captures-damaged", "capture was damaged",
         "captures were damaged"},
        {"findings_dropped", "missing-findings-dropped",
         "finding was given up, as too many waited for the database",
         "findings were given up, as too many waited for the database"},
        {"captures_live", "missing-captures-live", "capture is still going on",
         "captures are still going on"},
        {"captures_unfinished", "missing-captures-unfinished", "capture was not finished",
         "captures were not finished"},
    };
    struct block *b = add_figures(d, "missing", "", CHART_NONE, "");

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint64_t n = answer_count(a, 0, lines[i].column);
        add_figure(d, b,
                   (struct figure){.name = lines[i].name,
                                   .label = n == 1 ? lines[i].one : lines[i].many,
                                   .quiet = n == 0,
                                   .count = n,
                                   .tone = TONE_UNKNOWN});
    }
}

static void add_undecided(struct document *d)
{
    const struct answer *a = answer_of(d, "undecided");
    struct block *b = add_figures(d, "undecided", "Why sessions could not be decided:", CHART_NONE,
                                  "");

    for (unsigned row = 0; row < a->rows; row++) {
        struct figure f = answer_figure(a, row, "sessions");
        f.label = answer_text(a, row, "why");
        f.tone = TONE_UNKNOWN;
        add_figure(d, b, f);
    }
}

void section_quality(struct document *d)
{
    const struct answer *a = answer_of(d, "coverage"), *all = answer_of(d, "readable-mail");
    char text[COUNTED_TEXT];
    uint64_t uncounted = answer_count(all, 0, "sessions_with_uncounted_messages");

    document_section(d, "quality", "What these figures do not cover");
    if (answer_count(a, 0, "captures") == 0)
        return;
    say_missing(d, a);
    add_undecided(d);
    if (uncounted)
        say_item(d, "Replies are missing in %s: messages there are a lower bound.",
                 counted(text, uncounted, "session", "sessions"));
    if (answer_count(all, 0, "sessions_estimated"))
        say_item(d, "Messages in the clear are counted, those under TLS are estimated: a share of "
                    "both mixes two kinds of error.");
    if (answer_count(all, 0, "sessions_encrypted"))
        say_item(d, "TLS 1.3 and resumed sessions show no certificate: what cannot be seen is not "
                    "counted as not authenticated.");
    say_item(d, "Spam, probes and retries are sessions like others. A short capture sees few "
                "clients come back: falling back to the clear is undercounted.");
    say_item(d,
             "Intervals hold the truth in 95 of 100 captures like this one: by servers drawn "
             "again (bootstrap) where sessions are counted, else Wilson's; from %d cases on.",
             SHARE_MINIMUM);
}
