/* test_fold.c - structures packed and back: the same octets, the same pointers, and little room. */
#include "test.h"

#include <mailtap/fold.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct inner {
    char text[300];
    uint64_t numbers[40];
};

struct outer {
    uint8_t octets[5000];
    struct inner *inner, *none;
    uint8_t *array;
    size_t used, room;
    const char *borrowed;
};

struct owner {
    struct outer *outer;
    struct inner *beside;
};

static void outer_parts(struct fold *f, void *of)
{
    struct outer *o = of;

    fold_object(f, (void **)&o->inner, sizeof *o->inner, NULL);
    fold_object(f, (void **)&o->none, sizeof *o->none, NULL);
    fold_array(f, (void **)&o->array, o->used, o->room);
}

static void owner_parts(struct fold *f, void *of)
{
    struct owner *o = of;

    fold_object(f, (void **)&o->outer, sizeof *o->outer, outer_parts);
    fold_object(f, (void **)&o->beside, sizeof *o->beside, NULL);
}

static uint32_t random_number = 1;

static uint32_t below(uint32_t n)
{
    random_number = random_number * 1103515245 + 12345;
    return (random_number >> 8) % n;
}

/* Zeros, numbers, words that come again, octets of no kind. */
static void fill(uint8_t *p, size_t n)
{
    static const char *const words[] = {"220 mx.example ESMTP\r\n", "mx.example", "EHLO c\r\n"};

    for (size_t at = 0; at < n;) {
        size_t room = n - at, length = below(200), kind = below(4);
        length = length < room ? length : room;
        const char *word = words[below(3)];
        if (kind == 1)
            p[at] = (uint8_t)below(256);
        for (size_t i = 0; kind == 2 && i < length && word[i]; i++)
            p[at + i] = (uint8_t)word[i];
        for (size_t i = 0; kind == 3 && i < length; i++)
            p[at + i] = (uint8_t)below(256);
        at += length + 1;
    }
}

static struct owner made(unsigned kind)
{
    struct owner o = {calloc(1, sizeof *o.outer), kind % 3 ? calloc(1, sizeof *o.beside) : NULL};

    assert_non_null(o.outer);
    fill(o.outer->octets, kind ? below(5001) : 0);
    o.outer->borrowed = "stays where it is";
    if (kind % 2) {
        o.outer->inner = calloc(1, sizeof *o.outer->inner);
        fill((uint8_t *)o.outer->inner, sizeof *o.outer->inner);
    }
    if (o.beside)
        fill((uint8_t *)o.beside, sizeof *o.beside);
    if (kind % 5) {
        o.outer->room = 1 + below(70000);
        o.outer->used = below((uint32_t)o.outer->room + 1);
        o.outer->array = calloc(1, o.outer->room);
        fill(o.outer->array, o.outer->used);
    }
    return o;
}

static void assert_same(const struct owner *a, const struct owner *b)
{
    assert_memory_equal(a->outer->octets, b->outer->octets, sizeof a->outer->octets);
    assert_ptr_equal(a->outer->borrowed, b->outer->borrowed);
    assert_null(b->outer->none);
    assert_int_equal(a->outer->inner != NULL, b->outer->inner != NULL);
    if (a->outer->inner)
        assert_memory_equal(a->outer->inner, b->outer->inner, sizeof *a->outer->inner);
    assert_int_equal(a->beside != NULL, b->beside != NULL);
    if (a->beside)
        assert_memory_equal(a->beside, b->beside, sizeof *a->beside);
    assert_int_equal(a->outer->used, b->outer->used);
    assert_int_equal(a->outer->room, b->outer->room);
    assert_int_equal(a->outer->array != NULL, b->outer->array != NULL);
    if (a->outer->used)
        assert_memory_equal(a->outer->array, b->outer->array, a->outer->used);
}

static void release(struct owner *o)
{
    free(o->outer->inner);
    free(o->outer->array);
    free(o->outer);
    free(o->beside);
}

