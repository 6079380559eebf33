/* config.c - see config.h. */
#include "config.h"

#include <mailtap/bounds.h>
#include <mailtap/text.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Octets of a file's own text in a message. */
#define SHOWN 48u

/* A file being read. */
struct reader {
    struct config *config;
    const struct option_table *table;
    const char *path;
    unsigned line;
    unsigned *set; /* by row: the line that set it, or 0 */
    struct err *e;
};

/* ---- what is wrong, and where */

__attribute__((format(printf, 2, 3))) static int wrong(const struct reader *r, const char *format,
                                                       ...)
{
    char text[300];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(r->e, "%.160s, line %u: %s", r->path, r->line, text);
}

/* Edits that make one name of the other; names longer than any of ours are far from all. */
#define NAME_MOST 40u

static unsigned distance(const char *a, const char *b)
{
    unsigned row[NAME_MOST + 1], n = (unsigned)strlen(b);

    if (n > NAME_MOST || strlen(a) > NAME_MOST)
        return NAME_MOST;
    for (unsigned k = 0; k <= n; k++)
        row[k] = k;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned k = 1; k <= n; k++) {
            unsigned least = corner + (a[i - 1] != b[k - 1]);
            corner = row[k];
            least = row[k] + 1 < least ? row[k] + 1 : least;
            row[k] = row[k - 1] + 1 < least ? row[k - 1] + 1 : least;
        }
    }
    return row[n];
}

/* A name that was perhaps meant: two letters away at most, or one that begins so. */
static const char *closest(const struct option_table *table, const char *name)
{
    const char *found = NULL;
    unsigned least = 3;

    for (unsigned i = 0; i < table->count; i++) {
        unsigned d = distance(name, table->rows[i].name);
        bool begins = strlen(name) > 2 && strncmp(table->rows[i].name, name, strlen(name)) == 0;
        d = begins && d > 2 ? 2 : d;
        if (d < least && d < strlen(name)) {
            found = table->rows[i].name;
            least = d;
        }
    }
    return found;
}

static int unknown(const struct reader *r, const char *name)
{
    const char *meant = closest(r->table, name + strspn(name, "-"));

    if (*name == '\0')
        return wrong(r, "no name of an option stands before '='");
    if (meant)
        return wrong(r, "there is no option '%s'; is '%s' meant?", name, meant);
    return wrong(r, "there is no option '%s'; see mailtap %s --help", name, r->table->command);
}

/* ---- a line */

static bool is_refused(const char *name)
{
    return strcmp(name, "config") == 0 || strcmp(name, "help") == 0 || strcmp(name, "read") == 0;
}

static void add(struct reader *r, const struct option_row *row, struct slice value)
{
    struct config *c = r->config;
    size_t room = strlen(row->name) + value.n + sizeof "--=";
    char *word = must_alloc(room, 1);
    int n = snprintf(word, room, "--%s%s", row->name, row->kind == OPTION_FLAG ? "" : "=");

    if (value.n && row->kind != OPTION_FLAG)
        memcpy(word + n, value.p, value.n);
    c->words = must_grow(c->words, c->count + 1ul, sizeof *c->words);
    c->words[c->count++] = word;
}

/* Without its quotes. */
static int take_value(const struct reader *r, const char *name, struct slice *value)
{
    if (value->n == 0)
        return wrong(r, "'%s' has no value behind '='", name);
    if (value->p[0] != '"')
        return 0;
    struct slice rest = slice_tail(*value, 1);
    if (slice_find(rest, '"') == rest.n)
        return wrong(r, "the quote that begins the value of '%s' does not end in this line", name);
    *value = slice_until(&rest, '"');
    return rest.n == 0 ? 0 : wrong(r, "there is text behind the quoted value of '%s'", name);
}

/* Is it one that the option takes? */
static int check_value(const struct reader *r, const struct option_row *row, struct slice value)
{
    struct err e = {""};
    char shown[256], *text = must_alloc(value.n + 1, 1);

    if (value.n)
        memcpy(text, value.p, value.n);
    int rc = options_check(row, text, &e);
    free(text);
    text_escape(shown, sizeof shown, slice_of(e.text));
    return rc < 0 ? wrong(r, "%s", shown) : 0;
}

