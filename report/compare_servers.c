/* compare_servers.c - two databases against each other, server by server; see
 * compare_private.h. */
#include "compare_private.h"

#include "page.h"

#include <mailtap/query.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Servers of each fate that are shown; the others are counted. */
#define SHOWN 10u

/* Columns of an address and of a name that are kept. */
#define ADDRESS_COLUMNS 64u
#define NAME_COLUMNS 40u

/* A server that exposes mail in one database. */
struct exposed {
    const char *ip, *name;
    uint64_t port, messages, clear, decided, credentials;
    uint64_t elsewhere; /* sessions with it in the other database */
};

struct side {
    struct store *store;
    struct exposed *list; /* by address and port */
    unsigned count, room;
    bool more; /* than are compared */
};

enum fate { BEGAN, ENDED, MORE, LESS, STEADY, NEW, GONE, UNTOLD, FATES };

static const struct {
    const char *one, *many;   /* "2 servers began to expose mail, 1 no longer exposes any" */
    const char *name, *title; /* of its table; NULL: it has none */
} fates[FATES] = {
    [BEGAN] = {"began to expose mail", "began to expose mail", "began", "Began to expose mail:"},
    [ENDED] = {"no longer exposes any", "no longer expose any", "ended", "No longer expose mail:"},
    [MORE] = {"exposes more than before", "expose more than before", "more",
              "In the clear more often than before:"},
    [LESS] = {"exposes less", "expose less", "less", "In the clear less often than before:"},
    [STEADY] = {"shows no difference", "show no difference", NULL, NULL},
    [NEW] = {"that exposes mail was not seen before", "that expose mail were not seen before",
             "new", "Expose mail, and were not seen before:"},
    [GONE] = {"that exposed mail was not seen again", "that exposed mail were not seen again",
              "gone", "Exposed mail, and were not seen again:"},
    [UNTOLD] = {"may expose some in both", "may expose some in both", NULL, NULL},
};

struct pair {
    enum fate fate;
    const struct exposed *before, *after; /* NULL: it exposes none there */
};

/* ---- reading */

static struct cell cell_of(const struct query *q, const char *name)
{
    unsigned at = query_column_at(q, name);

    return at < query_columns(q) ? query_cell(q, at) : (struct cell){.kind = CELL_NULL};
}

static uint64_t count_of(const struct query *q, const char *name)
{
    struct cell c = cell_of(q, name);

    return c.kind == CELL_INTEGER && c.integer > 0 ? (uint64_t)c.integer : 0;
}

static struct slice text_of(const struct query *q, const char *name)
{
    struct cell c = cell_of(q, name);

    return c.kind == CELL_TEXT ? c.text : (struct slice){NULL, 0};
}

static int by_address(const void *a, const void *b)
{
    const struct exposed *x = a, *y = b;
    int order = strcmp(x->ip, y->ip);

    return order ? order : (x->port > y->port) - (x->port < y->port);
}

static void add_exposed(struct document *d, struct side *side, const struct query *q)
{
    if (side->count == COMPARED_SERVERS) {
        side->more = true;
        return;
    }
    if (side->count == side->room) {
        side->room = side->room ? 2 * side->room : 64;
        side->list = must_grow(side->list, side->room, sizeof *side->list);
    }
    side->list[side->count++] = (struct exposed){
        .ip = document_text(d, text_of(q, "server_ip"), ADDRESS_COLUMNS),
        .name = document_text(d, text_of(q, "one_name"), NAME_COLUMNS),
        .port = count_of(q, "server_port"),
        .messages = count_of(q, "messages_readable"),
        .clear = count_of(q, "sessions_in_the_clear"),
        .decided = count_of(q, "of_sessions_decided"),
        .credentials = count_of(q, "credentials_exposed"),
    };
}

static int read_side(struct document *d, struct side *side, struct err *e)
{
    struct query *q = query_open(side->store, query_find("worst-servers")->sql, e);
    char rows[16];
    int rc = -1;

    snprintf(rows, sizeof rows, "%u", COMPARED_SERVERS + 1);
    if (q && query_set(q, "rows", rows, e) == 0)
        while ((rc = query_next(q, e)) > 0)
            add_exposed(d, side, q);
    query_close(&q);
    if (side->count)
        qsort(side->list, side->count, sizeof *side->list, by_address);
    return rc;
}

