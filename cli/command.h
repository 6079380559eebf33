/* command.h - the commands of mailtap, and how they end (contract: command line). */
#ifndef MAILTAP_COMMAND_H
#define MAILTAP_COMMAND_H

#define MAILTAP_VERSION "0.1.0"

enum exit_status {
    EXIT_DONE,
    EXIT_FAILED,    /* could not do it */
    EXIT_WRONG,     /* wrong use */
    EXIT_DAMAGED,   /* done, but part of the input could not be read */
    EXIT_CONDITION, /* the --fail-on condition was met */
};

struct subcommand {
    const char *name, *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; gives the exit status */
};

int cmd_capture(int argc, char **argv);
int cmd_classify(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_query(int argc, char **argv);
int cmd_synth(int argc, char **argv);
int cmd_prune(int argc, char **argv);
int cmd_check(int argc, char **argv);

/* "mailtap COMMAND: text" on standard error; always EXIT_FAILED. */
int command_failed(const char *command, const char *text);

/* Flush standard output: `status`, or EXIT_FAILED with a message when it cannot be written. */
int command_end(const char *command, int status);

#endif
