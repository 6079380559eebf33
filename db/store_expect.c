/* store_expect.c - what servers are expected to do: DNS answers that were captured, and policies. */
#include "store_private.h"

#include <string.h>

static const char *type_name(enum dns_type type)
{
    switch (type) {
    case DNS_A:
        return "A";
    case DNS_AAAA:
        return "AAAA";
    case DNS_CNAME:
        return "CNAME";
    case DNS_MX:
        return "MX";
    case DNS_TXT:
        return "TXT";
    case DNS_TLSA:
        return "TLSA";
    }
    return "none";
}

/* One record, or none: then the answer was that there is none. */
static int add_record(struct store *st, sqlite3_stmt *s, const struct dns_record *r, struct err *e)
{
    char value[ADDRESS_TEXT];

    sqlite3_bind_text(s, 6, r ? type_name(r->type) : "none", -1, SQLITE_STATIC);
    if (r) {
        bind_text(s, 5, r->owner);
        if (r->type == DNS_MX)
            sqlite3_bind_int(s, 7, r->preference);
        if (r->type == DNS_A || r->type == DNS_AAAA)
            address_text(value, &r->address);
        bind_text(s, 8,
                  r->type == DNS_A || r->type == DNS_AAAA     ? value
                  : r->type == DNS_MX || r->type == DNS_CNAME ? r->target
                                                              : r->text);
        sqlite3_bind_int64(s, 9, r->ttl);
    }
    return store_run(st, s, e);
}

/* Was this host named as an exchange, or as what one is an alias of, in this capture before? */
static int is_exchange(struct store *st, int64_t capture, const char *host, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_EXCHANGE_FIND, e);

    if (!s)
        return -1;
    sqlite3_bind_text(s, 1, host, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, capture);
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

/*
 * Addresses and aliases of hosts are everybody's; those of exchanges alone bear on mail, and nobody
 * else's are stored.  1 to store it, 0 not to.
 */
static int bears_on_mail(struct store *st, int64_t capture, const struct dns_record *r,
                         struct err *e)
{
    if (r->type == DNS_CNAME && *r->owner == '_')
        return 1; /* where TLSA and _mta-sts names lead */
    if (r->type == DNS_A || r->type == DNS_AAAA || r->type == DNS_CNAME)
        return is_exchange(st, capture, r->owner, e);
    return 1;
}

int store_dns(struct store *st, int64_t capture, int64_t seen_ns, const struct ip_address *asker,
              const struct dns_message *m, struct err *e)
{
    char ip[ADDRESS_TEXT];

    if (store_batch_begin(st, e) < 0)
        return -1;
    address_text(ip, asker);
    for (unsigned i = 0; i < m->records || (i == 0 && m->records == 0); i++) {
        int keep = m->records ? bears_on_mail(st, capture, &m->record[i], e) : 1;
        if (keep == 0)
            continue;
        sqlite3_stmt *s = keep < 0 ? NULL : store_statement(st, ST_DNS_ADD, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, capture);
        sqlite3_bind_int64(s, 2, seen_ns);
        sqlite3_bind_text(s, 3, ip, -1, SQLITE_TRANSIENT);
        bind_text(s, 4, m->question);
        sqlite3_bind_int(s, 10, m->authentic);
        sqlite3_bind_int(s, 11, m->rcode);
        if (add_record(st, s, m->records ? &m->record[i] : NULL, e) < 0)
            return -1;
    }
    st->dns_changed = true;
    return store_batch_add(st, e);
}

static int add_policy(struct store *st, const struct policy_rule *r, struct err *e)
{
    static const char *const modes[] = {
        [STS_NONE] = "none", [STS_TESTING] = "testing", [STS_ENFORCE] = "enforce"};
    sqlite3_stmt *s = store_statement(st, ST_POLICY_ADD, e);
    bool list = r->source == POLICY_LIST;
    char ip[ADDRESS_TEXT];

    if (!s)
        return -1;
    sqlite3_bind_text(s, 1, list ? "list" : "mta-sts", -1, SQLITE_STATIC);
    bind_text(s, 2, r->domain);
    bind_text(s, 3, r->host);
    if (r->address.version) {
        address_text(ip, &r->address);
        sqlite3_bind_text(s, 4, ip, -1, SQLITE_TRANSIENT);
    }
    if (r->port)
        sqlite3_bind_int(s, 5, r->port);
    sqlite3_bind_int(s, 6, r->must_offer);
    if (!list) {
        sqlite3_bind_text(s, 7, modes[r->mode], -1, SQLITE_STATIC);
        bind_count(s, 8, r->max_age);
    }
    return store_run(st, s, e);
}

int store_policies(struct store *st, const struct policy *p, struct err *e)
{
    if (store_batch_begin(st, e) < 0 || store_sql(st, "DELETE FROM policy", e) < 0)
        return -1;
    for (size_t i = 0; i < policy_count(p); i++)
        if (add_policy(st, policy_at(p, i), e) < 0)
            return -1;
    return store_judge_all(st, e);
}
