/* policy.c - the operator's list and MTA-STS policies, read and asked; see policy.h. */
#include <mailtap/path.h>
#include <mailtap/policy.h>

#include <mailtap/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_SMTP 25
#define SUFFIX ".mta-sts"
#define HOST_OCTETS 253      /* RFC 1035 2.3.4, as text */
#define LONGEST_AGE 31557600 /* seconds, RFC 8461 3.2 */

struct policy {
    struct policy_rule *rule;
    size_t count, room;
};

struct policy *policy_new(void)
{
    return must_alloc(1, sizeof(struct policy));
}

void policy_free(struct policy **p)
{
    if (!*p)
        return;
    free((*p)->rule);
    free(*p);
    *p = NULL;
}

static void add_rule(struct policy *p, const struct policy_rule *rule)
{
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        p->rule = must_grow(p->rule, p->room, sizeof *p->rule);
    }
    p->rule[p->count++] = *rule;
}

/* ---- lines, and what may stand in them */

struct lines {
    struct slice rest;
    const char *file;
    unsigned number; /* of the line last read */
};

/* Lines end in LF or CRLF; the last one may lack it. */
static bool next_line(struct lines *l, struct slice *line_r)
{
    if (l->rest.n == 0)
        return false;
    *line_r = slice_until(&l->rest, '\n');
    if (line_r->n && line_r->p[line_r->n - 1] == '\r')
        line_r->n--;
    l->number++;
    return true;
}

/* "FILE:LINE: 'WHAT' REASON" */
static int wrong(const struct lines *l, struct slice what, const char *reason, struct err *e)
{
    char shown[80];
    bool all = text_escape(shown, sizeof shown, what);

    return err_set(e, "%s:%u: '%s%s' %s", l->file, l->number, shown, all ? "" : "...", reason);
}

static bool is_alphanumeric(uint8_t octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'z') ||
           (octet >= 'A' && octet <= 'Z');
}

