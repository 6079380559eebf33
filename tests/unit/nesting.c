/* nesting.c - see nesting.h. */
#include "nesting.h"

#include "test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 64u
#define NAME 24u

struct markup {
    const char *all, *at;
    char open[DEPTH][NAME];
    unsigned depth;
};

size_t times_in(const char *text, const char *what)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void fail_here(const struct markup *m, const char *why)
{
    fail_msg("%s, before: %.80s", why, m->at);
}

/* Octets of an entity that XML and HTML both know, or of a character that may stand there; or 0. */
static size_t piece_of_text(const char *at)
{
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strncmp(at, entities[i], strlen(entities[i])) == 0)
            return strlen(entities[i]);
    if (strchr("&<>\"", *at) || (unsigned char)*at < 0x20 || *at == 0x7f)
        return *at == '\n';
    return 1;
}

static void read_name(struct markup *m, char to[NAME])
{
    size_t n = strspn(m->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    if (n == 0 || n >= NAME)
        fail_here(m, "no name");
    memcpy(to, m->at, n);
    to[n] = '\0';
    m->at += n;
}

/* ---- attributes */

static void check_length(const struct markup *m, const char *value)
{
    char *end;
    double length = strtod(value, &end);
    bool share = *end == '%';

    if (end == value || strspn(value, "0123456789.") != (size_t)(end - value) || end[share] != '"')
        fail_here(m, "no length");
    if (length > (share ? 100 : LENGTH_MOST))
        fail_here(m, "a length out of bounds");
}

static void check_id(const struct markup *m, const char *value)
{
    size_t n = strcspn(value, "\"");
    char attribute[256];

    if (n == 0 || n > 200 ||
        strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != n)
        fail_here(m, "no id");
    snprintf(attribute, sizeof attribute, " id=\"%.*s\"", (int)n, value);
    if (times_in(m->all, attribute) != 1)
        fail_here(m, "an id twice");
}

static void check_value(const struct markup *m, const char *name, const char *value)
{
    static const char *const lengths[] = {"x",  "y",  "x1", "x2",    "y1",
                                          "y2", "cx", "cy", "width", "height"};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (strcmp(name, lengths[i]) == 0)
            check_length(m, value);
    if (strcmp(name, "id") == 0)
        check_id(m, value);
    if (strncmp(name, "on", 2) == 0 || strcmp(name, "style") == 0 || strcmp(name, "src") == 0)
        fail_here(m, "an attribute that does something");
    if (strcmp(name, "href") == 0 && *value != '#')
        fail_here(m, "a link to elsewhere");
}

static void read_attribute(struct markup *m)
{
    char name[NAME];

    m->at += strspn(m->at, " ");
    read_name(m, name);
    if (strncmp(m->at, "=\"", 2) != 0)
        fail_here(m, "an attribute without quotes");
    m->at += 2;
    check_value(m, name, m->at);
    while (*m->at != '"') {
        size_t n = piece_of_text(m->at);
        if (n == 0)
            fail_here(m, "in an attribute");
        m->at += n;
    }
    m->at++;
}

/* ---- elements */

static void close_element(struct markup *m)
{
    char name[NAME];

    m->at += 2;
    read_name(m, name);
    if (*m->at++ != '>')
        fail_here(m, "an end that does not end");
    if (m->depth == 0 || strcmp(m->open[--m->depth], name) != 0)
        fail_here(m, "an end of what is not open");
}

static void open_element(struct markup *m)
{
    char name[NAME];

    m->at++;
    read_name(m, name);
    while (*m->at == ' ')
        read_attribute(m);
    if (strncmp(m->at, "/>", 2) == 0) {
        m->at += 2;
        return;
    }
    if (*m->at++ != '>' || m->depth == DEPTH)
        fail_here(m, "a start that does not end");
    memcpy(m->open[m->depth++], name, NAME);
    if (strcmp(name, "style") == 0)
        m->at = strstr(m->at, "</style>");
    if (!m->at)
        fail_msg("the style has no end");
}

void assert_well_formed(const char *markup)
{
    struct markup m = {.all = markup, .at = markup};

    if (strncmp(m.at, "<!DOCTYPE html>", 15) == 0)
        m.at += 15;
    while (*m.at) {
        size_t n = piece_of_text(m.at);
        if (strncmp(m.at, "</", 2) == 0)
            close_element(&m);
        else if (*m.at == '<')
            open_element(&m);
        else if (n)
            m.at += n;
        else
            fail_here(&m, "no text");
    }
    if (m.depth)
        fail_msg("%s is not closed", m.open[m.depth - 1]);
}
