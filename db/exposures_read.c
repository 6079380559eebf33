/* exposures_read.c - see exposures_read.h. */
#include <mailtap/exposures_read.h>

#include <mailtap/bounds.h>
#include <mailtap/query.h>

#include <stdlib.h>
#include <string.h>

/* The columns of the question, in their order there. */
enum column { DOMAIN, AFTER, FOLLOWED };

struct reading {
    struct exposures *x;
    size_t room, domain_room;
    char *domain; /* of the row before; NULL: there is none */
};

static double seconds(const struct query *q, enum column column)
{
    struct cell c = query_cell(q, column);

    return c.kind == CELL_REAL ? c.real : c.kind == CELL_INTEGER ? (double)c.integer : 0;
}

/* Rows of one domain follow one another. */
static bool same_domain(const struct reading *r, struct slice name)
{
    return r->domain && slice_equal(slice_of(r->domain), name);
}

static void next_domain(struct reading *r, const struct query *q, struct slice name)
{
    struct exposures *x = r->x;

    if (x->domains == r->domain_room) {
        r->domain_room = r->domain_room ? 2 * r->domain_room : 256;
        x->followed = must_grow(x->followed, r->domain_room, sizeof *x->followed);
    }
    x->followed[x->domains++] = seconds(q, FOLLOWED);
    free(r->domain);
    r->domain = must_alloc(1, name.n + 1);
    if (name.n)
        memcpy(r->domain, name.p, name.n);
}

static void read_row(struct reading *r, const struct query *q)
{
    struct exposures *x = r->x;
    struct cell c = query_cell(q, DOMAIN);
    struct slice name = c.kind == CELL_TEXT ? c.text : (struct slice){0};

    if (!same_domain(r, name))
        next_domain(r, q, name);
    if (x->count == r->room) {
        r->room = r->room ? 2 * r->room : 256;
        x->list = must_grow(x->list, r->room, sizeof *x->list);
    }
    x->list[x->count++] = (struct exposing){
        .domain = (uint32_t)(x->domains - 1), .after = seconds(q, AFTER), .readable = 1};
}

int exposures_read(struct store *st, struct exposures *x_r, struct err *e)
{
    struct reading r = {.x = x_r};
    struct query *q = query_open(st, query_find("domain-reads")->sql, e);
    int rc = -1;

    *x_r = (struct exposures){0};
    while (q && (rc = query_next(q, e)) > 0) {
        if (x_r->count == BOUND_RELATIONS) {
            rc = err_set(e,
                         "more than %u sessions in which mail of a domain could be read: look at "
                         "a part of the time (--since, --until)",
                         (unsigned)BOUND_RELATIONS);
            break;
        }
        read_row(&r, q);
    }
    query_close(&q);
    free(r.domain);
    if (rc < 0)
        exposures_free(x_r);
    return rc;
}

void exposures_free(struct exposures *x)
{
    free(x->list);
    free(x->followed);
    *x = (struct exposures){0};
}
