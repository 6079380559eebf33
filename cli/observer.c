/* observer.c - see observer.h. */
#include "observer.h"

#include "../report/page.h"

#include <stdlib.h>

/* Columns of what was given that a message shows. */
#define SHOWN 40u

static int wrong(struct err *e, struct slice text, const char *why)
{
    unsigned width;
    char *shown = shown_text(text, SHOWN, &width);

    err_set(e, "'%s': %s", shown, why);
    free(shown);
    return -1;
}

/* ---- shares */

/* More digits than these tell no share from another. */
#define SHARE_DIGITS 12u

/* Digits as a number; none are 0. */
static bool digits_read(struct slice s, uint64_t *value_r)
{
    *value_r = 0;
    return s.n == 0 || (s.n <= SHARE_DIGITS && slice_decimal(s, UINT64_MAX, value_r));
}

bool share_read(struct slice text, double *share_r)
{
    uint64_t whole, part;
    double scale = 1;

    if (text.n && text.p[text.n - 1] == '%') {
        text.n--;
        scale = 100;
    }
    struct slice rest = text, before = slice_until(&rest, '.');
    if (before.n + rest.n == 0 || !digits_read(before, &whole) || !digits_read(rest, &part))
        return false;
    double value = (double)whole, of = 1;
    for (size_t i = 0; i < rest.n; i++)
        of *= 10;
    value += (double)part / of;
    *share_r = value / scale;
    return *share_r <= 1;
}

/* ---- observers */

static int read_share(struct slice all, struct slice value, struct observer *o, struct err *e)
{
    if (!share_read(value, &o->share))
        return wrong(e, all, "the share it sees must be from 0 to 1, as in 0.1 or 10%");
    return 0;
}

static int read_servers(struct slice all, struct slice value, struct observer *o, struct err *e)
{
    if (!slice_decimal(value, UINT32_MAX, &o->servers) || o->servers == 0)
        return wrong(e, all, "how many servers it sees must be a number from 1 on");
    return 0;
}

static int read_prefixes(struct slice value, struct observer *o, struct prefix_list *prefixes_r,
                         struct err *e)
{
    if (prefix_read(prefixes_r, value, e) < 0)
        return -1;
    o->prefixes = prefixes_r;
    return 0;
}

int observer_read(struct slice text, struct observer *o_r, struct prefix_list *prefixes_r,
                  struct err *e)
{
    struct slice value = text, kind = slice_until(&value, ':');

    *o_r = (struct observer){.kind = OBSERVER_GLOBAL};
    if (slice_equal(text, slice_of("global")))
        return 0;
    if (slice_equal(kind, slice_of("sample"))) {
        o_r->kind = OBSERVER_SAMPLE;
        return read_share(text, value, o_r, e);
    }
    if (slice_equal(kind, slice_of("paths"))) {
        o_r->kind = OBSERVER_PATHS;
        return read_share(text, value, o_r, e);
    }
    if (slice_equal(kind, slice_of("busiest"))) {
        o_r->kind = OBSERVER_BUSIEST;
        return read_servers(text, value, o_r, e);
    }
    if (slice_equal(kind, slice_of("prefix"))) {
        o_r->kind = OBSERVER_PREFIX;
        return read_prefixes(value, o_r, prefixes_r, e);
    }
    return wrong(e, text,
                 "an observer is global, sample:SHARE, prefix:PREFIXES, busiest:NUMBER or "
                 "paths:SHARE");
}

/* ---- levels */

static int read_level(struct slice text, double follow[LEVELS], struct err *e)
{
    static const char *const names[LEVELS] = {"may", "should", "must"};
    struct slice value = text, name = slice_until(&value, '=');

    for (unsigned i = 0; i < LEVELS; i++)
        if (slice_equal(name, slice_of(names[i]))) {
            if (share_read(value, &follow[i]))
                return 0;
            return wrong(e, text, "the share that follows must be from 0 to 1, as in 0.9 or 90%");
        }
    return wrong(e, text, "levels are written may=0.1,should=0.5,must=0.9");
}

int follow_read(struct slice text, double follow[LEVELS], struct err *e)
{
    double read[LEVELS];
    struct slice rest = text;

    for (unsigned i = 0; i < LEVELS; i++)
        read[i] = follow[i];
    for (bool last = false; !last;) {
        last = slice_find(rest, ',') == rest.n;
        if (read_level(slice_trim(slice_until(&rest, ',')), read, e) < 0)
            return -1;
    }
    if (read[LEVEL_MAY] > read[LEVEL_SHOULD] || read[LEVEL_SHOULD] > read[LEVEL_MUST])
        return wrong(e, text,
                     "a stronger level must be followed by as many as a weaker one, or more");
    for (unsigned i = 0; i < LEVELS; i++)
        follow[i] = read[i];
    return 0;
}
