/* output.c - see output.h. */
#include "output.h"

#include "command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int cannot_write(const struct output *o, struct err *e)
{
    return err_set(e, "%s cannot be written: %s", o->path, strerror(errno));
}

int output_open(struct output *o, const char *path, struct err *e)
{
    struct stat there;

    *o = (struct output){.file = stdout};
    if (!path || strcmp(path, "-") == 0)
        return 0;
    o->path = path;
    /* A pipe or a device is written to, not replaced. */
    if (stat(path, &there) < 0 || S_ISREG(there.st_mode)) {
        if (asprintf(&o->part, "%s.part", path) < 0)
            must_have(NULL);
    }
    if (o->part)
        unlink(o->part); /* of a run that was killed; a link that somebody laid is not followed */
    o->file = fopen(o->part ? o->part : path, o->part ? "wx" : "w");
    if (o->file)
        return 0;
    cannot_write(o, e);
    free(o->part);
    return -1;
}

int output_close(struct output *o, bool good, struct err *e)
{
    bool whole = !ferror(o->file);
    int rc = 0;

    if (!o->path)
        return 0; /* command_end() looks after standard output */
    if (fclose(o->file) != 0 || !whole)
        rc = cannot_write(o, e);
    if (rc == 0 && good && o->part && rename(o->part, o->path) < 0)
        rc = cannot_write(o, e);
    if (o->part && (rc < 0 || !good))
        unlink(o->part);
    free(o->part);
    return rc;
}

bool output_colour(const struct output *o)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(fileno(o->file)) && !(no && *no) && terminal && strcmp(terminal, "dumb") != 0;
}

const char *const output_formats[] = {"text", "json", "html", NULL};

int output_document(const char *command, const struct document *d, unsigned format,
                    const char *path)
{
    struct output out;
    struct err e = {""};

    if (output_open(&out, path, &e) < 0)
        return command_failed(command, e.text);
    report_write(out.file, d, (enum report_format)format, output_colour(&out));
    if (output_close(&out, true, &e) < 0)
        return command_failed(command, e.text);
    return EXIT_DONE;
}
