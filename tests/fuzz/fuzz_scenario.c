/*
 * fuzz_scenario.c - the description of a population.
 *
 * What is refused leaves the scenario as it was, and the message is safe to print; what is read can be
 * written and read again, and means the same.  Lines that end in CRLF mean the same as well.
 */
#include <mailtap/scenario.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const struct scenario *a, const struct scenario *b)
{
    struct scenario_name one, other;

    for (unsigned i = 0; scenario_name(a, i, &one); i++)
        if (!scenario_name(b, i, &other) || strcmp(one.value, other.value) != 0)
            return false;
    return true;
}

static bool read(struct scenario *s, struct slice text)
{
    const struct scenario before = scenario_default();
    struct err e = {""};
    int rc;

    *s = before;
    rc = scenario_read(s, text, &e);
    if ((rc != 0 && rc != -1) || (rc == 0) != (e.text[0] == '\0'))
        abort();
    if (rc == -1 && !same(s, &before))
        abort();
    for (const char *c = e.text; *c; c++)
        if ((uint8_t)*c < ' ' || (uint8_t)*c == 0x7f)
            abort();
    return rc == 0;
}

static void write_back(const struct scenario *s)
{
    struct scenario again;
    struct scenario_name n;
    char text[4096];
    size_t used = 0;

    for (unsigned i = 0; scenario_name(s, i, &n); i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s=%s\n", n.name, n.value);
    if (used >= sizeof text || !read(&again, slice_of(text)) || !same(s, &again))
        abort();
}

/* The text with a CR before every LF. */
static struct slice with_cr(struct slice text)
{
    uint8_t *to = malloc(2 * text.n + 1);
    size_t n = 0;

    if (!to)
        abort();
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            to[n++] = '\r';
        to[n++] = text.p[i];
    }
    return (struct slice){to, n};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {data, size}, other = with_cr(text);
    struct scenario s, t;
    bool taken = read(&s, text);

    if (taken)
        write_back(&s);
    /* What ends in CR already would end in two; what is just short enough would be too long. */
    if (size < 1024 && (size == 0 || !memchr(data, '\r', size)) &&
        (read(&t, other) != taken || !same(&s, &t)))
        abort();
    free((void *)(uintptr_t)other.p);
    return 0;
}
