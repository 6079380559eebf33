/* cmd_query.c - mailtap query: named questions with their parameters, or SQL that only reads. */
#include "command.h"
#include "options.h"

#include <mailtap/err.h>
#include <mailtap/lens.h>
#include <mailtap/report.h>

#include <stdlib.h>
#include <string.h>

/* How long SQL from the command line may work. */
#define SQL_SECONDS 30

struct values {
    const char *sql;
    struct option_list set;
    bool about;
    const char *since, *until;
    bool anonymise;
    unsigned format; /* enum table_format */
};

static const char *const formats[] = {
    [TABLE_BOX] = "box",
    [TABLE_CSV] = "csv",
    [TABLE_JSON] = "json",
    [TABLE_NDJSON] = "ndjson",
    NULL,
};

static const struct option_row rows[] = {
    {.name = "sql",
     .argument = "SQL",
     .help = "ask this instead; SQL that only reads, one statement",
     .kind = OPTION_TEXT,
     .at = offsetof(struct values, sql)},
    {.letter = 's',
     .name = "set",
     .argument = "NAME=VALUE",
     .help = "give a parameter of the question a value; may be repeated",
     .kind = OPTION_LIST,
     .at = offsetof(struct values, set)},
    {.letter = 'a',
     .name = "about",
     .help = "say what question NAME is about: parameters, notes, columns",
     .kind = OPTION_FLAG,
     .at = offsetof(struct values, about)},
    {.name = "since",
     .argument = "TIME",
     .help = "look at the sessions that began then or later, whatever is asked",
     .kind = OPTION_TEXT,
     .at = offsetof(struct values, since)},
    {.name = "until",
     .argument = "TIME",
     .help = "look at the sessions that began before then",
     .kind = OPTION_TEXT,
     .at = offsetof(struct values, until)},
    {.name = "anonymise",
     .help = "answer with numbers in place of addresses, names and what else tells who it is",
     .kind = OPTION_FLAG,
     .at = offsetof(struct values, anonymise)},
    {.letter = 'F',
     .name = "format",
     .argument = "FORMAT",
     .help = "how to print the answer",
     .kind = OPTION_CHOICE,
     .at = offsetof(struct values, format),
     .choices = formats},
};

