/*
 * fold.c - see fold.h.
 *
 * Folded structures are a list of tokens.  One below COPY stands for zeros and octets behind them, which follow
 * it; any other for octets that stand in the list already.  The numbers in a token are its bits, or
 * follow it when these are all set.  END stands for zeros up to the end of the structure.
 *
 * To pack a structure without the pointers to what it owns, its parts are named twice: first they
 * are put aside, then, behind it, packed.
 *
 * Lists are kept in cells of one size, so that those that come and go leave no holes, whatever their
 * lengths.  Cells stand on shelves, and a shelf with nothing on it goes back to the system: what ends
 * makes room for what is stored of it.
 */
#include <mailtap/fold.h>

#include <mailtap/err.h>

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define COPY 0x80u
#define ZEROS_BITS 4
#define OCTETS_BITS 3
#define COPY_BITS 7
#define END 0u
#define HASHED 4u
#define COPY_LEAST HASHED /* octets that are worth a copy of what is near: that takes two */
#define COPY_LEAST_FAR 6u /* ... and of what is not: three, at most times */
#define NEAR 100u
#define PLACES 1024u
#define DEPTH 64u /* pointers put aside at once */

enum way { PUT_ASIDE, PACK, UNPACK };

#define CELL_OCTETS 44u
#define SHELF_CELLS 4096u
#define NONE UINT32_MAX

/* Cells are numbered from 1 on, through all shelves; 0: none. */
struct cell {
    uint32_t next; /* of the same list, or of those on its shelf that are free */
    uint8_t octets[CELL_OCTETS];
};

struct shelf {
    struct cell *cells; /* NULL: it was empty, and went back */
    uint32_t used, touched;
    uint32_t free_cell;    /* of those touched before; those behind were never used */
    uint32_t before, next; /* with room on it, or without cells (only next); NONE: none */
};

struct fold {
    enum way way;
    uint8_t *octets; /* words, and behind them the list under way */
    size_t words, n, room;
    uint32_t place[PLACES]; /* where four octets of this hash stand in it; 0: nowhere */
    uint32_t words_place[PLACES];
    void *aside[DEPTH];
    size_t put, taken;
    struct shelf *shelf;
    uint32_t shelves, shelf_room;
    uint32_t roomy, gone; /* the first with room on it, the first without cells */
    bool spare;           /* one that is empty is among those with room */
};

/* ---- packing */

static void make_room(struct fold *f, size_t more)
{
    if (f->n + more > f->room)
        f->octets = must_grow_wiped(f->octets, f->n, &f->room, f->n + more, 4096);
}

/* At most ten octets. */
static void put_number(struct fold *f, size_t value)
{
    for (; value >= 0x80; value >>= 7)
        f->octets[f->n++] = (uint8_t)(value | 0x80);
    f->octets[f->n++] = (uint8_t)value;
}

static unsigned in_bits(size_t value, unsigned bits)
{
    unsigned most = (1u << bits) - 1;

    return value < most ? (unsigned)value : most;
}

static void put_rest(struct fold *f, size_t value, unsigned bits)
{
    size_t most = (1u << bits) - 1;

    if (value >= most)
        put_number(f, value - most);
}

static unsigned hash_of(const uint8_t *p)
{
    uint32_t word;

    memcpy(&word, p, HASHED);
    return word * 2654435761u >> 22;
}

static void note_places(struct fold *f, size_t from)
{
    for (size_t at = from; at + HASHED <= f->n; at++)
        f->place[hash_of(f->octets + at)] = (uint32_t)at;
}

/* Zeros, and octets that are not zero for long. */
static void put_octets(struct fold *f, size_t zeros, const uint8_t *p, size_t n)
{
    make_room(f, 1 + 2 * 10 + n);
    f->octets[f->n++] = (uint8_t)(in_bits(zeros, ZEROS_BITS) << OCTETS_BITS |
                                  in_bits(n, OCTETS_BITS));
    put_rest(f, zeros, ZEROS_BITS);
    put_rest(f, n, OCTETS_BITS);
    size_t at = f->n;
    memcpy(f->octets + at, p, n);
    f->n += n;
    if (n >= COPY_LEAST)
        note_places(f, at);
}

static void put_copy(struct fold *f, size_t from, size_t n)
{
    size_t back = f->n - from;

    make_room(f, 1 + 2 * 10);
    f->octets[f->n++] = (uint8_t)(COPY | in_bits(n - COPY_LEAST, COPY_BITS));
    put_rest(f, n - COPY_LEAST, COPY_BITS);
    put_number(f, back);
}

