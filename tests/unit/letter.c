/* letter.c - see letter.h. */
#include "test.h"

#include "letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void keep(void *context, struct slice value)
{
    struct letter_kept *k = context;
    size_t n = strlen(k->text);

    assert_true(n + value.n + 2 < sizeof k->text);
    if (value.n)
        memcpy(k->text + n, value.p, value.n);
    memcpy(k->text + n + value.n, "\n", 2);
}

static struct message *reader(struct letter_kept *k)
{
    struct message_keep functions = {.context = k, .subject = keep, .filename = keep};

    memset(k, 0, sizeof *k);
    return message_new(&functions);
}

/* A copy of exactly its size: reading past it is an error that the sanitizer sees. */
static void feed_copy(struct message *m, struct slice s)
{
    uint8_t *copy = malloc(s.n ? s.n : 1);

    if (s.n)
        memcpy(copy, s.p, s.n);
    message_feed(m, (struct slice){copy, s.n});
    free(copy);
}

static struct message_facts over(struct message **m)
{
    struct message_facts f = *message_end(*m);

    message_free(m);
    assert_null(*m);
    return f;
}

struct message_facts letter_cut_at(struct slice all, size_t cut, struct letter_kept *k)
{
    struct message *m = reader(k);

    feed_copy(m, slice_head(all, cut));
    feed_copy(m, slice_tail(all, cut));
    return over(&m);
}

static struct message_facts by_octets(struct slice all, struct letter_kept *k)
{
    struct message *m = reader(k);

    for (size_t i = 0; i < all.n; i++)
        feed_copy(m, (struct slice){all.p + i, 1});
    return over(&m);
}

static struct message_facts without(struct slice all, size_t lost, size_t octets)
{
    struct letter_kept k;
    struct message *m = reader(&k);

    feed_copy(m, slice_head(all, lost));
    message_gap(m);
    feed_copy(m, slice_tail(all, lost + octets));
    return over(&m);
}

static bool same_part(const struct mime_part *part, const struct mime_part *whole)
{
    return strcmp(part->media_type, whole->media_type) == 0 &&
           strcmp(part->encoding, whole->encoding) == 0 && part->attachment == whole->attachment &&
           part->depth == whole->depth && part->octets <= whole->octets &&
           part->decoded <= whole->decoded;
}

/* Every part that a loss leaves is one of the whole message, in its order, and no larger. */
static void assert_no_part_invented(const struct message_facts *f,
                                    const struct message_facts *whole)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < f->parts; i++, at++) {
        while (at < whole->parts && !same_part(&f->part[i], &whole->part[at]))
            at++;
        assert_true(at < whole->parts);
    }
}

static void assert_nothing_invented(struct slice all, const struct message_facts *whole)
{
    for (size_t octets = 1; octets < 60; octets = octets * 3 + 1)
        for (size_t i = 0; i + octets <= all.n; i++) {
            struct message_facts f = without(all, i, octets);
            assert_true(f.missing);
            assert_int_equal(f.octets, all.n - octets);
            assert_true(f.header_octets <= whole->header_octets && f.fields <= whole->fields);
            assert_true(f.body_octets <= whole->body_octets);
            assert_true(f.header_octets + f.body_octets <= f.octets);
            assert_true(f.received <= whole->received && f.received_tls <= whole->received_tls);
            assert_true(f.encoded_words <= whole->encoded_words);
            assert_true(f.attachments <= whole->attachments);
            assert_true(f.attachment_octets <= whole->attachment_octets);
            assert_true(!f.end_to_end || whole->end_to_end);
            assert_true(!f.eai || whole->eai);
            assert_no_part_invented(&f, whole);
            for (int h = 0; h < HEADER_FIELDS; h++)
                assert_true(f.field[h].count <= whole->field[h].count);
        }
}

/* The facts of a message, which must not depend on where it is cut. */
struct message_facts letter_cut_everywhere(struct slice all, struct letter_kept *k)
{
    struct message_facts whole = letter_cut_at(all, all.n, k);
    struct letter_kept other;
    struct message_facts f = by_octets(all, &other);

    assert_memory_equal(&f, &whole, sizeof f);
    assert_string_equal(other.text, k->text);
    for (size_t cut = 0; cut < all.n; cut++) {
        f = letter_cut_at(all, cut, &other);
        assert_memory_equal(&f, &whole, sizeof f);
        assert_string_equal(other.text, k->text);
    }
    assert_int_equal(whole.header_octets + whole.body_octets, all.n);
    assert_int_equal(whole.octets, all.n);
    assert_false(whole.missing);
    return whole;
}

struct message_facts letter_read(const char *text, struct letter_kept *k)
{
    struct slice all = slice_of(text);
    struct message_facts whole = letter_cut_everywhere(all, k);

    assert_nothing_invented(all, &whole);
    return whole;
}

struct message_facts letter_facts(const char *text)
{
    struct letter_kept k;

    return letter_read(text, &k);
}

/* "type encoding octets decoded depth attachment" of each part, a line each. */
const char *letter_parts(const struct message_facts *f)
{
    static char text[BOUND_PARTS * 160];
    size_t n = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < f->parts && i < BOUND_PARTS; i++) {
        const struct mime_part *p = &f->part[i];
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s %lu %lu %u%s", i ? "\n" : "",
                              p->media_type, p->encoding[0] ? p->encoding : "-",
                              (unsigned long)p->octets, (unsigned long)p->decoded, p->depth,
                              p->attachment ? " attachment" : "");
    }
    return text;
}
