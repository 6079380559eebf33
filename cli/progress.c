/* progress.c - see progress.h. */
#include "progress.h"

#include <mailtap/clock.h>

#include <inttypes.h>
#include <stdio.h>

static double now(void)
{
    return (double)clock_monotonic() / 1e9;
}

void progress_show(const struct source *source, const struct capture_counts *counts, bool done)
{
    static double begun, shown;
    double at = now();
    double read = (double)source_position(source), size = (double)source_size(source);

    if (done) {
        if (shown > 0)
            fputs("\r\033[K", stderr);
        begun = shown = 0;
        return;
    }
    if (begun <= 0)
        begun = at;
    if (at - begun < 0.5 || at - shown < 0.25)
        return;
    shown = at;
    double rate = read / (at - begun);
    fprintf(stderr, "\r\033[K%.40s: %" PRIu64 " frames, %.0f MB/s", source_name(source),
            counts->frames, rate / 1e6);
    if (size > 0 && rate > 0)
        fprintf(stderr, ", %.0f %%, %.0f s left", 100 * read / size,
                size > read ? (size - read) / rate : 0);
    fflush(stderr);
}

void progress_step(const char *what, unsigned done, unsigned all)
{
    static double begun;
    static bool shown;

    if (done == 0 || begun <= 0)
        begun = now();
    if (done == all) {
        if (shown)
            fputs("\r\033[K", stderr);
        shown = false;
    } else if (now() - begun >= 0.5) {
        fprintf(stderr, "\r\033[K%s: %u of %u", what, done, all);
        shown = true;
    }
    fflush(stderr);
}

void progress_called(void *what, unsigned done, unsigned all)
{
    progress_step(what, done, all);
}
