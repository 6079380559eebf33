/* cmd_query.c - mailtap query: named questions, or SQL that only reads. */
#include "command.h"
#include "options.h"

#include <mailtap/report.h>

#include <string.h>

/* How long SQL from the command line may work. */
#define SQL_SECONDS 30

struct values {
    const char *sql;
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
               "the questions it knows. The table 'describe' in the database says what every "
               "view and column is.",
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

static int answer(struct store *store, const char *sql, const struct values *values)
{
    struct err e = {""};
    struct query *q = query_open(store, sql, &e);
    int rc = -1;

    if (q && values->sql)
        query_limit(q, SQL_SECONDS);
    if (q)
        rc = table_write(stdout, q, (enum table_format)values->format, &e);
    query_close(&q);
    return rc < 0 ? command_failed("query", e.text) : EXIT_DONE;
}

static bool understood(int count, const struct values *values)
{
    if (count < 1)
        options_wrong("query", "name a database");
    else if (count > 2 || (count == 2 && values->sql))
        options_wrong("query", "one question at a time");
    else
        return true;
    return false;
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
    const char *sql = question ? question->sql : values->sql;
    int status = sql ? answer(store, sql, values) : list();
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
    if (!understood(argc - operands, &values))
        return EXIT_WRONG;
    return command_end("query", run(argv + operands, argc - operands, &values));
}
