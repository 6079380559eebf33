/* writer.c - see writer.h. */
#include "writer.h"

#include "rows.h"

#include <mailtap/err.h>
#include <mailtap/thread.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct writer {
    struct store *store;
    struct rows *rows;
    struct dpi *dpi; /* what the thread asks */
    struct facts_room *room;
    pthread_t thread;
    struct err error;
    atomic_bool failed; /* `error` is set, and nothing more is stored */
};

static int store_row(struct writer *w, struct row *row)
{
    if (row->session) {
        int rc = store_session_judged(w->store, row->from,
                                      session_facts_in(row->session, w->dpi, w->room), &w->error);
        session_free(&row->session); /* the next one has the same memory, which is at hand */
        return rc;
    }
    return store_dns(w->store, row->from, row->dns->seen_ns, &row->dns->asker, &row->dns->message,
                     &w->error);
}

static void *run(void *of)
{
    struct writer *w = of;
    struct row *list;

    while ((list = rows_next(w->rows)) != NULL) {
        for (struct row *row = list; row && !atomic_load(&w->failed); row = row->next) {
            if (row->next && row->next->session)
                session_soon(row->next->session);
            if (store_row(w, row) < 0)
                atomic_store(&w->failed, true);
        }
        rows_done(w->rows, list);
    }
    return NULL;
}

struct writer *writer_new(struct store *st, struct err *e)
{
    struct dpi *dpi = dpi_new(e);

    if (!dpi)
        return NULL;
    struct writer *w = must_alloc(1, sizeof *w);
    w->dpi = dpi;
    w->store = st;
    w->room = must_alloc(1, sizeof *w->room);
    w->rows = rows_new_patient(BOUND_UNWRITTEN_OCTETS);
    atomic_init(&w->failed, false);
    if (thread_begin(&w->thread, run, w, e) == 0)
        return w;
    rows_free(&w->rows);
    dpi_free(&w->dpi);
    free(w->room);
    free(w);
    return NULL;
}

static int result(struct writer *w, struct err *e)
{
    if (!atomic_load(&w->failed))
        return 0;
    *e = w->error;
    return -1;
}

/* ---- its sink */

static int session(void *of, const struct part *part, struct session **s, struct err *e)
{
    struct writer *w = of;

    rows_put_session(w->rows, part->capture, s);
    return result(w, e);
}

static int dns(void *of, const struct part *part, int64_t seen_ns, const struct ip_address *asker,
               const struct dns_message *m, struct err *e)
{
    struct writer *w = of;

    rows_put_dns(w->rows, part->capture, seen_ns, asker, m);
    return result(w, e);
}

struct sink writer_sink(struct writer *w)
{
    return (struct sink){.of = w, .session = session, .dns = dns};
}

int writer_rest(struct writer *w, struct err *e)
{
    rows_rest(w->rows);
    return result(w, e);
}

void writer_free(struct writer **w)
{
    if (!*w)
        return;
    rows_close((*w)->rows);
    pthread_join((*w)->thread, NULL);
    rows_free(&(*w)->rows);
    dpi_free(&(*w)->dpi);
    free((*w)->room);
    free(*w);
    *w = NULL;
}
