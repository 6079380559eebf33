/* command.c - how commands end; see command.h. */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int command_failed(const char *command, const char *text)
{
    fprintf(stderr, "mailtap %s: %s\n", command, text);
    return EXIT_FAILED;
}

int command_end(const char *command, int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    fprintf(stderr, "mailtap %s: standard output cannot be written: %s\n", command,
            strerror(errno));
    return EXIT_FAILED;
}
