/*
 * fuzz_config.c - configuration files.
 *
 * What is refused says at which line and leaves no words.  What is taken are words of options that a
 * file may set, as the command line would take them; written as a file again they are the same words.
 */
#include "../../cli/config.h"

#include <mailtap/bounds.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct values {
    struct option_list interfaces, files;
    const char *database, *config;
    uint64_t flows;
    unsigned format;
    bool verbose;
};

static const char *const formats[] = {"box", "csv", NULL};

#define ROW(long_name, of, is, member)                                                             \
    .name = long_name, .argument = of, .kind = is, .at = offsetof(struct values, member)

static const struct option_row rows[] = {
    {ROW("interface", "IFACE", OPTION_LIST, interfaces)},
    {ROW("database", "DB", OPTION_TEXT, database)},
    {ROW("read", "FILE", OPTION_LIST, files)},
    {ROW("config", "FILE", OPTION_TEXT, config)},
    {ROW("format", "FORMAT", OPTION_CHOICE, format), .choices = formats},
    {ROW("max-flows", "N", OPTION_NUMBER, flows), .least = 16, .most = 1000},
    {ROW("verbose", NULL, OPTION_FLAG, verbose)},
};

static const struct option_table table = {
    .command = "fuzz", .rows = rows, .count = sizeof rows / sizeof *rows};

static void check_error(struct slice text, const struct err *e)
{
    char *end;
    unsigned long lines = 1;

    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    if (text.n > BOUND_CONFIG_OCTETS && strstr(e->text, ": longer than "))
        return;
    if (strncmp(e->text, "F, line ", 8) != 0)
        abort();
    unsigned long line = strtoul(e->text + 8, &end, 10);
    if (line < 1 || line > lines || *end != ':')
        abort();
    for (const char *c = e->text; *c; c++)
        if ((uint8_t)*c < ' ' || (uint8_t)*c == 0x7f)
            abort();
}

/* The words as lines of a file: all quoted, but where a value has a quote in it. */
static void check_again(const struct config *c)
{
    struct config again;
    struct err e = {""};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    for (unsigned i = 0; i < c->count; i++) {
        const char *name = c->words[i] + 2, *value = strchr(name, '=');
        const char *quote = value && !strchr(value, '"') ? "\"" : "";
        if (value)
            fprintf(out, "%.*s = %s%s%s\n", (int)(value - name), name, quote, value + 1, quote);
        else
            fprintf(out, "%s\n", name);
    }
    fclose(out);
    if (n <= BOUND_CONFIG_OCTETS) {
        if (config_parse(&again, &table, "F", (struct slice){(const uint8_t *)text, n}, &e) < 0 ||
            again.count != c->count)
            abort();
        for (unsigned i = 0; i < c->count; i++)
            if (strcmp(c->words[i], again.words[i]) != 0)
                abort();
        config_free(&again);
    }
    free(text);
}

static void check_words(const struct config *c)
{
    struct values v = {.flows = 16};
    char *argv[] = {"fuzz", NULL};
    int operands;
    unsigned lists = 0;

    for (unsigned i = 0; i < c->count; i++)
        lists += strncmp(c->words[i], "--interface=", 12) == 0;
    if (options_read_with(&table, c->words, c->count, 1, argv, &v, &operands) != OPTIONS_READ ||
        operands != 1 || v.interfaces.count != lists || v.files.count || v.config || v.flows < 16 ||
        v.flows > 1000 || v.format > 1)
        abort();
    options_free(&table, &v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config c;
    struct err e = {""};
    struct slice text = {data, size};
    int rc = config_parse(&c, &table, "F", text, &e);

    if ((rc == 0) != (e.text[0] == '\0') || (rc < 0 && (c.count || c.words)))
        abort();
    if (rc < 0) {
        check_error(text, &e);
        return 0;
    }
    check_words(&c);
    check_again(&c);
    config_free(&c);
    return 0;
}
