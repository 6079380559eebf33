/* rules.c - the table of rules, in the order of the contract, and what they share. */
#include <mailtap/evidence.h>

#include <mailtap/text.h>

#include <stdio.h>
#include <string.h>

static const struct rule rules[] = {
    {"offer-masked", offer_masked},         {"offer-missing", offer_missing},
    {"command-masked", command_masked},     {"refused", starttls_refused},
    {"handshake-broken", handshake_broken}, {"ehlo-masked", ehlo_masked},
    {"payload-conflict", payload_conflict}, {"vantage-mismatch", vantage_mismatch},
    {"policy-violated", policy_violated},
};

const struct rule *evidence_rules(unsigned *count_r)
{
    *count_r = sizeof rules / sizeof *rules;
    return rules;
}

void evidence_collect(const struct facts *f, const struct history *h, struct findings *findings_r)
{
    findings_r->count = 0;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct finding *finding = &findings_r->list[findings_r->count];
        finding->rule = rules[i].name;
        finding->rank = RANK_NONE;
        finding->detail[0] = '\0';
        rules[i].judge(f, h, finding);
        findings_r->count += finding->rank != RANK_NONE;
    }
}

const struct finding *evidence_best(const struct findings *all)
{
    const struct finding *best = NULL;

    for (unsigned i = 0; i < all->count; i++)
        if (!best || all->list[i].rank > best->rank)
            best = &all->list[i];
    return best;
}

const char *rank_name(enum rank r)
{
    static const char *const names[] = {
        [RANK_NONE] = "none",
        [RANK_WEAK] = "weak",
        [RANK_STRONG] = "strong",
        [RANK_CERTAIN] = "certain",
    };
    return r <= RANK_CERTAIN ? names[r] : "none";
}

/* ---- JSON of a finding */

/* Room that detail_end() needs. */
#define DETAIL_CLOSING 2

void detail_begin(struct detail *d, struct finding *finding)
{
    *d = (struct detail){finding->detail, sizeof finding->detail - DETAIL_CLOSING, 1, false};
    d->to[0] = '{';
}

/* All of `piece` or nothing of it, so that the JSON stays valid. */
static void detail_add(struct detail *d, const char *piece)
{
    size_t n = strlen(piece);

    if (d->cut || n > d->room - d->n) {
        d->cut = true;
        return;
    }
    memcpy(d->to + d->n, piece, n);
    d->n += n;
}

static const char *separator(const struct detail *d)
{
    return d->n > 1 ? "," : "";
}

void detail_text(struct detail *d, const char *name, const char *value)
{
    char piece[FINDING_DETAIL];
    size_t n = (size_t)snprintf(piece, sizeof piece, "%s\"%s\":\"", separator(d), name);

    for (; *value; value++) {
        if (n + 8 > sizeof piece) {
            d->cut = true;
            return;
        }
        if (*value == '"' || *value == '\\')
            piece[n++] = '\\';
        if ((unsigned char)*value < 0x20)
            n += (size_t)snprintf(piece + n, 7, "\\u%04x", (unsigned)*value);
        else
            piece[n++] = *value;
    }
    piece[n++] = '"';
    piece[n] = '\0';
    detail_add(d, piece);
}

void detail_number(struct detail *d, const char *name, uint64_t value)
{
    char piece[128];

    snprintf(piece, sizeof piece, "%s\"%s\":%llu", separator(d), name, (unsigned long long)value);
    detail_add(d, piece);
}

/* Six digits as "%g" writes them are JSON.  A NaN is not, and proves nothing: 1. */
void detail_share(struct detail *d, const char *name, double value)
{
    char piece[128];
    double share = value >= 0 && value <= 1 ? value : value < 0 ? 0 : 1;

    snprintf(piece, sizeof piece, "%s\"%s\":%.6g", separator(d), name, share);
    detail_add(d, piece);
}

void detail_flag(struct detail *d, const char *name, bool value)
{
    char piece[128];

    snprintf(piece, sizeof piece, "%s\"%s\":%s", separator(d), name, value ? "true" : "false");
    detail_add(d, piece);
}

void detail_time(struct detail *d, const char *name, int64_t at_ns)
{
    char when[TEXT_TIME];

    text_time(when, at_ns);
    detail_text(d, name, when);
}

void detail_says(struct detail *d, const struct facts *f, const char *what)
{
    char when[TEXT_TIME], client[ADDRESS_TEXT], server[ADDRESS_TEXT], says[FINDING_DETAIL];

    text_time(when, f->started_ns);
    address_text(client, &f->client.address);
    address_text(server, &f->server.address);
    snprintf(says, sizeof says, "At %s, from %s port %u to %s port %u: %s", when, client,
             f->client.port, server, f->server.port, what);
    detail_text(d, "says", says);
}

void detail_end(struct detail *d)
{
    d->to[d->n++] = '}';
    d->to[d->n] = '\0';
}
