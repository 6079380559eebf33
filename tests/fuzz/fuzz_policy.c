/*
 * fuzz_policy.c - the operator's files: the first octet picks the list (even) or an MTA-STS policy.
 *
 * A file that is refused leaves no rule and a message with its name; of one that is read, every
 * rule is well formed and covers the server it names.  Lines that end in CRLF mean the same.
 */
#include <mailtap/policy.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct policy *read(bool list, struct slice text)
{
    struct policy *p = policy_new();
    struct err e = {""};
    int rc = list ? policy_read_list(p, text, "a.example.mta-sts", &e)
                  : policy_read_mta_sts(p, text, "a.example.mta-sts", &e);

    if (rc != 0 && rc != -1)
        abort();
    if ((rc == -1) != (strncmp(e.text, "a.example.mta-sts:", 18) == 0))
        abort();
    if (rc == -1 && policy_count(p) != 0)
        abort();
    return p;
}

static void check(const struct policy *p, const struct policy_rule *rule)
{
    struct endpoint server = {rule->address, rule->port};
    char name[BOUND_NAME];

    if ((rule->host[0] != '\0') == (rule->address.version != 0))
        abort();
    if (rule->source == POLICY_MTA_STS &&
        (!rule->domain[0] || !rule->host[0] || rule->must_offer != (rule->mode == STS_ENFORCE)))
        abort();
    if (rule->source == POLICY_LIST && (rule->domain[0] || rule->mode || rule->max_age))
        abort();
    for (const char *c = rule->host; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || (*c >= 'A' && *c <= 'Z'))
            abort();
    memcpy(name, rule->host, sizeof name);
    if (name[0] == '*')
        name[0] = 'x';
    if (rule->host[0] && !policy_name_matches(rule->host, name))
        abort();
    if (!policy_find(p, name, &server))
        abort();
}

/* The text with a CR before every LF. */
static struct slice with_cr(struct slice text)
{
    uint8_t *to = malloc(2 * text.n + 1);
    size_t n = 0;

    if (!to)
        abort();
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            to[n++] = '\r';
        to[n++] = text.p[i];
    }
    return (struct slice){to, n};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    bool list = data[0] % 2 == 0;
    struct slice text = {data + 1, size - 1}, other = with_cr(text);
    struct policy *p = read(list, text), *q = read(list, other);

    for (size_t i = 0; i < policy_count(p) && i < 100; i++)
        check(p, policy_at(p, i));
    /* What ends in CR already would end in two. */
    if (!memchr(text.p, '\r', text.n) && policy_count(p) != policy_count(q))
        abort();
    free((void *)(uintptr_t)other.p);
    policy_free(&p);
    policy_free(&q);
    return 0;
}