/* A server that exposes no mail was there nevertheless, or it was not: how often is it met? */
static int look_for(struct side *side, struct store *other, struct err *e)
{
    struct query *q = query_open(other, query_find("servers")->sql, e);
    int rc = -1;

    while (q && (rc = query_next(q, e)) > 0) {
        unsigned width;
        char *ip = shown_text(text_of(q, "server_ip"), ADDRESS_COLUMNS, &width);
        struct exposed one = {.ip = ip, .port = count_of(q, "server_port")}, *found = NULL;
        if (side->count)
            found = bsearch(&one, side->list, side->count, sizeof *side->list, by_address);
        if (found)
            found->elsewhere = count_of(q, "sessions");
        free(ip);
    }
    query_close(&q);
    return rc;
}

/* ---- what became of them */

static bool enough(const struct exposed *x)
{
    return x->decided >= SHARE_MINIMUM;
}

/* Of one that was met on the other side, too, nothing is said where that side has more servers. */
static enum fate fate_of(const struct side *old, const struct exposed *before,
                         const struct side *new, const struct exposed *after)
{
    if (!before)
        return after->elsewhere == 0 ? NEW : old->more ? UNTOLD : BEGAN;
    if (!after)
        return before->elsewhere == 0 ? GONE : new->more ? UNTOLD : ENDED;
    if (!enough(before) || !enough(after))
        return STEADY;
    struct interval i = newcombe(after->clear, after->decided, before->clear, before->decided);
    return i.low > 0 ? MORE : i.high < 0 ? LESS : STEADY;
}

/* Both lists are in order, so each server of them is looked at once. */
static unsigned join(struct pair *pairs, const struct side *before, const struct side *after)
{
    unsigned i = 0, k = 0, count = 0;

    while (i < before->count || k < after->count) {
        const struct exposed *a = i < before->count ? &before->list[i] : NULL;
        const struct exposed *b = k < after->count ? &after->list[k] : NULL;
        int order = !a ? 1 : !b ? -1 : by_address(a, b);
        i += order <= 0;
        k += order >= 0;
        a = order <= 0 ? a : NULL;
        b = order >= 0 ? b : NULL;
        pairs[count++] = (struct pair){fate_of(before, a, after, b), a, b};
    }
    return count;
}

/* The one that tells most: as it is now, or as it was. */
static const struct exposed *latest(const struct pair *p)
{
    return p->after ? p->after : p->before;
}

