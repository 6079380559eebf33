/* figures.c - see figures.h. */
#include "test.h"

#include "figures.h"

#include <stdlib.h>
#include <string.h>

static const struct figure list[] = {
    {.name = "messages-readable",
     .share = true,
     .count = 41,
     .of = 68,
     .intervalled = true,
     .low = 0.484,
     .high = 0.710},
    {.name = "starttls-offered", .share = true, .count = 3, .of = 4},
    {.name = "edge",
     .share = true,
     .count = 1,
     .of = 20,
     .intervalled = true,
     .low = 0.009,
     .high = 0.236},
    {.name = "nothing", .share = true},
    {.name = "sessions", .count = 1234},
    {.name = "none"},
};

#define LISTED (sizeof list / sizeof *list)

static const struct figure *find(const void *of, const char *name)
{
    assert_ptr_equal(of, list);
    for (size_t i = 0; i < LISTED; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static const char *name_at(const void *of, unsigned i)
{
    assert_ptr_equal(of, list);
    return i < LISTED ? list[i].name : NULL;
}

const struct figures some_figures = {list, find, name_at};

static struct condition *read_whole(const char *text)
{
    struct condition *c = NULL;
    struct err e = {""};

    if (condition_parse(text, &c, &e) != 0 || condition_check(c, &some_figures, &e) != 0)
        fail_msg("%s: %s", text, e.text);
    assert_string_equal(e.text, "");
    return c;
}

tri some_met(const char *text)
{
    struct condition *c = read_whole(text);
    tri met = condition_met(c, &some_figures);

    condition_free(&c);
    assert_null(c);
    return met;
}

char *some_why(const char *text)
{
    struct condition *c = read_whole(text);
    char *why = NULL;
    size_t n;
    FILE *out = open_memstream(&why, &n);

    assert_non_null(out);
    condition_why(out, c, &some_figures);
    fclose(out);
    condition_free(&c);
    return why;
}
