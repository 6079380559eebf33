/*
 * fuzz_condition.c - conditions on figures: the first four octets are the figures, the rest is a
 * condition.
 *
 * What is refused says at which octet; what is read says why it is as it is, and stands to its
 * contrary and to itself as the logic asks.
 */
#include "../../report/document.h"

#include <mailtap/condition.h>

#include <mailtap/bounds.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIGURES 4u

static const struct figure *find(const void *of, const char *name)
{
    const struct figure *list = of;

    for (unsigned i = 0; i < FIGURES; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static const char *name_at(const void *of, unsigned i)
{
    const struct figure *list = of;

    return i < FIGURES ? list[i].name : NULL;
}

static void make_figures(struct figure list[FIGURES], const uint8_t octets[4])
{
    list[0] = (struct figure){.name = "a", .share = true, .count = octets[0], .of = octets[1]};
    list[1] = list[0];
    list[1].name = "b-1";
    list[1].intervalled = true;
    list[1].low = octets[2] / 255.0;
    list[1].high = octets[3] / 255.0;
    list[2] = (struct figure){.name = "n", .count = octets[2]};
    list[3] = (struct figure){.name = "low", .count = UINT64_MAX >> octets[3] % 64};
}

/* "condition, octet N: ..." */
static void check_error(const char *text, const struct err *e)
{
    const char begin[] = "condition, octet ";
    char *end;

    if (strncmp(e->text, begin, sizeof begin - 1) != 0)
        abort();
    unsigned long octet = strtoul(e->text + sizeof begin - 1, &end, 10);
    if (octet < 1 || octet > strlen(text) + 1 || *end != ':')
        abort();
    for (const char *c = e->text; *c; c++)
        if ((uint8_t)*c < ' ' || (uint8_t)*c == 0x7f)
            abort();
}

/* The answer to `before`, the text, `middle`, the text again when there is a middle, and `after`;
 * `otherwise` where that is too long or too deep. */
static tri met(const char *before, const char *text, const char *middle, const char *after,
               const struct figures *f, tri otherwise)
{
    char all[2 * BOUND_CONDITION_OCTETS + 32];
    struct condition *c;
    struct err e = {""};

    snprintf(all, sizeof all, "%s%s%s%s%s", before, text, middle, *middle ? text : "", after);
    if (condition_parse(all, &c, &e) < 0) {
        if (!strstr(e.text, "nested more") && !strstr(e.text, "longer than"))
            abort();
        return otherwise;
    }
    tri answer = condition_met(c, f);
    condition_free(&c);
    return answer;
}

static void check_logic(const char *text, const struct figures *f, tri answer)
{
    tri contrary = answer == UNKNOWN ? UNKNOWN : answer == YES ? NO : YES;

    if (met("(", text, "", ")", f, answer) != answer ||
        met("not (", text, "", ")", f, contrary) != contrary ||
        met("(", text, ") and (", ")", f, answer) != answer ||
        met("", text, " or ", "", f, answer) != answer ||
        met("(", text, ") and not (", ")", f, answer == UNKNOWN ? UNKNOWN : NO) !=
            (answer == UNKNOWN ? UNKNOWN : NO))
        abort();
}

static void check_why(const struct condition *c, const struct figures *f)
{
    char *why = NULL;
    size_t n;
    FILE *out = open_memstream(&why, &n);

    if (!out)
        abort();
    condition_why(out, c, f);
    fclose(out);
    if (n == 0 || !strstr(why, " is ") || strlen(why) != n)
        abort();
    free(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct figure list[FIGURES];
    const struct figures figures = {list, find, name_at};
    struct condition *c;
    struct err e = {""};

    if (size < 4)
        return 0;
    char *text = malloc(size - 4 + 1);
    if (!text)
        abort();
    memcpy(text, data + 4, size - 4);
    text[size - 4] = '\0';
    make_figures(list, data);
    int rc = condition_parse(text, &c, &e);
    if ((rc == 0) != (c != NULL) || (rc == 0) != (e.text[0] == '\0'))
        abort();
    if (rc < 0) {
        check_error(text, &e);
    } else {
        if (condition_check(c, &figures, &e) < 0)
            check_error(text, &e);
        check_logic(text, &figures, condition_met(c, &figures));
        check_why(c, &figures);
    }
    condition_free(&c);
    free(text);
    return 0;
}
