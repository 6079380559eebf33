/*
 * question.c - the named questions, what their leading comment lines say, and what a value of a
 * parameter may look like; see query.h.
 */
#include "question_private.h"

#include <stdio.h>
#include <string.h>

static const struct question questions[] = {
#include "questions.inc"
};

const struct question *query_questions(unsigned *count_r)
{
    *count_r = sizeof questions / sizeof *questions;
    return questions;
}

const struct question *query_find(const char *name)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(questions[i].name, name) == 0)
            return &questions[i];
    return NULL;
}

/* ---- comment lines */

static const char *const kinds[] = {
    [PARAMETER_TEXT] = "TEXT",
    [PARAMETER_NUMBER] = "NUMBER",
    [PARAMETER_TIME] = "TIME",
};

const char *parameter_kind_name(enum parameter_kind kind)
{
    return kinds[kind];
}

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && s.p[i] != '_' && (s.p[i] < 'a' || s.p[i] > 'z'))
            return false;
    return s.n > 0;
}

static bool ends_in(struct slice s, const char *end)
{
    struct slice wanted = slice_of(end);

    return s.n >= wanted.n && slice_equal(slice_tail(s, s.n - wanted.n), wanted);
}

/* False when it did not all fit. */
static bool copy(char *to, size_t room, struct slice s)
{
    return (size_t)snprintf(to, room, "%.*s", (int)s.n, (const char *)s.p) < room;
}

static const char required[] = "; required";

/* ":NAME KIND  text": false where the line is not that. */
static bool read_parameter(struct slice line, struct question_parameter *p)
{
    if (!slice_equal(slice_head(line, 1), slice_of(":")))
        return false;
    line = slice_tail(line, 1);
    struct slice name = slice_until(&line, ' '), kind = slice_until(&line, ' ');
    struct slice text = slice_trim(line);

    if (!is_name(name) || !copy(p->name, sizeof p->name, name))
        return false;
    p->required = ends_in(text, required);
    if (p->required)
        text = slice_head(text, text.n - strlen(required));
    copy(p->text, sizeof p->text, slice_head(text, sizeof p->text));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_equal(kind, slice_of(kinds[i]))) {
            p->kind = (enum parameter_kind)i;
            return true;
        }
    return false;
}

static void add_note(struct question_header *h, struct slice line)
{
    size_t n = strlen(h->notes);

    if (n && n + 1 < sizeof h->notes)
        h->notes[n++] = ' ';
    copy(h->notes + n, sizeof h->notes - n, slice_head(line, sizeof h->notes));
}

void question_header(const char *sql, struct question_header *header_r)
{
    struct question_header *h = header_r;
    struct slice rest = slice_of(sql), line;
    bool title = true;

    *h = (struct question_header){0};
    while (line = slice_until(&rest, '\n'), slice_equal(slice_head(line, 2), slice_of("--"))) {
        struct question_parameter p = {0};
        line = slice_trim(slice_tail(line, 2));
        if (read_parameter(line, &p)) {
            if (h->count < QUESTION_PARAMETERS)
                h->parameters[h->count++] = p;
        } else if (!title) {
            add_note(h, line);
        }
        title = false;
    }
}

/* ---- values */

static bool within(struct slice s, size_t at, uint64_t least, uint64_t most)
{
    uint64_t value;

    return slice_decimal(slice_head(slice_tail(s, at), 2), most, &value) && value >= least;
}

bool parameter_time(struct slice *value)
{
    static const char form[] = "0000-00-00T00:00:00.000000";
    struct slice s = *value;

    if (s.n > 11 && ends_in(s, "Z"))
        s = slice_head(s, s.n - 1);
    /* Whole parts, or any digits of the second's fraction. */
    if (!s.p || (s.n != 10 && s.n != 16 && s.n != 19 && (s.n < 21 || s.n >= sizeof form)))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (form[i] == '0' ? !is_digit(s.p[i]) : s.p[i] != (uint8_t)form[i])
            return false;
    *value = s;
    return within(s, 5, 1, 12) && within(s, 8, 1, 31) && (s.n < 16 || within(s, 11, 0, 23)) &&
           (s.n < 16 || within(s, 14, 0, 59)) && (s.n < 19 || within(s, 17, 0, 60));
}

bool parameter_number(struct slice value, int64_t *number_r)
{
    bool negative = slice_equal(slice_head(value, 1), slice_of("-"));
    uint64_t digits;

    if (!slice_decimal(slice_tail(value, negative), INT64_MAX, &digits))
        return false;
    *number_r = negative ? -(int64_t)digits : (int64_t)digits;
    return true;
}