static const struct option_table table = {
    .command = "query",
    .usage = "[options] DB [NAME]",
    .summary = "Answers a question from the findings database DB. Without NAME and --sql it lists "
               "the questions it knows; --about tells more of one of them, and what can be set. "
               "The table 'describe' in the database says what every view and column is.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

static int list(void)
{
    unsigned count, width = 0;
    const struct question *all = query_questions(&count);

    for (unsigned i = 0; i < count; i++)
        if (strlen(all[i].name) > width)
            width = (unsigned)strlen(all[i].name);
    for (unsigned i = 0; i < count; i++)
        printf("%-*s  %s\n", (int)width, all[i].name, all[i].title);
    return EXIT_DONE;
}

/* ---- about one question */

static void say_parameter(const struct question_parameter *p)
{
    unsigned at = (unsigned)printf("  %s=%s  ", p->name, parameter_kind_name(p->kind));
    unsigned indent = 16;
    char *text = NULL;

    if (asprintf(&text, "%s%s", p->text, p->required ? "; required" : "") < 0)
        return;
    at += (unsigned)printf("%*s", at < indent ? (int)(indent - at) : 0, "");
    options_wrap(stdout, text, at, indent);
    free(text);
}

static void say_columns(const struct query *q)
{
    char *names = NULL;
    size_t octets;
    FILE *to = open_memstream(&names, &octets);

    if (!to)
        return;
    for (unsigned i = 0; i < query_columns(q); i++)
        fprintf(to, "%s%s", i ? ", " : "", query_column(q, i));
    fclose(to);
    fputs("\nColumns:\n  ", stdout);
    options_wrap(stdout, names, 2, 2);
    free(names);
}

static int about(const struct question *question, const struct query *q)
{
    struct question_header header;

    question_header(question->sql, &header);
    puts(question->title);
    if (header.count)
        fputs("\nParameters (--set NAME=VALUE):\n", stdout);
    for (unsigned i = 0; i < header.count; i++)
        say_parameter(&header.parameters[i]);
    if (*header.notes) {
        putchar('\n');
        options_wrap(stdout, header.notes, 0, 0);
    }
    say_columns(q);
    return EXIT_DONE;
}

/* ---- asking it */

/* "NAME=VALUE": what can be wrong with it is wrong use. */
static bool set(struct query *q, const char *item)
{
    size_t n = strcspn(item, "=");
    char *name = must_copy(item);
    struct err e = {""};

    name[n] = '\0';
    if (item[n] != '=')
        err_set(&e, "--set takes NAME=VALUE, not '%s'", item);
    else
        query_set(q, name, item + n + 1, &e);
    free(name);
    if (*e.text)
        options_wrong("query", "%s", e.text);
    return !*e.text;
}

static int answer(struct query *q, const struct values *values)
{
    struct err e = {""};

    for (unsigned i = 0; i < values->set.count; i++)
        if (!set(q, values->set.items[i]))
            return EXIT_WRONG;
    if (query_ready(q, &e) < 0) {
        options_wrong("query", "%s", e.text);
        return EXIT_WRONG;
    }
    if (values->sql)
        query_limit(q, SQL_SECONDS);
    if (table_write(stdout, q, (enum table_format)values->format, &e) < 0)
        return command_failed("query", e.text);
    return EXIT_DONE;
}

static int ask(struct store *store, const struct question *question, const struct values *values)
{
    struct err e = {""};
    struct query *q = query_open(store, question ? question->sql : values->sql, &e);

    if (!q)
        return command_failed("query", e.text);
    int status = question && values->about ? about(question, q) : answer(q, values);
    query_close(&q);
    return status;
}

static struct lens lens_of(const struct values *values)
{
    return (struct lens){values->since, values->until, values->anonymise};
}

static bool understood(int count, const struct values *values)
{
    struct lens lens = lens_of(values);
    bool part = lens.since || lens.until || lens.anonymise;
    struct err e = {""};

    if (count < 1)
        options_wrong("query", "name a database");
    else if (count > 2 || (count == 2 && values->sql))
        options_wrong("query", "one question at a time");
    else if (values->about && count < 2)
        options_wrong("query", "--about wants the name of a question");
    else if (values->set.count && (values->about || (count < 2 && !values->sql)))
        options_wrong("query", "--set wants a question that is asked");
    else if (part && (values->about || (count < 2 && !values->sql)))
        options_wrong("query", "--since, --until and --anonymise want a question that is asked");
    else if (lens_check(&lens, &e) < 0)
        options_wrong("query", "%s", e.text);
    else
        return true;
    return false;
}

/* Through the lens, when there is one. */
static int look(struct store *store, const struct question *question, const struct values *values)
{
    struct lens lens = lens_of(values);
    struct err e = {""};

    if ((lens.since || lens.until || lens.anonymise) && store_lens(store, &lens, &e) < 0)
        return command_failed("query", e.text);
    return ask(store, question, values);
}

static int run(char **operands, int count, const struct values *values)
{
    const struct question *question = count > 1 ? query_find(operands[1]) : NULL;
    struct err e = {""};

    if (count == 2 && !question) {
        err_set(&e, "there is no question '%s'; without a name they are listed", operands[1]);
        return command_failed("query", e.text);
    }
    struct store *store = store_open(operands[0], STORE_READ, &e);
    if (!store)
        return command_failed("query", e.text);
    int status = question || values->sql ? look(store, question, values) : list();
    store_close(&store, &e);
    return status;
}

int cmd_query(int argc, char **argv)
{
    struct values values = {0};
    int operands;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("query", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    int status = EXIT_WRONG;
    if (understood(argc - operands, &values))
        status = command_end("query", run(argv + operands, argc - operands, &values));
    options_free(&table, &values);
    return status;
}