/* How many of the n octets at p stand in the list; *from_r: where. */
static size_t find_copy(const struct fold *f, const uint8_t *p, size_t n, size_t *from_r)
{
    size_t from = n >= HASHED ? f->place[hash_of(p)] : 0, same = 0;
    size_t least = f->n - from < NEAR ? COPY_LEAST : COPY_LEAST_FAR;

    if (from == 0)
        return 0;
    while (same < n && from + same < f->n && f->octets[from + same] == p[same])
        same++;
    *from_r = from;
    return same >= least ? same : 0;
}

static size_t zeros_at(const uint8_t *p, size_t n)
{
    size_t i = 0;
    uint64_t word;

    for (; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, p + i, sizeof word);
        if (word)
            break;
    }
    while (i < n && p[i] == 0)
        i++;
    return i;
}

static void put(struct fold *f, const uint8_t *p, size_t n)
{
    while (n) {
        size_t zeros = zeros_at(p, n), end = zeros, from = 0, copied = 0;
        while (end < n && (copied = find_copy(f, p + end, n - end, &from)) == 0 &&
               (p[end] || (end + 1 < n && p[end + 1])))
            end++;
        if (zeros == n) {
            make_room(f, 1);
            f->octets[f->n++] = END;
            return;
        }
        if (end)
            put_octets(f, zeros, p + zeros, end - zeros);
        if (copied)
            put_copy(f, from, copied);
        p += end + copied;
        n -= end + copied;
    }
}

/* ---- unpacking: what was packed here, so it is believed */

static size_t get_number(struct fold *f)
{
    size_t value = 0;

    for (unsigned shift = 0;; shift += 7) {
        uint8_t octet = f->octets[f->n++];
        value |= (size_t)(octet & 0x7f) << shift;
        if (octet < 0x80)
            return value;
    }
}

static size_t get_rest(struct fold *f, unsigned value, unsigned bits)
{
    unsigned most = (1u << bits) - 1;

    value &= most;
    return value < most ? value : most + get_number(f);
}

/* Into octets that are zero. */
static void get(struct fold *f, uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;

    while (p < end) {
        size_t begin = f->n;
        uint8_t token = f->octets[f->n++];
        if (token == END)
            return;
        if (token & COPY) {
            size_t copied = COPY_LEAST + get_rest(f, token, COPY_BITS);
            memcpy(p, f->octets + begin - get_number(f), copied);
            p += copied;
        } else {
            p += get_rest(f, token >> OCTETS_BITS, ZEROS_BITS);
            size_t octets = get_rest(f, token, OCTETS_BITS);
            memcpy(p, f->octets + f->n, octets);
            p += octets;
            f->n += octets;
        }
    }
}

/* ---- parts */

static void pack_object(struct fold *f, void *object, size_t used, size_t size, fold_parts *parts)
{
    size_t put_before = f->put, taken = f->taken;

    make_room(f, 1);
    f->octets[f->n++] = object != NULL;
    if (!object)
        return;
    if (parts) {
        f->way = PUT_ASIDE;
        parts(f, object);
        f->way = PACK;
    }
    put(f, object, used);
    f->taken = put_before;
    if (parts)
        parts(f, object);
    f->put = put_before;
    f->taken = taken;
    explicit_bzero(object, size);
    free(object);
}

static void *unpack_object(struct fold *f, size_t used, size_t size, fold_parts *parts)
{
    if (!f->octets[f->n++])
        return NULL;
    void *object = must_alloc(1, size);
    get(f, object, used);
    if (parts)
        parts(f, object);
    return object;
}

static void fold_one(struct fold *f, void **p, size_t used, size_t size, fold_parts *parts)
{
    if (f->way == UNPACK) {
        *p = unpack_object(f, used, size, parts);
    } else if (f->way == PACK) {
        pack_object(f, f->aside[f->taken++], used, size, parts);
    } else {
        assert(f->put < DEPTH);
        f->aside[f->put++] = *p;
        *p = NULL;
    }
}

void fold_object(struct fold *f, void **object, size_t size, fold_parts *parts)
{
    fold_one(f, object, size, size, parts);
}

void fold_array(struct fold *f, void **array, size_t used, size_t room)
{
    fold_one(f, array, used, room, NULL);
}

/* ---- all that is kept */

struct fold *fold_new(struct slice words)
{
    struct fold *f = must_alloc(1, sizeof *f);

    make_room(f, words.n);
    if (words.n)
        memcpy(f->octets, words.p, words.n);
    f->words = f->n = words.n;
    f->roomy = f->gone = NONE;
    note_places(f, 0);
    memcpy(f->words_place, f->place, sizeof f->place);
    return f;
}

void fold_free(struct fold **f)
{
    if (!*f)
        return;
    for (uint32_t i = 0; i < (*f)->shelves; i++)
        if ((*f)->shelf[i].cells)
            munmap((*f)->shelf[i].cells, SHELF_CELLS * sizeof(struct cell));
    free((*f)->shelf);
    free((*f)->octets);
    free(*f);
    *f = NULL;
}

