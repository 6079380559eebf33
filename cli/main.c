/* main.c - which command is it? */
#include "command.h"
#include "options.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct subcommand commands[] = {
    {"capture", "analyse capture files or a live interface", cmd_capture},
    {"classify", "judge the sessions of a database again, by its facts alone", cmd_classify},
    {"merge", "take the captures of other findings databases into one", cmd_merge},
    {"report", "how much mail an observer could read, whose, and why", cmd_report},
    {"diff", "before and after: what became better, what worse, and whose", cmd_diff},
    {"simulate", "what an observer would read under a policy, and what it costs", cmd_simulate},
    {"query", "ask a named question, or SQL, of the findings", cmd_query},
    {"synth", "make a labelled capture of a described population", cmd_synth},
    {"prune", "remove old sessions, and all that was known of them", cmd_prune},
    {"check", "is a database sound? what is wrong with it, and where", cmd_check},
};

#define COMMANDS (sizeof commands / sizeof *commands)

static void usage(FILE *out)
{
    fputs("usage: mailtap COMMAND [options]\n\n", out);
    options_wrap(out,
                 "Reads SMTP off a capture, says which sessions were encrypted and which were not, "
                 "and what an observer on the path could read.",
                 0, 0);
    fputs("\nCommands:\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-9s  %s\n", commands[i].name, commands[i].summary);
    fputs("\n'mailtap COMMAND --help' tells more; 'mailtap --version' says which one this is.\n",
          out);
}

static const struct subcommand *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int not_found(const char *name)
{
    fprintf(stderr, "mailtap: there is no command '%s'\ntry 'mailtap --help'\n", name);
    return EXIT_WRONG;
}

static int help(int argc, char **argv)
{
    char wish[] = "--help";
    char *ask[] = {argv[argc - 1], wish, NULL};
    const struct subcommand *command;

    if (argc < 2) {
        usage(stdout);
        return EXIT_DONE;
    }
    command = find(argv[1]);
    ask[0] = argv[1];
    return command ? command->run(2, ask) : not_found(argv[1]);
}

int main(int argc, char **argv)
{
    const struct subcommand *command;

    /* A reader that has seen enough, as `head` does, ends the program quietly. */
    signal(SIGPIPE, SIG_DFL);
    if (argc < 2) {
        usage(stderr);
        return EXIT_WRONG;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts("mailtap " MAILTAP_VERSION);
        return command_end("--version", EXIT_DONE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(1, argv);
    if (strcmp(argv[1], "help") == 0)
        return help(argc - 1, argv + 1);
    command = find(argv[1]);
    return command ? command->run(argc - 1, argv + 1) : not_found(argv[1]);
}
