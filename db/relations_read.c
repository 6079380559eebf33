/* relations_read.c - four questions put together; see relations_read.h. */
#include <mailtap/relations_read.h>

#include "intern.h"

#include <mailtap/bounds.h>
#include <mailtap/query.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So much that nothing is forgotten: what is interned is bounded before.  Taken as it is filled. */
#define INTERN_OCTETS SIZE_MAX

struct loading {
    struct store *st;
    struct relations *made;
    struct intern *texts; /* addresses and domains, numbered from 1; so are the following */
    struct intern *servers, *clients, *list, *pairs;
    size_t server_room, client_room, room, correspondence_room;
    size_t most; /* of each */
    uint64_t not_estimated;
    struct query *q; /* the one that is asked */
    struct err *e;
};

/* ---- a row */

/* The columns of a question, in the order that they are used in: 0, or -1. */
static int find_columns(struct loading *l, const char *question, const char *const *names,
                        unsigned *at)
{
    for (unsigned i = 0; names[i]; i++) {
        at[i] = query_column_at(l->q, names[i]);
        if (at[i] == query_columns(l->q))
            return err_set(l->e, "the question '%s' has no column '%s'", question, names[i]);
    }
    return 0;
}

static double count_at(const struct loading *l, unsigned column)
{
    struct cell c = query_cell(l->q, column);

    return c.kind == CELL_INTEGER && c.integer > 0 ? (double)c.integer : 0;
}

/* "did of_..." in two columns, the second behind `at`. */
static struct trials trials_at(const struct loading *l, const unsigned *at)
{
    struct trials t = {count_at(l, at[0]), count_at(l, at[1])};

    if (t.did > t.of) /* no question of ours says so */
        t.did = t.of;
    return t;
}

