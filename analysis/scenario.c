/* scenario.c - the description of a population, read; see scenario.h. */
#include <mailtap/scenario.h>

#include <mailtap/bounds.h>
#include <mailtap/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what may stand in it */

enum kind { SHARE, NUMBER, COUNT, TIME };

static const struct name {
    const char *name;
    enum kind kind;
    size_t at;             /* of its field */
    double least, most;    /* of a NUMBER */
    uint64_t fewest, many; /* of a COUNT */
    const char *help;
} names[] = {
#define AT(field) offsetof(struct scenario, field)
    {"seed", COUNT, AT(seed), .many = UINT64_MAX,
     .help = "what all chance is drawn from: the same seed gives the same scenario"},
    {"start", TIME, AT(start_ns), .help = "when the first session begins"},
    {"days", NUMBER, AT(days), 0.001, 3660, .help = "how long it lasts"},
    {"servers", COUNT, AT(servers), .fewest = 1, .many = 1000000,
     .help = "mail servers, each with a domain"},
    {"clients", COUNT, AT(clients), .fewest = 1, .many = 1000000, .help = "hosts that send mail"},
    {"sessions", COUNT, AT(sessions), .fewest = 1, .many = 1000000000,
     .help = "times that a client wants to send"},
    {"networks", COUNT, AT(networks), .fewest = 1, .many = 65536,
     .help = "address blocks that the clients are in"},
    {"skew", NUMBER, AT(skew), 0, 5,
     .help = "exponent of Zipf's law, by which few are busy; 0: all alike"},
    {"offered", SHARE, AT(offered), .help = "of servers: offer STARTTLS"},
    {"incapable", SHARE, AT(incapable), .help = "of the other servers: their software cannot"},
    {"used", SHARE, AT(used), .help = "of clients: use STARTTLS where it is offered"},
    {"insisting", SHARE, AT(insisting), .help = "of clients that use it: send nothing without"},
    {"established", SHARE, AT(established),
     .help = "of requests for STARTTLS that no box meets: lead to TLS; the others are refused"},
    {"alternatives", SHARE, AT(alternatives),
     .help = "of destinations: have another server, which offers"},
    {"submission", SHARE, AT(submission), .help = "of sessions: to port 587, with AUTH"},
    {"implicit", SHARE, AT(implicit), .help = "of sessions: to port 465, TLS from the first octet"},
    {"tls13", SHARE, AT(tls13), .help = "of handshakes: TLS 1.3, the others 1.2"},
    {"probes", SHARE, AT(probes), .help = "of sessions: end before MAIL, whatever is offered"},
    {"messages", NUMBER, AT(messages), 1, 100, .help = "in a session that sends, on average"},
    {"octets", NUMBER, AT(octets), 500, 10000000, .help = "of a message, on average"},
    {"stripped-networks", SHARE, AT(stripped_networks),
     .help = "of networks: a box takes STARTTLS away"},
    {"form-deleted", NUMBER, AT(forms[BOX_DELETED]), 0, 1000,
     .help = "weight of boxes that remove the offer"},
    {"form-masked", NUMBER, AT(forms[BOX_MASKED]), 0, 1000,
     .help = "weight of boxes that overwrite the offer"},
    {"form-refused", NUMBER, AT(forms[BOX_REFUSED]), 0, 1000,
     .help = "weight of boxes that answer the command themselves"},
    {"form-command", NUMBER, AT(forms[BOX_COMMAND]), 0, 1000,
     .help = "weight of boxes that overwrite the command"},
    {"form-ehlo", NUMBER, AT(forms[BOX_EHLO]), 0, 1000, .help = "weight of boxes that refuse EHLO"},
    {"form-broken", NUMBER, AT(forms[BOX_BROKEN]), 0, 1000,
     .help = "weight of boxes that break the handshake"},
    {"loss", SHARE, AT(loss), .help = "of frames: missing from the capture"},
    {"disorder", SHARE, AT(disorder), .help = "of frames: captured late"},
    {"duplicates", SHARE, AT(duplicates), .help = "of frames: captured twice"},
    {"tunnelled", SHARE, AT(tunnelled), .help = "of sessions: inside of GRE, VLAN or VXLAN"},
    {"background", SHARE, AT(background), .help = "of frames: no mail"},
    {"policy-a", SHARE, AT(policy.follow[POLICY_A]),
     .help = "of incapable servers: get software that can (2.a)"},
    {"policy-b", SHARE, AT(policy.follow[POLICY_B]),
     .help = "of servers: are bound to offer it (2.b)"},
    {"policy-c", SHARE, AT(policy.follow[POLICY_C]),
     .help = "of clients: are bound to use it (2.c)"},
    {"policy-d", SHARE, AT(policy.follow[POLICY_D]),
     .help = "of clients: are bound to insist (2.d)"},
#undef AT
};

#define NAMES (sizeof names / sizeof *names)

