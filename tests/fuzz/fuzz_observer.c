/*
 * fuzz_observer.c - observers, shares and levels of the command line.
 *
 * What is refused says why and leaves levels as they were; what is read is in its range.
 */
#include "../../cli/observer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
    if (!good)
        abort();
}

static void check_error(int rc, const struct err *e)
{
    check((rc < 0) == (e->text[0] != '\0'));
    for (const char *c = e->text; *c; c++)
        check((uint8_t)*c >= ' ' && (uint8_t)*c != 0x7f);
}

static bool a_share(double value)
{
    return value >= 0 && value <= 1;
}

static void check_observer(struct slice text)
{
    struct prefix_list prefixes;
    struct observer o;
    struct err e = {""};
    int rc = observer_read(text, &o, &prefixes, &e);

    check_error(rc, &e);
    if (rc < 0)
        return;
    check(o.strips == 0 && a_share(o.share));
    check(o.kind != OBSERVER_BUSIEST || o.servers > 0);
    check(o.kind != OBSERVER_PREFIX || (o.prefixes == &prefixes && prefixes.count > 0));
}

static void check_follow(struct slice text)
{
    double follow[LEVELS] = {0.1, 0.5, 0.9};
    struct err e = {""};
    int rc = follow_read(text, follow, &e);

    check_error(rc, &e);
    check(a_share(follow[LEVEL_MAY]) && a_share(follow[LEVEL_MUST]));
    check(follow[LEVEL_MAY] <= follow[LEVEL_SHOULD] && follow[LEVEL_SHOULD] <= follow[LEVEL_MUST]);
    check(rc == 0 || (follow[LEVEL_MAY] == 0.1 && follow[LEVEL_MUST] == 0.9));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {data, size};
    double share;

    check_observer(text);
    check_follow(text);
    if (share_read(text, &share))
        check(a_share(share));
    return 0;
}