static uint16_t port_at(const struct loading *l, unsigned column)
{
    int64_t port = query_cell(l->q, column).integer;

    return port >= 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* An address that was made unreadable is none, and is still told from others. */
static struct ip_address address_at(const struct loading *l, unsigned column)
{
    struct cell c = query_cell(l->q, column);
    char text[ADDRESS_TEXT];
    struct ip_address a = {0};

    if (c.kind == CELL_TEXT &&
        snprintf(text, sizeof text, "%.*s", (int)c.text.n, (const char *)c.text.p) <
            (int)sizeof text &&
        !address_parse(text, &a))
        a = (struct ip_address){0};
    return a;
}

/* ---- numbers of things that are called by a text or by two numbers */

/* That of a key, or the next one, which is as many as there are then. */
static size_t number_of(struct intern *t, const void *key, size_t n)
{
    struct interned *found = intern_at(t, key, n);

    if (!found->id)
        found->id = (int64_t)intern_count(t);
    return (size_t)found->id;
}

static uint64_t text_at(const struct loading *l, unsigned column)
{
    struct cell c = query_cell(l->q, column);
    bool is_text = c.kind == CELL_TEXT;

    return number_of(l->texts, is_text ? c.text.p : (const uint8_t *)"", is_text ? c.text.n : 0);
}

static size_t number_of_two(struct intern *t, uint64_t a, uint64_t b)
{
    const uint64_t key[] = {a, b};

    return number_of(t, key, sizeof key);
}

/* Room for one more: 0, or -1 when there are too many. */
static int make_room(struct loading *l, void *list, size_t count, size_t *room, size_t size,
                     const char *what)
{
    void **p = list;

    if (count >= l->most)
        return err_set(l->e, "there are more than %zu %s in the database: look at a part of it",
                       l->most, what);
    if (count == *room) {
        *room = *room ? 2 * *room : 1024;
        *p = must_grow(*p, *room, size);
    }
    return 0;
}

/* Place of the server, or of the client, of this row; -1 when there are too many. */
static int64_t server_at(struct loading *l, unsigned ip, unsigned port)
{
    struct relations *r = l->made;
    size_t number = number_of_two(l->servers, text_at(l, ip), port_at(l, port));

    if (number <= r->server_count)
        return (int64_t)number - 1;
    if (make_room(l, &r->servers, r->server_count, &l->server_room, sizeof *r->servers, "servers") <
        0)
        return -1;
    r->servers[r->server_count++] = (struct relation_server){.address = address_at(l, ip),
                                                             .port = port_at(l, port)};
    return (int64_t)number - 1;
}

static int64_t client_at(struct loading *l, unsigned ip)
{
    struct relations *r = l->made;
    size_t number = number_of_two(l->clients, text_at(l, ip), 0);

    if (number <= r->client_count)
        return (int64_t)number - 1;
    if (make_room(l, &r->clients, r->client_count, &l->client_room, sizeof *r->clients, "clients") <
        0)
        return -1;
    r->clients[r->client_count++] = (struct relation_client){.address = address_at(l, ip)};
    return (int64_t)number - 1;
}

/* Place of the relation of this row: `at` has client_ip, server_ip and server_port. */
static int64_t relation_at(struct loading *l, const unsigned *at)
{
    struct relations *r = l->made;
    int64_t client = client_at(l, at[0]), server = server_at(l, at[1], at[2]);

    if (client < 0 || server < 0)
        return -1;
    size_t number = number_of_two(l->list, (uint64_t)server, (uint64_t)client);
    if (number <= r->count)
        return (int64_t)number - 1;
    if (make_room(l, &r->list, r->count, &l->room, sizeof *r->list, "pairs of client and server") <
        0)
        return -1;
    r->list[r->count++] = (struct relation){.client = (uint32_t)client, .server = (uint32_t)server};
    return (int64_t)number - 1;
}

/* ---- the questions, and what a row of each says */

static const char *const server_columns[] = {"server_ip",      "server_port",
                                             "offered",        "of_sessions_answered",
                                             "established",    "of_sessions_asked",
                                             "went_elsewhere", "of_sessions_kept_back",
                                             "incapable",      NULL};

static int take_server(struct loading *l, const unsigned *at)
{
    int64_t place = server_at(l, at[0], at[1]);

    if (place < 0)
        return -1;
    struct relation_server *s = &l->made->servers[place];
    s->offered = trials_at(l, at + 2);
    s->established = trials_at(l, at + 4);
    s->alternatives = trials_at(l, at + 6);
    s->incapable = count_at(l, at[8]) > 0;
    return 0;
}

static const char *const client_columns[] = {"client_ip",
                                             "used",
                                             "of_sessions_offered",
                                             "kept_back",
                                             "of_sessions_without_tls",
                                             "ended_without_mail",
                                             "of_sessions_with_tls",
                                             NULL};

static int take_client(struct loading *l, const unsigned *at)
{
    int64_t place = client_at(l, at[0]);

    if (place < 0)
        return -1;
    struct relation_client *c = &l->made->clients[place];
    c->used = trials_at(l, at + 1);
    c->insisted = trials_at(l, at + 3);
    c->control = trials_at(l, at + 5);
    return 0;
}

static const char *const relation_columns[] = {"client_ip",
                                               "server_ip",
                                               "server_port",
                                               "encrypted",
                                               "not_offered",
                                               "unused",
                                               "failed",
                                               "stripped",
                                               "untold",
                                               "credentials_not_offered",
                                               "credentials_unused",
                                               "credentials_failed",
                                               "credentials_stripped",
                                               "credentials_untold",
                                               "sessions_not_estimated",
                                               NULL};

static int take_relation(struct loading *l, const unsigned *at)
{
    int64_t place = relation_at(l, at);

    if (place < 0)
        return -1;
    struct relation *r = &l->made->list[place];
    for (unsigned i = 0; i < FATES; i++)
        r->messages[i] = (float)count_at(l, at[3 + i]);
    for (unsigned i = FATE_NOT_OFFERED; i < FATES; i++)
        r->credentials[i] = (float)count_at(l, at[8 + i]);
    l->not_estimated += (uint64_t)count_at(l, at[14]);
    return 0;
}

static const char *const domain_columns[] = {
    "client_ip",        "server_ip",    "server_port", "sender_domain",
    "recipient_domain", "transactions", NULL};

static int take_domains(struct loading *l, const unsigned *at)
{
    struct relations *r = l->made;
    int64_t place = relation_at(l, at);

    if (place < 0 ||
        make_room(l, &r->correspondences, r->correspondence_count, &l->correspondence_room,
                  sizeof *r->correspondences, "pairs of domains and where they were seen") < 0)
        return -1;
    size_t pair = number_of_two(l->pairs, text_at(l, at[3]), text_at(l, at[4]));
    r->correspondences[r->correspondence_count++] = (struct correspondence){
        (uint32_t)pair - 1, (uint32_t)place, (float)count_at(l, at[5])};
    return 0;
}

#define COLUMNS_MOST 16

static const struct asked {
    const char *question;
    const char *const *columns;
    int (*take)(struct loading *l, const unsigned *at);
} asked[] = {
    {"server-rates", server_columns, take_server},
    {"client-rates", client_columns, take_client},
    {"relations", relation_columns, take_relation},
    {"domain-relations", domain_columns, take_domains},
};

static int ask(struct loading *l, const struct asked *a)
{
    unsigned at[COLUMNS_MOST];
    int rc = -1;

    l->q = query_open(l->st, query_find(a->question)->sql, l->e);
    if (l->q && find_columns(l, a->question, a->columns, at) == 0)
        while ((rc = query_next(l->q, l->e)) > 0 && (rc = a->take(l, at)) == 0)
            ;
    query_close(&l->q);
    return rc;
}

/* ---- in their order */

static int by_place(const void *left, const void *right)
{
    const struct relation *a = left, *b = right;

    if (a->server != b->server)
        return a->server < b->server ? -1 : 1;
    return (a->client > b->client) - (a->client < b->client);
}

static int by_pair(const void *left, const void *right)
{
    const struct correspondence *a = left, *b = right;

    if (a->pair != b->pair)
        return a->pair < b->pair ? -1 : 1;
    return (a->relation > b->relation) - (a->relation < b->relation);
}

/* Relations are sorted, and correspondences find theirs again by what it was called. */
static void put_in_order(struct loading *l)
{
    struct relations *r = l->made;
    uint32_t *to = must_alloc(r->count + 1, sizeof *to);

    qsort(r->list, r->count, sizeof *r->list, by_place);
    for (size_t i = 0; i < r->count; i++)
        to[number_of_two(l->list, r->list[i].server, r->list[i].client) - 1] = (uint32_t)i;
    for (size_t i = 0; i < r->correspondence_count; i++)
        r->correspondences[i].relation = to[r->correspondences[i].relation];
    qsort(r->correspondences, r->correspondence_count, sizeof *r->correspondences, by_pair);
    r->pair_count = intern_count(l->pairs);
    free(to);
}

struct relations *relations_read_most(struct store *st, size_t most, uint64_t *not_estimated_r,
                                      struct err *e)
{
    struct loading l = {.st = st, .made = relations_new(0, 0, 0, 0), .most = most, .e = e};
    struct intern **const tables[] = {&l.texts, &l.servers, &l.clients, &l.list, &l.pairs};
    int rc = 0;

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        *tables[i] = intern_new(INTERN_OCTETS);
    for (size_t i = 0; i < sizeof asked / sizeof *asked && rc == 0; i++)
        rc = ask(&l, &asked[i]);
    if (rc == 0)
        put_in_order(&l);
    else
        relations_free(&l.made);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        intern_free(tables[i]);
    if (not_estimated_r)
        *not_estimated_r = l.not_estimated;
    return l.made;
}

struct relations *relations_read(struct store *st, uint64_t *not_estimated_r, struct err *e)
{
    return relations_read_most(st, BOUND_RELATIONS, not_estimated_r, e);
}
