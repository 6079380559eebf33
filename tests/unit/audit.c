/* audit.c - see audit.h. */
#include "test.h"

#include "../../report/page.h"
#include "audit.h"
#include "sample.h"

#include <mailtap/store.h>
#include <stdlib.h>
#include <string.h>

char *audit(const char *path, bool colour)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(st);
    const struct report_wish wish = {.name = "findings.db"};
    struct document *d = report_make(st, &wish, &e);
    assert_string_equal(e.text, "");
    assert_non_null(d);
    report_write(out, d, REPORT_TEXT, colour);
    report_free(&d);
    store_close(&st, &e);
    fclose(out);
    if (colour)
        return text;
    assert_null(strchr(text, '\x1b'));
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (shown_width(line) > PAGE_COLUMNS)
            fail_msg("too long: %s", line);
        *end = '\n';
    }
    return text;
}

char *audit_of(const char *path, const struct facts *sessions, unsigned count)
{
    sample_store(path, 1, sessions, count);
    char *text = audit(path, false), *one = unwrapped(text);

    free(text);
    return one;
}

char *unwrapped(const char *text)
{
    char *one = strdup(text), *to = one;

    for (const char *from = one; *from; from++)
        if ((*from != ' ' && *from != '\n') || (to > one && to[-1] != ' '))
            *to++ = *from == '\n' ? ' ' : *from;
    *to = '\0';
    return one;
}

void assert_says(const char *text, const char *what)
{
    if (!strstr(text, what)) {
        fprintf(stderr, "'%s' is not in:\n%s\n", what, text); /* cmocka cuts long messages */
        fail();
    }
}

void assert_says_not(const char *text, const char *what)
{
    if (strstr(text, what)) {
        fprintf(stderr, "'%s' is in:\n%s\n", what, text);
        fail();
    }
}
