/*
 * policy.h - what servers are expected to do, from files the operator gives: a list of hosts, and
 * MTA-STS policies (RFC 8461 3.2).
 *
 * List: a line each, "name-or-address[:port]  must-offer|may", '#' begins a comment; a name may
 * begin with "*." for one label more (RFC 8461 4.1); an IPv6 address with a port stands in [].
 * MTA-STS file: the policy as served, its domain taken from the file name "DOMAIN.mta-sts" or the
 * line "# domain: DOMAIN" before it.
 */
#ifndef MAILTAP_POLICY_H
#define MAILTAP_POLICY_H

#include <mailtap/bounds.h>
#include <mailtap/err.h>
#include <mailtap/packet.h>
#include <mailtap/slice.h>

enum policy_source { POLICY_LIST, POLICY_MTA_STS };
enum sts_mode { STS_NONE, STS_TESTING, STS_ENFORCE };

struct policy_rule {
    enum policy_source source;
    char domain[BOUND_NAME];   /* MTA-STS: the mail domain; list: empty */
    char host[BOUND_NAME];     /* lower case; may begin with "*."; empty when it is an address */
    struct ip_address address; /* family 0: none */
    uint16_t port;             /* 0: any; MTA-STS: 25 */
    bool must_offer;           /* list: must-offer; MTA-STS: mode enforce */
    enum sts_mode mode;
    uint64_t max_age; /* seconds, MTA-STS */
};

struct policy; /* many rules */

struct policy *policy_new(void);
void policy_free(struct policy **p);

/* Read a list or an MTA-STS policy: 0, or -1 with file name, line and reason in *e.  Bad lines make
 * the file fail as a whole: a policy half read would accuse or acquit wrongly.  So does a server
 * that is told two things about, or a domain with two policies, also by files read before. */
int policy_read_list(struct policy *p, struct slice text, const char *file, struct err *e);
int policy_read_mta_sts(struct policy *p, struct slice text, const char *file, struct err *e);
/* By the file's name and first line, which of both it is. */
int policy_read_file(struct policy *p, const char *path, struct err *e);

/* The rule that covers this server best (address before name, exact before wildcard; among those a
 * list before MTA-STS, one port before any, must-offer before may), or NULL.  `name` may be empty. */
const struct policy_rule *policy_find(const struct policy *p, const char *name,
                                      const struct endpoint *server);

/* RFC 8461 4.1: does `pattern` ("mx.example", "*.example") cover `name`? */
bool policy_name_matches(const char *pattern, const char *name);

/* Every rule, for the database. */
size_t policy_count(const struct policy *p);
const struct policy_rule *policy_at(const struct policy *p, size_t i);

#endif
