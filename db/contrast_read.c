/* contrast_read.c - see contrast_read.h. */
#include "contrast_read.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* ---- clients by number */

static uint32_t slot_of(const struct items *in, int64_t client)
{
    uint32_t hash = (uint32_t)((uint64_t)client * UINT64_C(0x9e3779b97f4a7c15) >> 32);

    for (uint32_t at = hash;; at++) {
        uint32_t slot = at & (in->slot_count - 1);
        if (!in->slots[slot] || in->clients[in->slots[slot] - 1] == client)
            return slot;
    }
}

static void grow_slots(struct items *in)
{
    in->slot_count = in->slot_count ? in->slot_count * 2 : 64;
    free(in->slots);
    in->slots = must_alloc(in->slot_count, sizeof *in->slots);
    for (uint32_t i = 0; i < in->client_count; i++)
        in->slots[slot_of(in, in->clients[i])] = i + 1;
}

static uint32_t number_of(struct items *in, int64_t client)
{
    if (in->client_count * 2 >= in->slot_count)
        grow_slots(in);
    uint32_t slot = slot_of(in, client);
    if (in->slots[slot])
        return in->slots[slot] - 1;
    if (in->client_count == in->client_room) {
        in->client_room = in->client_room ? in->client_room * 2 : 64;
        in->clients = must_grow(in->clients, in->client_room, sizeof *in->clients);
    }
    in->clients[in->client_count] = client;
    in->slots[slot] = ++in->client_count;
    return in->client_count - 1;
}

static void forget(struct items *in)
{
    in->count = in->client_count = 0;
    if (in->slots)
        memset(in->slots, 0, in->slot_count * sizeof *in->slots);
}

/* ---- reading */

static void add_item(struct items *in, sqlite3_stmt *s)
{
    if (in->count == in->room) {
        in->room = in->room ? in->room * 2 : 256;
        in->list = must_grow(in->list, in->room, sizeof *in->list);
    }
    in->list[in->count++] = (struct seen){
        .session = {.at_ns = sqlite3_column_int64(s, 1), .offered = sqlite3_column_int(s, 3) != 0},
        .number = sqlite3_column_int64(s, 0),
        .client = sqlite3_column_int64(s, 2),
        .keyword_mark = sqlite3_column_int64(s, 4),
        .name_mark = sqlite3_column_int64(s, 5),
    };
}

/* ---- in an order that does not depend on how they came into the database */

static int by_time(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;

    if (x->keyword_mark != y->keyword_mark)
        return x->keyword_mark < y->keyword_mark ? -1 : 1;
    return x->session.at_ns < y->session.at_ns ? -1 : x->session.at_ns > y->session.at_ns;
}

/* Sessions of the same nanosecond. */
struct tied {
    struct seen seen;
    char ip[ADDRESS_TEXT];
    int port;
};

static int by_peer(const void *a, const void *b)
{
    const struct tied *x = a, *y = b;
    int order = strcmp(x->ip, y->ip);

    if (order == 0)
        order = x->port - y->port;
    if (order == 0)
        order = x->seen.session.offered - y->seen.session.offered;
    if (order == 0 && x->seen.name_mark != y->seen.name_mark)
        order = x->seen.name_mark < y->seen.name_mark ? -1 : 1;
    return order;
}

static int read_peer(struct store *st, struct tied *t, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_COMPARED_PEER, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, t->seen.number);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        column_text(s, 0, t->ip, sizeof t->ip);
        t->port = sqlite3_column_int(s, 1);
    } else {
        store_fail(st, e);
    }
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 0 : -1;
}

static int order_tied(struct store *st, struct seen *list, size_t n, struct err *e)
{
    struct tied *tied = must_alloc(n, sizeof *tied);
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        tied[i].seen = list[i];
        rc = read_peer(st, &tied[i], e);
    }
    qsort(tied, n, sizeof *tied, by_peer);
    for (size_t i = 0; i < n; i++)
        list[i] = tied[i].seen;
    free(tied);
    return rc;
}

static int put_in_order(struct store *st, struct items *in, struct err *e)
{
    int rc = 0;

    if (in->count)
        qsort(in->list, in->count, sizeof *in->list, by_time);
    for (size_t from = 0, to; from < in->count && rc == 0; from = to) {
        for (to = from + 1; to < in->count && by_time(&in->list[from], &in->list[to]) == 0;)
            to++;
        if (to - from > 1)
            rc = order_tied(st, in->list + from, to - from, e);
    }
    for (size_t i = 0; i < in->count; i++)
        in->list[i].session.client = number_of(in, in->list[i].client);
    return rc;
}

int contrast_read(struct store *st, int64_t server, struct items *in, struct err *e)
{
    sqlite3_stmt *s = store_statement(
        st, st->overlapping ? ST_COMPARED_OVERLAPPING : ST_COMPARED_SESSIONS, e);
    int rc;

    if (!s)
        return -1;
    forget(in);
    sqlite3_bind_int64(s, 1, server);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        add_item(in, s);
    if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? put_in_order(st, in, e) : -1;
}

void contrast_read_free(struct items *in)
{
    free(in->list);
    free(in->clients);
    free(in->slots);
    memset(in, 0, sizeof *in);
}