/* Letters, digits, and hyphens inside (RFC 1123 2.1); and '_', which some servers have. */
static bool is_label(struct slice s)
{
    if (s.n == 0 || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_alphanumeric(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
            return false;
    return true;
}

static struct slice without_final_dot(struct slice s)
{
    return s.n && s.p[s.n - 1] == '.' ? slice_head(s, s.n - 1) : s;
}

/* A host name, or with `pattern` also one behind "*.".  What ends in digits was meant as an address
 * (RFC 1123 2.1). */
static bool take_host(struct slice s, bool pattern, char to[BOUND_NAME])
{
    struct slice all = without_final_dot(s), left = all, label;
    uint64_t number;

    if (pattern && slice_starts_nocase(all, "*."))
        left = slice_tail(all, 2);
    if (left.n == 0 || left.n > HOST_OCTETS || left.p[left.n - 1] == '.')
        return false;
    do {
        label = slice_until(&left, '.');
        if (!is_label(label))
            return false;
    } while (left.n);
    if (slice_decimal(label, UINT64_MAX, &number))
        return false;
    text_escape(to, BOUND_NAME, all);
    text_lower(to);
    return true;
}

static bool take_address(struct slice s, struct ip_address *a_r)
{
    char text[ADDRESS_TEXT];

    return text_escape(text, sizeof text, s) && address_parse(text, a_r);
}

/* ---- the list */

/* ":PORT", or nothing. */
static bool take_port(struct slice s, uint16_t *port_r)
{
    uint64_t port = 0;

    if (s.n && (s.p[0] != ':' || !slice_decimal(slice_tail(s, 1), UINT16_MAX, &port) || port == 0))
        return false;
    *port_r = (uint16_t)port;
    return true;
}

/* NULL, or what is wrong with it. */
static const char *take_server(struct slice word, struct policy_rule *rule)
{
    struct slice host, port;

    if (word.p[0] == '[') {
        size_t end = slice_find(word, ']');
        host = slice_tail(slice_head(word, end), 1);
        port = slice_tail(word, end + 1);
        if (end == word.n || !take_address(host, &rule->address) || rule->address.version != 6)
            return "is no IPv6 address in []";
    } else if (take_address(word, &rule->address)) {
        return NULL;
    } else {
        host = slice_head(word, slice_find(word, ':'));
        port = slice_tail(word, host.n);
        if (!take_address(host, &rule->address) && !take_host(host, true, rule->host))
            return "is neither an address nor a host name";
    }
    return take_port(port, &rule->port) ? NULL : "ends in no port from 1 to 65535";
}

static int read_entry(struct policy *p, const struct lines *l, struct slice line, struct err *e)
{
    struct policy_rule rule = {.source = POLICY_LIST};
    size_t space = slice_find(line, ' '), tab = slice_find(line, '\t');
    struct slice word = slice_head(line, space < tab ? space : tab);
    struct slice level = slice_trim(slice_tail(line, word.n));
    const char *problem = take_server(word, &rule);

    if (problem)
        return wrong(l, word, problem, e);
    rule.must_offer = slice_equal(level, slice_of("must-offer"));
    if (!rule.must_offer && !slice_equal(level, slice_of("may")))
        return wrong(l, level, "is neither must-offer nor may", e);
    add_rule(p, &rule);
    return 0;
}

/* An entry of a list, and where it stands; line 0: in a list read before. */
struct entry {
    const struct policy_rule *rule;
    unsigned line;
};

static int compare_servers(const struct policy_rule *a, const struct policy_rule *b)
{
    int host = strcmp(a->host, b->host);

    if (host)
        return host;
    if (a->address.version != b->address.version)
        return a->address.version < b->address.version ? -1 : 1;
    int address = memcmp(a->address.octets, b->address.octets, sizeof a->address.octets);
    if (address)
        return address;
    return (a->port > b->port) - (a->port < b->port);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int servers = compare_servers(a->rule, b->rule);

    return servers ? servers : (a->line > b->line) - (a->line < b->line);
}

/* The line of the first entry found that says of a server what another one denies, or 0. */
static unsigned find_contradiction(const struct policy *p, size_t first, const unsigned *lines)
{
    struct entry *entries = must_alloc(p->count + 1, sizeof *entries);
    size_t n = 0;
    unsigned line = 0;

    for (size_t i = 0; i < p->count; i++)
        if (p->rule[i].source == POLICY_LIST)
            entries[n++] = (struct entry){&p->rule[i], i < first ? 0 : lines[i - first]};
    qsort(entries, n, sizeof *entries, compare_entries);
    for (size_t i = 1; i < n && line == 0; i++)
        if (compare_servers(entries[i - 1].rule, entries[i].rule) == 0 &&
            entries[i - 1].rule->must_offer != entries[i].rule->must_offer)
            line = entries[i].line;
    free(entries);
    return line;
}

int policy_read_list(struct policy *p, struct slice text, const char *file, struct err *e)
{
    struct lines l = {.rest = text, .file = file};
    size_t first = p->count, entries = 0, room = 0;
    unsigned *numbers = NULL, contradiction = 0;
    struct slice line;
    int rc = 0;

    while (rc == 0 && next_line(&l, &line)) {
        line = slice_trim(slice_head(line, slice_find(line, '#')));
        if (line.n == 0)
            continue;
        rc = read_entry(p, &l, line, e);
        if (entries == room) {
            room = room ? 2 * room : 16;
            numbers = must_grow(numbers, room, sizeof *numbers);
        }
        numbers[entries++] = l.number;
    }
    if (rc == 0)
        contradiction = find_contradiction(p, first, numbers);
    if (contradiction)
        rc = err_set(e, "%s:%u: this server is both must-offer and may", file, contradiction);
    if (rc < 0)
        p->count = first;
    free(numbers);
    return rc;
}

/* ---- MTA-STS */

struct sts {
    struct lines lines;
    struct policy *p;
    size_t first;            /* its rules begin here */
    char domain[BOUND_NAME]; /* as the line before the policy says */
    bool begun, version, mode, age;
    struct policy_rule rule; /* what is common to its rules */
};

static struct slice domain_of_comment(struct slice line)
{
    line = slice_trim(slice_tail(line, 1));
    if (!slice_starts_nocase(line, "domain:"))
        return (struct slice){NULL, 0};
    return slice_trim(slice_tail(line, sizeof "domain:" - 1));
}

/* RFC 8461 3.2: letters, digits, and "_-." behind the first, 32 in all. */
static bool is_field_name(struct slice s)
{
    if (s.n == 0 || s.n > 32 || !is_alphanumeric(s.p[0]))
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_alphanumeric(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' && s.p[i] != '.')
            return false;
    return true;
}

static bool is_field_value(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return false;
    return s.n > 0;
}

static bool take_mode(struct slice value, enum sts_mode *mode_r)
{
    static const char *const names[] = {"none", "testing", "enforce"};

    for (enum sts_mode m = STS_NONE; m <= STS_ENFORCE; m++) {
        *mode_r = m;
        if (slice_equal(value, slice_of(names[m])))
            return true;
    }
    return false;
}

/* Of fields that may stand once the first one counts. */
static bool is_first(bool *seen)
{
    bool first = !*seen;

    *seen = true;
    return first;
}

static int read_field(struct sts *s, struct slice line, struct err *e)
{
    struct slice value = line, name = slice_until(&value, ':');
    struct policy_rule rule = s->rule;

    value = slice_trim(value);
    if (name.n == line.n || !is_field_name(name) || !is_field_value(value))
        return wrong(&s->lines, line, "is no 'key: value'", e);
    if (slice_equal(name, slice_of("version"))) {
        if (is_first(&s->version) && !slice_equal(value, slice_of("STSv1")))
            return wrong(&s->lines, value, "is no version that is known: STSv1", e);
    } else if (slice_equal(name, slice_of("mode"))) {
        if (is_first(&s->mode) && !take_mode(value, &s->rule.mode))
            return wrong(&s->lines, value, "is no mode: enforce, testing or none", e);
    } else if (slice_equal(name, slice_of("max_age"))) {
        if (is_first(&s->age) &&
            (value.n > 10 || !slice_decimal(value, LONGEST_AGE, &s->rule.max_age)))
            return wrong(&s->lines, value, "is no max_age: seconds, at most 31557600", e);
    } else if (slice_equal(name, slice_of("mx"))) {
        if (!take_host(value, true, rule.host))
            return wrong(&s->lines, value, "is no host name, nor one behind '*.'", e);
        add_rule(s->p, &rule);
    }
    return 0;
}

/* Comments are no part of a policy; before it they may name its domain. */
static int read_line(struct sts *s, struct slice line, struct err *e)
{
    if (slice_trim(line).n == 0)
        return 0;
    if (!s->begun && line.p[0] == '#') {
        struct slice domain = domain_of_comment(line);
        if (domain.n && !take_host(domain, false, s->domain))
            return wrong(&s->lines, domain, "is no domain", e);
        return 0;
    }
    s->begun = true;
    return read_field(s, line, e);
}

/* Of "DOMAIN.mta-sts" DOMAIN; of other names nothing. */
static struct slice domain_of_file(const char *path)
{
    struct slice name = slice_of(path_name(path));
    size_t suffix = sizeof SUFFIX - 1;

    if (name.n < suffix || !slice_equal(slice_tail(name, name.n - suffix), slice_of(SUFFIX)))
        return (struct slice){NULL, 0};
    return slice_head(name, name.n - suffix);
}

static bool has_policy(const struct policy *p, size_t count, const char *domain)
{
    for (size_t i = 0; i < count; i++)
        if (p->rule[i].source == POLICY_MTA_STS && strcmp(p->rule[i].domain, domain) == 0)
            return true;
    return false;
}

static int settle_domain(struct sts *s, struct err *e)
{
    const char *file = s->lines.file;
    struct slice named = domain_of_file(file);
    char *domain = s->rule.domain;

    if (named.n && !take_host(named, false, domain))
        return err_set(e, "%s: the file is named after no domain", file);
    if (named.n && s->domain[0] && strcmp(domain, s->domain) != 0)
        return err_set(e, "%s: the file is named after another domain than it says, %s", file,
                       s->domain);
    if (named.n == 0 && s->domain[0] == '\0')
        return err_set(e,
                       "%s: whose policy is this?  Name the file DOMAIN" SUFFIX
                       ", or begin it with the line '# domain: DOMAIN'",
                       file);
    if (named.n == 0)
        memcpy(domain, s->domain, sizeof s->domain);
    if (has_policy(s->p, s->first, domain))
        return err_set(e, "%s: a policy of %s was read before", file, domain);
    return 0;
}

/* RFC 8461 3.2: a policy that lacks a field is invalid. */
static int settle(struct sts *s, struct err *e)
{
    const char *lacking = !s->version                               ? "version"
                          : !s->mode                                ? "mode"
                          : !s->age                                 ? "max_age"
                          : s->rule.mode && s->p->count == s->first ? "mx"
                                                                    : NULL;

    if (lacking)
        return err_set(e, "%s:%u: the policy ends without a field '%s'", s->lines.file,
                       s->lines.number, lacking);
    if (settle_domain(s, e) < 0)
        return -1;
    s->rule.must_offer = s->rule.mode == STS_ENFORCE;
    for (size_t i = s->first; i < s->p->count; i++) {
        memcpy(s->rule.host, s->p->rule[i].host, sizeof s->rule.host);
        s->p->rule[i] = s->rule;
    }
    return 0;
}

int policy_read_mta_sts(struct policy *p, struct slice text, const char *file, struct err *e)
{
    struct sts s = {
        .lines = {.rest = text, .file = file},
        .p = p,
        .first = p->count,
        .rule = {.source = POLICY_MTA_STS, .port = PORT_SMTP},
    };
    struct slice line;
    int rc = 0;

    while (rc == 0 && next_line(&s.lines, &line))
        rc = read_line(&s, line, e);
    if (rc == 0)
        rc = settle(&s, e);
    if (rc < 0)
        p->count = s.first;
    return rc;
}

/* ---- files */

static bool is_mta_sts(struct slice text, const char *path)
{
    struct lines l = {.rest = text};
    struct slice line;

    if (domain_of_file(path).n)
        return true;
    while (next_line(&l, &line)) {
        if (slice_trim(line).n == 0)
            continue;
        if (line.p[0] != '#')
            return slice_equal(slice_until(&line, ':'), slice_of("version")) &&
                   slice_starts_nocase(slice_trim(line), "STSv");
        if (domain_of_comment(line).n)
            return true;
    }
    return false;
}

int policy_read_file(struct policy *p, const char *path, struct err *e)
{
    FILE *file = fopen(path, "rb");

    if (!file)
        return err_set(e, "%s: cannot be opened: %s", path, strerror(errno));
    uint8_t *octets = must_alloc(1, BOUND_POLICY_OCTETS);
    size_t n = fread(octets, 1, BOUND_POLICY_OCTETS, file);
    bool whole = feof(file) || (n == BOUND_POLICY_OCTETS && fgetc(file) == EOF);
    int problem = ferror(file) ? errno : 0, rc;
    struct slice text = {octets, n};

    fclose(file);
    if (problem)
        rc = err_set(e, "%s: cannot be read: %s", path, strerror(problem));
    else if (!whole)
        rc = err_set(e, "%s: is larger than %u octets: no policy is", path, BOUND_POLICY_OCTETS);
    else if (is_mta_sts(text, path))
        rc = policy_read_mta_sts(p, text, path, e);
    else
        rc = policy_read_list(p, text, path, e);
    free(octets);
    return rc;
}

/* ---- questions */

bool policy_name_matches(const char *pattern, const char *name)
{
    struct slice p = without_final_dot(slice_of(pattern));
    struct slice n = without_final_dot(slice_of(name));

    if (slice_starts_nocase(p, "*.")) {
        if (slice_until(&n, '.').n == 0)
            return false;
        p = slice_tail(p, 2);
    }
    return p.n > 0 && slice_equal_nocase(p, n);
}

/* How well a rule covers a server; 0: not at all. */
static unsigned rank(const struct policy_rule *rule, const char *name,
                     const struct endpoint *server)
{
    struct endpoint covered = {rule->address, server->port};
    unsigned by;

    if (rule->port != 0 && rule->port != server->port)
        return 0;
    if (rule->address.version)
        by = endpoint_equal(&covered, server) ? 3 : 0;
    else if (policy_name_matches(rule->host, name))
        by = rule->host[0] == '*' ? 1 : 2;
    else
        by = 0;
    if (by == 0)
        return 0;
    return by << 3 | (rule->source == POLICY_LIST ? 4u : 0) | (rule->port ? 2u : 0) |
           (rule->must_offer ? 1u : 0);
}

const struct policy_rule *policy_find(const struct policy *p, const char *name,
                                      const struct endpoint *server)
{
    const struct policy_rule *best = NULL;
    unsigned best_rank = 0;

    for (size_t i = 0; i < p->count; i++) {
        unsigned r = rank(&p->rule[i], name, server);
        if (r > best_rank) {
            best = &p->rule[i];
            best_rank = r;
        }
    }
    return best;
}

size_t policy_count(const struct policy *p)
{
    return p->count;
}

const struct policy_rule *policy_at(const struct policy *p, size_t i)
{
    return i < p->count ? &p->rule[i] : NULL;
}
