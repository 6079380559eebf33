/* condition_private.h - a condition that was read: a tree of comparisons; see condition.h. */
#ifndef MAILTAP_CONDITION_PRIVATE_H
#define MAILTAP_CONDITION_PRIVATE_H

#include "document.h"

#include <mailtap/condition.h>

#include <mailtap/bounds.h>

enum operand { PLAIN, LOW, HIGH, COUNT, OF, OPERANDS };
extern const char *const operand_words[OPERANDS]; /* "" for PLAIN */

enum relation { AT_MOST, AT_LEAST, SAME, OTHER, LESS, MORE, RELATIONS };

struct number {
    uint64_t digits; /* the value times 10 to the `places` */
    unsigned places; /* 17 at most; with % there are two more */
    bool percent;
};

struct comparison {
    enum operand operand;
    char name[BOUND_FIGURE_NAME];
    enum relation relation;
    struct number number;
    size_t name_at, number_at; /* octets of the text, from 1 */
};

enum node_kind { COMPARISON, ALL, ANY, NOT };

/* A tree in an array; node 0 is none. */
struct node {
    enum node_kind kind;
    struct comparison comparison;
    unsigned first, next; /* child, sibling */
};

struct condition {
    struct node *nodes;
    unsigned count, room, root;
};

uint64_t number_power(unsigned of_ten);

/* The value against 1: below 0, 0 or above. */
int number_against_one(const struct number *n);

#endif
