/* content.c - see content.h. */
#include "content.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Below this there is a short header only, and above that there may be an attachment. */
#define SHORT_OCTETS 1024u
#define LONG_OCTETS 16384u

static void say(struct speech *s, const char *text)
{
    speech_say(s, SPEAKER_CLIENT, 0, slice_of(text));
}

/* ---- n octets of lines; no line is longer than RFC 5321 allows */

static void say_line(struct speech *s, size_t n)
{
    char line[256];

    memset(line, '-', sizeof line);
    line[n - 2] = '\r';
    line[n - 1] = '\n';
    speech_say(s, SPEAKER_CLIENT, 0, (struct slice){(const uint8_t *)line, n});
}

static void say_lines(struct speech *s, const struct pools *pools, enum pool_kind kind, uint64_t n,
                      struct random *r)
{
    const struct pool *pool = &pools->list[kind];
    uint64_t rest = n % pool->line;

    if (rest == 1 && n > 1) /* a line has two octets at least */
        rest += pool->line;
    if (n < 2)
        return;
    uint64_t line = random_below(r, pool->n / pool->line);
    speech_pool(s, SPEAKER_CLIENT, kind, line * pool->line, n - rest);
    if (rest)
        say_line(s, (size_t)rest);
}

/* ---- header and parts */

static void write_date(char *to, size_t room, int64_t at_ns)
{
    time_t seconds = (time_t)(at_ns / 1000000000);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(to, room, "%a, %d %b %Y %H:%M:%S +0000", &tm);
}

static void write_header(const struct content *c, char *to, size_t room)
{
    char date[64];

    if (c->octets < SHORT_OCTETS) {
        snprintf(to, room, "From: <%s>\r\nSubject: %" PRIu64 "\r\n", c->sender, c->number);
        return;
    }
    write_date(date, sizeof date, c->at_ns);
    snprintf(to, room,
             "Received: from desk (desk.%s [192.0.2.7])\r\n\tby %s with ESMTP id %" PRIx64
             ";\r\n\t%s\r\n"
             "Date: %s\r\nFrom: Sender <%s>\r\nTo: Recipient <%s>\r\n"
             "Message-ID: <%" PRIx64 "@%s>\r\nSubject: Report %" PRIu64 "\r\nMIME-Version: 1.0\r\n",
             c->client_name, c->client_name, c->number, date, date, c->sender, c->recipient,
             c->number, c->client_name, c->number % 1000);
}

#define BOUNDARY "=_part_between_parts"
static const char text_part[] = "--" BOUNDARY "\r\nContent-Type: text/plain; charset=us-ascii\r\n"
                                "\r\n";
static const char file_part[] = "\r\n--" BOUNDARY "\r\nContent-Type: application/pdf\r\n"
                                "Content-Disposition: attachment; filename=report.pdf\r\n"
                                "Content-Transfer-Encoding: base64\r\n\r\n";
static const char last_part[] = "--" BOUNDARY "--\r\n";

/* The text is one part in ten, the attachment the rest. */
static void say_parts(struct speech *s, const struct pools *pools, uint64_t n, struct random *r)
{
    uint64_t around = strlen(text_part) + strlen(file_part) + strlen(last_part);
    uint64_t text = n / 10, line = pools->list[POOL_PROSE].line;

    text -= text % line;
    say(s, text_part);
    say_lines(s, pools, POOL_PROSE, text, r);
    say(s, file_part);
    say_lines(s, pools, POOL_BASE64, n - around - text, r);
    say(s, last_part);
}

/* Some texts have a line that begins with a dot, which is sent twice. */
static void say_text(struct speech *s, const struct pools *pools, uint64_t n, struct random *r)
{
    static const char dotted[] = "..profile is attached\r\n";

    if (n > 4 * sizeof dotted && random_below(r, 4) == 0) {
        say(s, dotted);
        n -= strlen(dotted) - 1;
    }
    say_lines(s, pools, POOL_PROSE, n, r);
}

void content_say(struct speech *s, const struct pools *pools, const struct content *c,
                 struct random *r)
{
    static const char mixed[] = "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\r\n\r\n";
    static const char plain[] = "\r\n";
    bool parts = c->octets >= LONG_OCTETS && random_below(r, 3) > 0;
    char header[2048];

    write_header(c, header, sizeof header);
    uint64_t before = strlen(header) + strlen(parts ? mixed : plain);
    say(s, header);
    say(s, parts ? mixed : plain);
    if (c->octets <= before)
        return;
    if (parts)
        say_parts(s, pools, c->octets - before, r);
    else
        say_text(s, pools, c->octets - before, r);
}
