/* condition.c - conditions on the figures of a report, read; see condition.h. */
#include "condition_private.h"

#include <mailtap/text.h>

#include <stdlib.h>

const char *const operand_words[OPERANDS] = {"", "low", "high", "count", "of"};

/* Those of two octets come first: "<" begins "<=". */
static const struct sign {
    const char *text;
    enum relation relation;
} signs[] = {{"<=", AT_MOST}, {">=", AT_LEAST}, {"==", SAME}, {"!=", OTHER},
             {"<", LESS},     {">", MORE},      {"=", SAME}};

void condition_free(struct condition **c)
{
    if (!*c)
        return;
    free((*c)->nodes);
    free(*c);
    *c = NULL;
}

/* ---- reading */

struct parser {
    struct cursor text;
    size_t size;
    unsigned depth;
    struct condition *made;
    struct err *e;
};

static unsigned add_node(struct parser *p, struct node node)
{
    struct condition *c = p->made;

    if (c->count == c->room) {
        c->room *= 2;
        c->nodes = must_grow(c->nodes, c->room, sizeof *c->nodes);
    }
    c->nodes[c->count] = node;
    return c->count++;
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_of_name(uint8_t octet)
{
    return is_digit(octet) || (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
           octet == '-';
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

static bool is_ink(uint8_t octet)
{
    return !is_blank(octet);
}

/* The octets here that are of this kind, without reading them. */
static struct slice here(const struct parser *p, bool (*kind)(uint8_t))
{
    struct slice rest = cursor_rest(&p->text);
    size_t n = 0;

    while (n < rest.n && kind(rest.p[n]))
        n++;
    return slice_head(rest, n);
}

/* Where the next octet that is no white space stands. */
static size_t position(struct parser *p)
{
    cursor_take(&p->text, here(p, is_blank).n);
    return p->size - cursor_left(&p->text) + 1;
}

/* "octet N: WHAT, not 'xyz'"; always 0, which is no node. */
static unsigned expected(struct parser *p, const char *what)
{
    size_t at = position(p);
    struct slice word = here(p, is_of_name);
    char shown[48];

    if (word.n == 0)
        word = here(p, is_ink);
    bool all = text_escape(shown, sizeof shown, word);
    if (word.n == 0)
        err_set(p->e, "condition, octet %zu: %s, but it ends here", at, what);
    else
        err_set(p->e, "condition, octet %zu: %s, not '%s%s'", at, what, shown, all ? "" : "...");
    return 0;
}

/* A word is followed by no octet that could belong to it. */
static bool take_word(struct parser *p, const char *word)
{
    position(p);
    struct slice found = here(p, is_of_name);

    if (!slice_equal(found, slice_of(word)))
        return false;
    cursor_take(&p->text, found.n);
    return true;
}

static bool take_sign(struct parser *p, const char *sign)
{
    struct slice want = slice_of(sign);

    position(p);
    if (!slice_equal(slice_head(cursor_rest(&p->text), want.n), want))
        return false;
    cursor_take(&p->text, want.n);
    return true;
}

/* "low(" and its like; `low` alone is a figure. */
static enum operand take_operand(struct parser *p)
{
    struct cursor before = p->text;

    for (enum operand o = LOW; o < OPERANDS; o++) {
        if (take_word(p, operand_words[o]) && take_sign(p, "("))
            return o;
        p->text = before;
    }
    return PLAIN;
}

static bool read_name(struct parser *p, struct comparison *c)
{
    c->name_at = position(p);
    struct slice name = here(p, is_of_name);

    if (name.n == 0 || slice_equal(name, slice_of("and")) || slice_equal(name, slice_of("or")) ||
        slice_equal(name, slice_of("not")))
        return expected(p, "the name of a figure is expected");
    if (!text_escape(c->name, sizeof c->name, name)) {
        err_set(p->e, "condition, octet %zu: a name of more than %u octets", c->name_at,
                BOUND_FIGURE_NAME - 1);
        return false;
    }
    cursor_take(&p->text, name.n);
    return true;
}

static bool read_relation(struct parser *p, struct comparison *c)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (take_sign(p, signs[i].text)) {
            c->relation = signs[i].relation;
            return true;
        }
    return expected(p, "one of < <= > >= = != is expected");
}

uint64_t number_power(unsigned of_ten)
{
    uint64_t value = 1;

    while (of_ten--)
        value *= 10;
    return value;
}

int number_against_one(const struct number *n)
{
    uint64_t one = number_power(n->places);

    return (n->digits > one) - (n->digits < one);
}

static bool read_number(struct parser *p, struct comparison *c)
{
    struct number *n = &c->number;
    struct slice whole, fraction = {NULL, 0};

    c->number_at = position(p);
    whole = cursor_take(&p->text, here(p, is_digit).n);
    if (whole.n == 0)
        return expected(p, "a number is expected");
    if (slice_equal(slice_head(cursor_rest(&p->text), 1), slice_of("."))) {
        cursor_take(&p->text, 1);
        fraction = cursor_take(&p->text, here(p, is_digit).n);
        if (fraction.n == 0)
            return expected(p, "digits are expected behind the point");
    }
    if (whole.n + fraction.n > BOUND_CONDITION_DIGITS) {
        err_set(p->e, "condition, octet %zu: a number of more than %u digits", c->number_at,
                BOUND_CONDITION_DIGITS);
        return false;
    }
    n->places = (unsigned)fraction.n;
    for (size_t i = 0; i < whole.n; i++)
        n->digits = n->digits * 10 + (uint64_t)(whole.p[i] - '0');
    for (size_t i = 0; i < fraction.n; i++)
        n->digits = n->digits * 10 + (uint64_t)(fraction.p[i] - '0');
    n->percent = take_sign(p, "%");
    n->places += n->percent ? 2 : 0;
    if (n->percent && number_against_one(n) > 0) {
        err_set(p->e, "condition, octet %zu: a share is 100 %% at most", c->number_at);
        return false;
    }
    return true;
}

static unsigned read_comparison(struct parser *p)
{
    struct node node = {.kind = COMPARISON};
    struct comparison *c = &node.comparison;

    c->operand = take_operand(p);
    if (!read_name(p, c))
        return 0;
    if (c->operand != PLAIN && !take_sign(p, ")"))
        return expected(p, "')' is expected");
    return read_relation(p, c) && read_number(p, c) ? add_node(p, node) : 0;
}

static unsigned read_expression(struct parser *p);

static unsigned read_factor(struct parser *p)
{
    bool negated = take_word(p, "not");
    unsigned child;

    if (!negated && !take_sign(p, "("))
        return read_comparison(p);
    if (p->depth == BOUND_CONDITION_DEPTH) {
        err_set(p->e, "condition, octet %zu: nested more than %u deep", position(p),
                BOUND_CONDITION_DEPTH);
        return 0;
    }
    p->depth++;
    child = negated ? read_factor(p) : read_expression(p);
    p->depth--;
    if (child == 0)
        return 0;
    if (negated)
        return add_node(p, (struct node){.kind = NOT, .first = child});
    return take_sign(p, ")") ? child : expected(p, "'and', 'or' or ')' is expected");
}

/* One, or several with a word between them. */
static unsigned read_list(struct parser *p, unsigned (*read)(struct parser *), const char *word,
                          enum node_kind kind)
{
    unsigned first = read(p), last = first;

    while (last && take_word(p, word)) {
        unsigned next = read(p);
        p->made->nodes[last].next = next;
        last = next;
    }
    if (last == 0 || last == first)
        return last;
    return add_node(p, (struct node){.kind = kind, .first = first});
}

static unsigned read_term(struct parser *p)
{
    return read_list(p, read_factor, "and", ALL);
}

static unsigned read_expression(struct parser *p)
{
    return read_list(p, read_term, "or", ANY);
}

int condition_parse(const char *text, struct condition **c_r, struct err *e)
{
    struct slice all = slice_of(text);
    struct condition *c;

    *c_r = NULL;
    if (all.n > BOUND_CONDITION_OCTETS)
        return err_set(e, "condition, octet %u: longer than %u octets", BOUND_CONDITION_OCTETS + 1,
                       BOUND_CONDITION_OCTETS);
    c = must_alloc(1, sizeof *c);
    c->room = 8;
    c->count = 1;
    c->nodes = must_alloc(c->room, sizeof *c->nodes);
    struct parser p = {.text = cursor_open_whole(all), .size = all.n, .made = c, .e = e};
    c->root = read_expression(&p);
    position(&p);
    if (c->root && cursor_more(&p.text))
        c->root = expected(&p, "'and' or 'or' is expected");
    if (c->root == 0) {
        condition_free(&c);
        return -1;
    }
    *c_r = c;
    return 0;
}
