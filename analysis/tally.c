/* tally.c - what the facts of a session gather of its messages; see facts.h. */
#include <mailtap/facts.h>

#include <mailtap/err.h>
#include <mailtap/text.h>

#include <stdlib.h>
#include <string.h>

static void tally_part(struct content_facts *c, const struct mime_part *part)
{
    struct media *m = c->media, *end = c->media + c->media_kinds;

    while (m < end && (strcmp(m->type, part->media_type) != 0 || m->attachment != part->attachment))
        m++;
    if (m == c->media + BOUND_MEDIA) {
        c->media_left_out++;
        return;
    }
    if (m == end) {
        c->media_kinds++;
        memcpy(m->type, part->media_type, sizeof m->type);
        m->attachment = part->attachment;
    }
    m->count++;
    m->octets += part->octets;
    m->decoded += part->decoded;
}

void facts_tally(struct heard *f, const struct message_facts *m)
{
    if (!f->content)
        f->content = must_alloc(1, sizeof *f->content);
    struct content_facts *c = f->content;
    uint32_t parts = m->parts < BOUND_PARTS ? m->parts : BOUND_PARTS;

    for (int i = 0; i < HEADER_FIELDS; i++) {
        c->field[i].count += m->field[i].count;
        c->field[i].octets += m->field[i].octets;
    }
    c->received += m->received;
    c->received_tls += m->received_tls;
    c->encoded_words += m->encoded_words;
    c->eai += m->eai;
    c->end_to_end += m->end_to_end;
    c->parts += m->parts;
    c->attachments += m->attachments;
    c->attachment_octets += m->attachment_octets;
    for (uint32_t i = 0; i < parts; i++)
        tally_part(c, &m->part[i]);
    c->media_left_out += m->parts - parts;
    f->exposure[ITEM_ATTACHMENT].count += m->attachments;
    f->exposure[ITEM_ATTACHMENT].octets += m->attachment_octets;
}

void facts_keep(struct heard *f, enum keep kind, struct slice value)
{
    if (!(f->keep & (unsigned)kind) || f->kept_count == BOUND_KEPT || value.n == 0)
        return;
    if (!f->kept)
        f->kept = must_alloc(BOUND_KEPT, sizeof *f->kept);
    struct kept *k = &f->kept[f->kept_count++];
    k->kind = kind;
    k->transaction = f->transactions;
    text_escape(k->text, sizeof k->text, value);
}

const char *keep_name(enum keep kind)
{
    return kind == KEEP_USERS ? "user" : kind == KEEP_SUBJECTS ? "subject" : "filename";
}