/* ---- cells */

static struct cell *cell_at(const struct fold *f, uint32_t number)
{
    return &f->shelf[(number - 1) / SHELF_CELLS].cells[(number - 1) % SHELF_CELLS];
}

static void roomy_add(struct fold *f, uint32_t i)
{
    f->shelf[i].before = NONE;
    f->shelf[i].next = f->roomy;
    if (f->roomy != NONE)
        f->shelf[f->roomy].before = i;
    f->roomy = i;
}

static void roomy_remove(struct fold *f, uint32_t i)
{
    const struct shelf *s = &f->shelf[i];

    *(s->before != NONE ? &f->shelf[s->before].next : &f->roomy) = s->next;
    if (s->next != NONE)
        f->shelf[s->next].before = s->before;
}

/* Not of malloc(), which keeps what it gave once and something else lies behind. */
static struct cell *map_cells(void)
{
    void *p = mmap(NULL, SHELF_CELLS * sizeof(struct cell), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return must_have(p == MAP_FAILED ? NULL : p);
}

static void put_up_shelf(struct fold *f)
{
    uint32_t i = f->gone;

    if (i != NONE) {
        f->gone = f->shelf[i].next;
    } else {
        if (f->shelves == f->shelf_room) {
            f->shelf_room = f->shelf_room ? 2 * f->shelf_room : 16;
            f->shelf = must_grow(f->shelf, f->shelf_room, sizeof *f->shelf);
        }
        i = f->shelves++;
    }
    f->shelf[i] = (struct shelf){.cells = map_cells()};
    f->spare = true;
    roomy_add(f, i);
}

static uint32_t cell_take(struct fold *f)
{
    if (f->roomy == NONE)
        put_up_shelf(f);
    uint32_t i = f->roomy, number;
    struct shelf *s = &f->shelf[i];
    if (s->free_cell) {
        number = s->free_cell;
        s->free_cell = cell_at(f, number)->next;
    } else {
        number = i * SHELF_CELLS + ++s->touched;
    }
    if (s->used++ == 0)
        f->spare = false;
    if (s->used == SHELF_CELLS)
        roomy_remove(f, i);
    return number;
}

/* One empty shelf may stay, so that a cell that comes and goes does not cost one each time. */
static void shelf_emptied(struct fold *f, uint32_t i)
{
    struct shelf *s = &f->shelf[i];

    if (!f->spare) {
        f->spare = true;
        return;
    }
    roomy_remove(f, i);
    munmap(s->cells, SHELF_CELLS * sizeof *s->cells);
    *s = (struct shelf){.next = f->gone};
    f->gone = i;
}

static void cell_give_back(struct fold *f, uint32_t number)
{
    uint32_t i = (number - 1) / SHELF_CELLS;
    struct shelf *s = &f->shelf[i];
    struct cell *c = cell_at(f, number);

    explicit_bzero(c->octets, CELL_OCTETS);
    c->next = s->free_cell;
    s->free_cell = number;
    if (s->used-- == SHELF_CELLS)
        roomy_add(f, i);
    if (s->used == 0)
        shelf_emptied(f, i);
}

/* The list under way to cells; the number of the first one. */
static uint32_t put_down(struct fold *f)
{
    uint32_t first = 0, number;

    for (size_t end = f->n; end > f->words; first = number) {
        size_t odd = (end - f->words) % CELL_OCTETS, octets = odd ? odd : CELL_OCTETS;
        number = cell_take(f);
        end -= octets;
        memcpy(cell_at(f, number)->octets, f->octets + end, octets);
        cell_at(f, number)->next = first;
    }
    explicit_bzero(f->octets + f->words, f->n - f->words);
    return first;
}

static void take_up(struct fold *f, uint32_t first)
{
    f->n = f->words;
    while (first) {
        const struct cell *c = cell_at(f, first);
        uint32_t next = c->next;
        make_room(f, CELL_OCTETS);
        memcpy(f->octets + f->n, c->octets, CELL_OCTETS);
        f->n += CELL_OCTETS;
        cell_give_back(f, first);
        first = next;
    }
}

uint32_t fold_pack(struct fold *f, fold_parts *parts, void *of)
{
    f->put = f->taken = 0;
    f->n = f->words;
    memcpy(f->place, f->words_place, sizeof f->place);
    f->way = PUT_ASIDE;
    parts(f, of);
    f->way = PACK;
    parts(f, of);
    return put_down(f);
}

void fold_unpack(struct fold *f, uint32_t folded, fold_parts *parts, void *of)
{
    take_up(f, folded);
    size_t end = f->n;
    f->n = f->words;
    f->way = UNPACK;
    parts(f, of);
    explicit_bzero(f->octets + f->words, end - f->words);
}