struct scenario scenario_default(void)
{
    return (struct scenario){
        .seed = 1,
        .start_ns = INT64_C(1793491200) * 1000000000, /* 2026-11-01 */
        .days = 7,
        .servers = 200,
        .clients = 1000,
        .sessions = 50000,
        .networks = 100,
        .skew = 0.8,
        .offered = 0.8,
        .incapable = 0.3,
        .used = 0.9,
        .insisting = 0.02,
        .established = 0.98,
        .alternatives = 0.3,
        .tls13 = 0.7,
        .probes = 0.02,
        .messages = 1.2,
        .octets = 20000,
        .stripped_networks = 0.02,
        .forms = {[BOX_DELETED] = 35,
                  [BOX_MASKED] = 35,
                  [BOX_REFUSED] = 5,
                  [BOX_COMMAND] = 5,
                  [BOX_EHLO] = 10,
                  [BOX_BROKEN] = 10},
    };
}

/* ---- the nearest name */

#define LONGEST 24u /* of a name that is looked for, and so of those in the table */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to put in, to leave out or to change (Levenshtein 1965). */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned row[LONGEST + 1];

    for (unsigned j = 0; j <= b.n; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            unsigned changed = corner + (a.p[i - 1] != b.p[j - 1]);
            corner = row[j];
            row[j] = least(changed, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.n];
}

static const char *nearest_name(struct slice wanted)
{
    const char *best = names[0].name;
    unsigned shortest = UINT32_MAX;

    wanted = slice_head(wanted, LONGEST);
    for (size_t i = 0; i < NAMES; i++) {
        unsigned d = distance(wanted, slice_of(names[i].name));
        if (d < shortest) {
            shortest = d;
            best = names[i].name;
        }
    }
    return best;
}

/* ---- values */

static void *field_of(struct scenario *s, const struct name *n)
{
    return (char *)s + n->at;
}

#define DIGITS 15u   /* a double holds as many exactly, */
#define DECIMALS 22u /* and divided by such a power of ten they are the nearest double */

/* Digits with at most one point in or before them; nothing else that strtod() would take. */
static bool read_number(struct slice s, double *value_r)
{
    double digits = 0, power = 1;
    unsigned count = 0, decimals = 0;
    bool point = false;

    for (size_t i = 0; i < s.n; i++) {
        uint8_t octet = s.p[i];
        if (octet == '.' && !point) {
            point = true;
            continue;
        }
        if (octet < '0' || octet > '9')
            return false;
        digits = 10 * digits + (octet - '0');
        count += count || octet != '0';
        decimals += point;
        if (count > DIGITS || decimals > DECIMALS)
            return false;
        if (point)
            power *= 10;
    }
    *value_r = digits / power;
    return s.n > (point ? 1 : 0) && s.p[s.n - 1] != '.';
}

static bool take_value(struct scenario *s, const struct name *n, struct slice value)
{
    double least_of = n->kind == SHARE ? 0 : n->least, most_of = n->kind == SHARE ? 1 : n->most;
    double number;
    uint64_t count;
    int64_t at_ns;

    switch (n->kind) {
    case COUNT:
        if (!slice_decimal(value, n->many, &count) || count < n->fewest)
            return false;
        *(uint64_t *)field_of(s, n) = count;
        return true;
    case TIME:
        if (!text_time_read(value, &at_ns))
            return false;
        *(int64_t *)field_of(s, n) = at_ns;
        return true;
    default:
        if (!read_number(value, &number) || number < least_of || number > most_of)
            return false;
        *(double *)field_of(s, n) = number;
        return true;
    }
}

/* As many digits as can be read back; never an exponent. */
static void write_number(char *to, size_t room, double value)
{
    const char *exponent;

    snprintf(to, room, "%.*g", (int)DIGITS, value);
    if (!(exponent = strchr(to, 'e')))
        return;
    long decimals = (long)DIGITS - 1 - strtol(exponent + 1, NULL, 10);
    snprintf(to, room, "%.*f", (int)(decimals < DECIMALS ? decimals : DECIMALS), value);
    for (size_t n = strlen(to); n > 1 && to[n - 1] == '0' && to[n - 2] != '.'; n--)
        to[n - 1] = '\0';
}

static void write_range(char to[SCENARIO_TEXT], const struct name *n)
{
    char low[SCENARIO_TEXT / 2], high[SCENARIO_TEXT / 2];

    if (n->kind == SHARE) {
        snprintf(to, SCENARIO_TEXT, "a share from 0 to 1");
    } else if (n->kind == TIME) {
        snprintf(to, SCENARIO_TEXT, "a day, or a day and a time, as 2026-11-01T08:30");
    } else if (n->kind == COUNT) {
        snprintf(to, SCENARIO_TEXT, "a whole number from %llu to %llu",
                 (unsigned long long)n->fewest, (unsigned long long)n->many);
    } else {
        write_number(low, sizeof low, n->least);
        write_number(high, sizeof high, n->most);
        snprintf(to, SCENARIO_TEXT, "a number from %.20s to %.20s", low, high);
    }
}

