/* watched.c - see watched.h. */
#include "watched.h"

#include <string.h>

static void finding(struct live_finding *f, unsigned i)
{
    f->ended_ns = 1795744252000000000 - i * 1000000000ll;
    snprintf(f->client, sizeof f->client, "192.0.2.%u:%u", 1 + i, 40000 + i);
    snprintf(f->server, sizeof f->server, "198.51.100.25:%u", i == 1 ? 587 : 25);
    strcpy(f->server_name, "mx1.example.org");
    f->class = i % CLASSES;
    strcpy(f->rule, f->class == CLASS_STRIPPED ? "ehlo-masked" : "");
    f->messages = i;
}

void watched_minute(struct live_view *now, struct live_view *before, unsigned findings)
{
    static const uint64_t sessions[CLASSES] = {12, 27, 0, 1, 0, 1};

    memset(now, 0, sizeof *now);
    now->interfaces = 1;
    strcpy(now->interface[0].name, "eth0");
    now->interface[0].up = true;
    now->interface[0].counts.drops_known = true;
    now->flows_most = 262144;
    now->waiting_most = 256u << 20;
    strcpy(now->database, "/var/lib/mailtap/findings.db");
    *before = *now;
    before->seconds = 183785;
    now->seconds = 183845;
    now->interface[0].counts.frames = 12345 * 60;
    now->interface[0].counts.octets = 7650000 * 60;
    memcpy(now->sessions, sessions, sizeof sessions);
    now->flows_open = 1234;
    now->stored = 41;
    now->last_count = findings;
    for (unsigned i = 0; i < findings; i++)
        finding(&now->last[i], i);
}

void watched_interfaces(struct live_view *now, struct live_view *before, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        now->interface[i] = now->interface[0];
        before->interface[i] = before->interface[0];
        snprintf(now->interface[i].name, sizeof now->interface[i].name, "eth%u", i);
        strcpy(before->interface[i].name, now->interface[i].name);
    }
    now->interfaces = before->interfaces = count;
}

static void fill(char *text, size_t size, const char *with)
{
    text[0] = '\0';
    while (strlen(text) + strlen(with) < size)
        strcat(text, with);
}

void watched_hostile(struct live_view *now)
{
    memset(now, 0xff, sizeof *now); /* every counter, and every bool is set below */
    now->seconds = 1e300;
    now->interfaces = LIVE_INTERFACES;
    for (unsigned i = 0; i < LIVE_INTERFACES; i++) {
        struct live_interface *in = &now->interface[i];
        fill(in->name, sizeof in->name, i % 2 ? "\x1b[2J\n" : "\xc3\xa4");
        in->up = i % 3;
        in->counts.drops_known = true;
    }
    now->writing_fails = true;
    fill(now->trouble, sizeof now->trouble, "%s%n\r\n\x1b]0;title\x07");
    fill(now->database, sizeof now->database, "\xe2\x82\xac/\t\x7f\x9b");
    now->last_count = LIVE_FINDINGS;
    for (unsigned i = 0; i < LIVE_FINDINGS; i++) {
        struct live_finding *f = &now->last[i];
        fill(f->client, sizeof f->client, "\xf0\x9f\x92\xa9");
        fill(f->server, sizeof f->server, "[2001:db8::\x1b[H");
        fill(f->server_name, sizeof f->server_name, "\x80\xbf\xc3");
        fill(f->rule, sizeof f->rule, "\\x1b");
        f->class = CLASSES;
        f->messages = UINT64_MAX;
    }
}