static int descending(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

/* By fate, and those first that matter most. */
static int by_fate(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    const struct exposed *x = latest(p), *y = latest(q);
    int order = (p->fate > q->fate) - (p->fate < q->fate);

    if (order == 0)
        order = descending(x->messages, y->messages);
    if (order == 0)
        order = descending(x->clear, y->clear);
    return order ? order : by_address(x, y);
}

/* ---- in words */

enum {
    IP,
    PORT,
    NAME,
    BEFORE_MESSAGES,
    BEFORE_CLEAR,
    BEFORE_DECIDED,
    AFTER_MESSAGES,
    AFTER_CLEAR,
    AFTER_DECIDED,
    ELSEWHERE,
    COLUMNS
};

static const struct table_column columns[COLUMNS] = {
    [IP] = {"server_ip", "server", false},
    [PORT] = {"server_port", "port", true},
    [NAME] = {"one_name", "name", false},
    [BEFORE_MESSAGES] = {"messages_before", "messages before", true},
    [BEFORE_CLEAR] = {"sessions_in_the_clear_before", "in the clear", true},
    [BEFORE_DECIDED] = {"of_sessions_decided_before", "of sessions", true},
    [AFTER_MESSAGES] = {"messages_after", "messages after", true},
    [AFTER_CLEAR] = {"sessions_in_the_clear_after", "in the clear", true},
    [AFTER_DECIDED] = {"of_sessions_decided_after", "of sessions", true},
    [ELSEWHERE] = {"sessions_without_exposure", "sessions without exposure", true},
};

static const char *server_words(struct document *d, const struct exposed *x)
{
    return document_words(d, "%s port %" PRIu64 "%s%s%s", x->ip, x->port, *x->name ? " (" : "",
                          x->name, *x->name ? ")" : "");
}

static const char *clear_words(struct document *d, const struct exposed *x)
{
    char share[SHARE_TEXT];

    return document_words(d, "%s in the clear",
                          share_text(share, x->clear, x->decided, "sessions"));
}

static const char *exposed_words(struct document *d, const struct exposed *x)
{
    char messages[COUNTED_TEXT], sessions[COUNTED_TEXT];

    counted(messages, x->messages, "message", "messages");
    counted(sessions, x->credentials, "session", "sessions");
    return document_words(d, "%s, %s%s%s", messages, clear_words(d, x),
                          x->credentials ? ", credentials readable in " : "",
                          x->credentials ? sessions : "");
}

static const char *sentence(struct document *d, const struct pair *p)
{
    const struct exposed *one = latest(p);
    const char *server = server_words(d, one);
    char sessions[COUNTED_TEXT];

    if (p->before && p->after)
        return document_words(d, "%s: before %s, after %s", server, clear_words(d, p->before),
                              clear_words(d, p->after));
    if (one->elsewhere == 0)
        return document_words(d, "%s: %s", server, exposed_words(d, one));
    return document_words(d, "%s: %s; %s, %s and nothing to be read", server, exposed_words(d, one),
                          p->after ? "before" : "after",
                          counted(sessions, one->elsewhere, "session", "sessions"));
}

static void add_side(struct table_cell *cells, const struct exposed *x)
{
    const char *none = x ? NULL : "";

    cells[0] = (struct table_cell){none, x ? x->messages : 0};
    cells[1] = (struct table_cell){none, x ? x->clear : 0};
    cells[2] = (struct table_cell){none, x ? x->decided : 0};
}

static void add_pair(struct document *d, struct block *table, const struct pair *p)
{
    const struct exposed *one = latest(p);
    struct table_row *row = add_row(d, table);

    row->cells[IP].text = one->ip;
    row->cells[PORT].number = one->port;
    row->cells[NAME].text = one->name;
    add_side(row->cells + BEFORE_MESSAGES, p->before);
    add_side(row->cells + AFTER_MESSAGES, p->after);
    row->cells[ELSEWHERE] = (struct table_cell){p->before && p->after ? "" : NULL, one->elsewhere};
    row->sentence = sentence(d, p);
}

/* "2 servers began to expose mail, 1 no longer exposes any, 3 show no difference." */
static void say_fates(struct document *d, const unsigned count[FATES])
{
    char *text = NULL, number[NUMBER_TEXT];
    size_t n;
    FILE *out = must_have(open_memstream(&text, &n));

    if (count[BEGAN] == 0)
        fprintf(out, "No server %s", fates[BEGAN].one);
    for (enum fate f = BEGAN; f < FATES; f++) {
        const char *before = f > BEGAN ? ", " : "";
        const char *noun = f > BEGAN ? "" : count[f] == 1 ? " server" : " servers";
        if (count[f])
            fprintf(out, "%s%s%s %s", before, number_text(number, count[f]), noun,
                    count[f] == 1 ? fates[f].one : fates[f].many);
    }
    fclose(out);
    say_lead(d, "%s.", text);
    free(text);
}

static void say_pairs(struct document *d, struct pair *pairs, unsigned all)
{
    unsigned count[FATES] = {0}, first = 0;

    for (unsigned i = 0; i < all; i++)
        count[pairs[i].fate]++;
    if (all)
        say_fates(d, count);
    else
        say_lead(d, "No server exposes mail in either database.");
    for (enum fate f = BEGAN; f < FATES; first += count[f++]) {
        if (!fates[f].name)
            continue;
        struct block *table = add_table(d, fates[f].name, fates[f].title, columns, COLUMNS);
        for (unsigned i = 0; i < count[f] && i < SHOWN; i++)
            add_pair(d, table, &pairs[first + i]);
        table->rows_left_out = count[f] > SHOWN ? count[f] - SHOWN : 0;
    }
}

static void compare_sides(struct document *d, const struct side *before, const struct side *after)
{
    unsigned most = before->count + after->count;
    struct pair *pairs = must_alloc(most, sizeof *pairs);
    unsigned count = join(pairs, before, after);
    char number[NUMBER_TEXT];

    document_section(d, "servers", "Which servers expose mail, and which did before");
    if (count)
        qsort(pairs, count, sizeof *pairs, by_fate);
    say_pairs(d, pairs, count);
    if (before->more || after->more)
        say(d, "Of each database only the %s servers with the most messages readable are compared.",
            number_text(number, COMPARED_SERVERS));
    free(pairs);
}

int compare_servers(struct document *d, struct store *before, struct store *after, struct err *e)
{
    struct side a = {.store = before}, b = {.store = after};
    int rc = read_side(d, &a, e);

    if (rc == 0)
        rc = read_side(d, &b, e);
    if (rc == 0)
        rc = look_for(&a, after, e);
    if (rc == 0)
        rc = look_for(&b, before, e);
    if (rc == 0)
        compare_sides(d, &a, &b);
    free(a.list);
    free(b.list);
    return rc;
}