bool scenario_name(const struct scenario *s, unsigned i, struct scenario_name *name_r)
{
    if (i >= NAMES)
        return false;
    const struct name *n = &names[i];
    const void *field = (const char *)s + n->at;

    *name_r = (struct scenario_name){.name = n->name, .help = n->help};
    write_range(name_r->range, n);
    if (n->kind == COUNT)
        snprintf(name_r->value, SCENARIO_TEXT, "%llu",
                 (unsigned long long)*(const uint64_t *)field);
    else if (n->kind == TIME)
        text_time(name_r->value, *(const int64_t *)field);
    else
        write_number(name_r->value, SCENARIO_TEXT, *(const double *)field);
    name_r->value[n->kind == TIME ? 19 : SCENARIO_TEXT - 1] = '\0';
    return true;
}

/* ---- lines */

struct reading {
    struct scenario made;
    unsigned line;        /* the one that is read */
    unsigned said[NAMES]; /* in which line; 0: in none */
};

/* "line 7: 'WHAT' " */
static int wrong(const struct reading *r, const char *before, struct slice what, const char *after,
                 struct err *e)
{
    char shown[80];
    bool all = text_escape(shown, sizeof shown, what);

    return err_set(e, "line %u: %s'%s%s'%s", r->line, before, shown, all ? "" : "...", after);
}

static const struct name *find_name(struct slice wanted)
{
    for (size_t i = 0; i < NAMES; i++)
        if (slice_equal(wanted, slice_of(names[i].name)))
            return &names[i];
    return NULL;
}

static int no_such_name(const struct reading *r, struct slice name, struct err *e)
{
    char after[80];

    snprintf(after, sizeof after, " is no name of a scenario: is '%s' meant?", nearest_name(name));
    return wrong(r, "", name, after, e);
}

static int bad_value(const struct reading *r, const struct name *n, struct slice value,
                     struct err *e)
{
    char before[160], range[SCENARIO_TEXT];

    write_range(range, n);
    snprintf(before, sizeof before, "'%s' is %s, not ", n->name, range);
    return wrong(r, before, value, "", e);
}

static int read_line(struct reading *r, struct slice line, struct err *e)
{
    struct slice value = line, name = slice_trim(slice_until(&value, '='));
    const struct name *n = find_name(name);

    if (slice_find(line, '=') == line.n)
        return wrong(r, "", line, " is no 'name = value'", e);
    if (!n)
        return no_such_name(r, name, e);
    unsigned *said = &r->said[n - names];
    if (*said)
        return err_set(e, "line %u: '%s' was said in line %u already", r->line, n->name, *said);
    *said = r->line;
    value = slice_trim(value);
    return take_value(&r->made, n, value) ? 0 : bad_value(r, n, value, e);
}

/* The next line without its end and its comment. */
static int next_line(struct reading *r, struct slice *rest, struct slice *line_r, struct err *e)
{
    struct slice line = slice_until(rest, '\n');

    r->line++;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    if (line.n > BOUND_SCENARIO_LINE)
        return err_set(e, "line %u: it is longer than %u octets", r->line, BOUND_SCENARIO_LINE);
    *line_r = slice_trim(slice_head(line, slice_find(line, '#')));
    return 0;
}

/* What no line alone can say. */
static int check_whole(const struct scenario *s, struct err *e)
{
    double weights = 0;
    int64_t end_day = s->start_ns / 86400000000000 + (int64_t)s->days;

    for (unsigned i = 0; i < BOX_FORMS; i++)
        weights += s->forms[i];
    if (s->submission + s->implicit > 1)
        return err_set(e, "'submission' and 'implicit' are shares of the same sessions, and more "
                          "than 1 together");
    if (s->stripped_networks > 0 && !(weights > 0))
        return err_set(e, "'stripped-networks' needs a form: the weights of all are 0");
    if (end_day >= 106700) /* 2262-02-19: what nanoseconds can count ends in April */
        return err_set(e, "'start' and 'days' go beyond the year 2261");
    return 0;
}

int scenario_read(struct scenario *s, struct slice text, struct err *e)
{
    struct reading r = {.made = *s};
    struct slice line = {NULL, 0};

    if (text.n > BOUND_SCENARIO_OCTETS)
        return err_set(e, "a scenario has at most %u octets", BOUND_SCENARIO_OCTETS);
    while (text.n) {
        if (next_line(&r, &text, &line, e) < 0)
            return -1;
        if (line.n && read_line(&r, line, e) < 0)
            return -1;
    }
    if (check_whole(&r.made, e) < 0)
        return -1;
    *s = r.made;
    return 0;
}

int scenario_read_file(struct scenario *s, const char *path, struct err *e)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");

    if (!file)
        return err_set(e, "%.400s cannot be read: %s", path, strerror(errno));
    uint8_t *text = must_alloc(BOUND_SCENARIO_OCTETS + 1, 1);
    size_t n = fread(text, 1, BOUND_SCENARIO_OCTETS + 1, file);
    int problem = ferror(file) ? errno : 0, rc;
    struct err why;

    if (!standard)
        fclose(file);
    if (problem)
        rc = err_set(e, "%.400s cannot be read: %s", path, strerror(problem));
    else if ((rc = scenario_read(s, (struct slice){text, n}, &why)) < 0)
        err_set(e, "%.200s, %.300s", path, why.text);
    free(text);
    return rc;
}