/* Many are folded at once, and come back in an order of their own. */
static void what_is_packed_comes_back(void **state)
{
    struct fold *f = fold_new(slice_of("250-mx.example 220 "));
    struct owner o[60], twin[60];
    uint32_t folded[60], seed;
    (void)state;

    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 60; i++) {
            seed = random_number;
            twin[i] = made(i + round);
            random_number = seed;
            o[i] = made(i + round);
            folded[i] = fold_pack(f, owner_parts, &o[i]);
            assert_true(folded[i] > 0);
            assert_null(o[i].outer);
            assert_null(o[i].beside);
        }
        for (unsigned i = 0; i < 60; i++) {
            unsigned k = (i * 7 + round) % 60;
            fold_unpack(f, folded[k], owner_parts, &o[k]);
            assert_same(&twin[k], &o[k]);
            release(&twin[k]);
            release(&o[k]);
        }
    }
    fold_free(&f);
    assert_null(f);
    fold_free(&f);
}

/* The room of what is back is used again. */
static void what_is_back_takes_no_room(void **state)
{
    struct fold *f = fold_new(slice_of("250-mx.example 220 "));
    struct owner o = made(7);
    uint32_t most = 0;
    (void)state;

    for (unsigned i = 0; i < 1000; i++) {
        uint32_t folded = fold_pack(f, owner_parts, &o);
        most = i == 0 ? folded : most;
        assert_true(folded <= most);
        fold_unpack(f, folded, owner_parts, &o);
    }
    release(&o);
    fold_free(&f);
}

/* 5,900 octets of which few say something: one cell, so the numbers of cells follow each other. */
static void little_takes_little(void **state)
{
    struct fold *f = fold_new(slice_of("250-mx.example 220 "));
    (void)state;
    struct owner o[100];

    for (uint32_t i = 0; i < 100; i++) {
        o[i] = made(0);
        o[i].outer->octets[i * 40] = 7;
        assert_int_equal(fold_pack(f, owner_parts, &o[i]), i + 1);
    }
    for (uint32_t i = 0; i < 100; i++) {
        fold_unpack(f, i + 1, owner_parts, &o[i]);
        assert_int_equal(o[i].outer->octets[i * 40], 7);
        release(&o[i]);
    }
    fold_free(&f);
}

static size_t mapped_pages(void)
{
    size_t pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");

    assert_non_null(statm);
    assert_int_equal(fscanf(statm, "%zu", &pages), 1);
    fclose(statm);
    return pages;
}

/* What was packed goes in another order than it came; while some is left, the rest of the room is not. */
static void room_that_is_empty_goes_back(void **state)
{
    enum { COUNT = 40000, STEP = 7919 }; /* no common divisor */
    struct fold *f = fold_new(slice_of(""));
    uint32_t *folded = calloc(COUNT, sizeof *folded);
    struct owner o;
    (void)state;

    for (int round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            o = (struct owner){NULL, calloc(1, sizeof *o.beside)};
            assert_non_null(o.beside);
            o.beside->numbers[0] = i + 1;
            folded[i] = fold_pack(f, owner_parts, &o);
        }
        size_t full = mapped_pages();
        for (uint32_t i = 0, at = 0; i < COUNT - 1; i++, at = (at + STEP) % COUNT) {
            fold_unpack(f, folded[at], owner_parts, &o);
            assert_int_equal(o.beside->numbers[0], at + 1);
            free(o.beside);
        }
        assert_true(mapped_pages() + 300 < full); /* 40,000 cells are 468 pages */
        fold_unpack(f, folded[COUNT - STEP], owner_parts, &o);
        assert_int_equal(o.beside->numbers[0], COUNT - STEP + 1);
        free(o.beside);
    }
    free(folded);
    fold_free(&f);
}

static void there_may_be_nothing_to_pack(void **state)
{
    struct fold *f = fold_new(slice_of("250-mx.example 220 "));
    struct owner o = {NULL, NULL};
    (void)state;

    uint32_t folded = fold_pack(f, owner_parts, &o);
    fold_unpack(f, folded, owner_parts, &o);
    assert_null(o.outer);
    assert_null(o.beside);
    fold_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_comes_back),
        cmocka_unit_test(what_is_back_takes_no_room),
        cmocka_unit_test(little_takes_little),
        cmocka_unit_test(room_that_is_empty_goes_back),
        cmocka_unit_test(there_may_be_nothing_to_pack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