static int set(struct reader *r, unsigned i, bool has_value, struct slice value)
{
    const struct option_row *row = &r->table->rows[i];

    if (row->kind == OPTION_FLAG && has_value)
        return wrong(r, "'%s' takes no value: it stands alone", row->name);
    if (row->kind != OPTION_FLAG && !has_value)
        return wrong(r, "'%s' needs a value: %s = %s", row->name, row->name, row->argument);
    if (r->set[i] && row->kind != OPTION_LIST)
        return wrong(r, "'%s' was set in line %u already", row->name, r->set[i]);
    if (has_value && (take_value(r, row->name, &value) < 0 || check_value(r, row, value) < 0))
        return -1;
    r->set[i] = r->line;
    add(r, row, value);
    return 0;
}

static int read_setting(struct reader *r, struct slice line)
{
    char name[4 * SHOWN];
    bool has_value = slice_find(line, '=') < line.n;
    struct slice value = line, word = slice_trim(slice_until(&value, '='));

    text_escape(name, sizeof name, slice_head(word, SHOWN));
    if (is_refused(name))
        return wrong(r, "'%s' cannot be set in a file, only on the command line", name);
    for (unsigned i = 0; i < r->table->count; i++)
        if (slice_equal(word, slice_of(r->table->rows[i].name)))
            return set(r, i, has_value, slice_trim(value));
    return unknown(r, name);
}

/* What no editor shows would be taken for something else than what is seen. */
static int check_octets(const struct reader *r, struct slice line)
{
    if (line.n && line.p[line.n - 1] == '\r')
        return wrong(r, "it ends with CR: lines must end with LF alone");
    for (size_t i = 0; i < line.n; i++)
        if ((line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 0x7f)
            return wrong(r, "octet %zu is a control character (0x%02x)", i + 1, line.p[i]);
    return 0;
}

static int read_line(struct reader *r, struct slice line)
{
    struct slice text = slice_trim(line);

    if (check_octets(r, line) < 0)
        return -1;
    return text.n == 0 || text.p[0] == '#' ? 0 : read_setting(r, text);
}

/* ---- a file */

int config_parse(struct config *c, const struct option_table *table, const char *path,
                 struct slice text, struct err *e)
{
    struct reader r = {.config = c, .table = table, .path = path, .e = e};
    int rc = 0;

    *c = (struct config){0};
    if (text.n > BOUND_CONFIG_OCTETS)
        return err_set(e, "%.400s: longer than %u octets", path, BOUND_CONFIG_OCTETS);
    r.set = must_alloc(table->count, sizeof *r.set);
    while (rc == 0 && text.n) {
        r.line++;
        rc = read_line(&r, slice_until(&text, '\n'));
    }
    free(r.set);
    if (rc < 0)
        config_free(c);
    return rc;
}

/* What is there, up to `most`; a folder or a pipe is not waited for. */
static int read_octets(const char *path, uint8_t *to, size_t most, size_t *n_r, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    ssize_t got = 1;

    if (fd < 0)
        return err_set(e, "%.400s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, "%.400s: is no plain file", path);
    }
    for (*n_r = 0; *n_r < most && got > 0; *n_r += (size_t)(got > 0 ? got : 0))
        got = read(fd, to + *n_r, most - *n_r);
    int problem = errno;
    close(fd);
    return got < 0 ? err_set(e, "%.400s: cannot be read: %s", path, strerror(problem)) : 0;
}

int config_read(struct config *c, const struct option_table *table, const char *path, struct err *e)
{
    uint8_t *octets = must_alloc(BOUND_CONFIG_OCTETS + 1, 1);
    size_t n = 0;
    int rc = read_octets(path, octets, BOUND_CONFIG_OCTETS + 1, &n, e);

    *c = (struct config){0};
    if (rc == 0)
        rc = config_parse(c, table, path, (struct slice){octets, n}, e);
    free(octets);
    return rc;
}

void config_free(struct config *c)
{
    for (unsigned i = 0; i < c->count; i++)
        free(c->words[i]);
    free(c->words);
    *c = (struct config){0};
}
