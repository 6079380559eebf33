/* chain.c - certificate chains against a trust store; see cert.h. */
#include <mailtap/cert.h>

#include "x509.h"

#include <mailtap/digest.h>
#include <mailtap/text.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Verdicts are remembered: sessions with one server repeat its chain.  SETS sets of WAYS entries, and
 * the entry of a set that was used longest ago gives way.
 */
#define WAYS BOUND_CHAINS_ALIKE
#define SETS (BOUND_CHAINS / WAYS)

struct remembered {
    uint8_t key[DIGEST_OCTETS]; /* over the chain and the name */
    int64_t after, before;      /* the verdict holds strictly between these, and `at` */
    int64_t at;
    uint64_t used; /* by the clock of struct trust; 0: empty */
    struct chain_verdict verdict;
};

struct validity {
    int64_t from, to;
    bool known; /* both are times of this calendar */
};

struct trust {
    X509_STORE *store;
    struct validity *trusted; /* of its certificates, when it had so many objects */
    int objects;
    unsigned trusted_count;
    uint64_t clock;
    struct remembered remembered[SETS][WAYS];
};

/* ---- opening */

static int add_file(X509_STORE *store, const char *path, struct err *e)
{
    FILE *f = fopen(path, "r");

    if (!f)
        return err_set(e, "cannot read trusted certificates from %s: %s", path, strerror(errno));
    fclose(f);
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (!lookup || X509_load_cert_file(lookup, path, X509_FILETYPE_PEM) < 1)
        return err_set(e, "%s: holds no certificates in PEM, or a damaged one", path);
    return 0;
}

/* The name that X509_LOOKUP_hash_dir() looks for: 5ed36f99.0 */
static bool is_hashed_name(const char *name)
{
    return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] &&
           strspn(name + 9, "0123456789") == strlen(name + 9);
}

static int add_directory(X509_STORE *store, const char *path, struct err *e)
{
    DIR *d = opendir(path);
    struct dirent *entry = NULL;

    if (!d)
        return err_set(e, "cannot read trusted certificates from %s: %s", path, strerror(errno));
    while ((entry = readdir(d)) && !is_hashed_name(entry->d_name))
        ;
    closedir(d);
    if (!entry)
        return err_set(e, "%s: holds no certificates under hashed names; run: openssl rehash %s",
                       path, path);
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
    if (!lookup || X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM) != 1)
        return err_set(e, "%s: OpenSSL cannot use this directory", path);
    return 0;
}

static int add_path(X509_STORE *store, const char *path, struct err *e)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_set(e, "cannot read trusted certificates from %s: %s", path, strerror(errno));
    return S_ISDIR(st.st_mode) ? add_directory(store, path, e) : add_file(store, path, e);
}

static const char *from_environment(const char *variable, const char *otherwise)
{
    const char *value = getenv(variable);

    return value ? value : otherwise;
}

/* A file and a list of directories, of which some may be missing, but not all. */
static int add_default(X509_STORE *store, struct err *e)
{
    const char *file = from_environment(X509_get_default_cert_file_env(),
                                        X509_get_default_cert_file());
    const char *list = from_environment(X509_get_default_cert_dir_env(),
                                        X509_get_default_cert_dir());
    bool found = add_path(store, file, e) == 0;
    char *copy = must_copy(list), *state = NULL;

    for (char *d = strtok_r(copy, ":", &state); d; d = strtok_r(NULL, ":", &state))
        found |= add_path(store, d, e) == 0;
    free(copy);
    if (!found)
        return err_set(e,
                       "no trusted certificates in %s or %s; install ca-certificates or name a "
                       "file of your own",
                       file, list);
    e->text[0] = '\0';
    return 0;
}

struct trust *trust_open(const char *path, struct err *e)
{
    struct trust *t = must_alloc(1, sizeof *t);
    int failed = -1;

    t->store = X509_STORE_new();
    if (!t->store)
        err_set(e, "OpenSSL cannot make a trust store");
    else
        failed = path ? add_path(t->store, path, e) : add_default(t->store, e);
    ERR_clear_error();
    if (failed)
        trust_free(&t);
    return t;
}

void trust_free(struct trust **t)
{
    if (*t) {
        X509_STORE_free((*t)->store);
        free((*t)->trusted);
    }
    free(*t);
    *t = NULL;
}

/* ---- names */

/* What RFC 5321 2.3.5 and DNS as used allow, underscores too: others cannot be looked for. */
static bool is_host_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_";
    do {
        size_t label = strspn(name, letters);
        if (label == 0 || label > 63)
            return false;
        name += label;
    } while (*name == '.' && *++name);
    return *name == '\0';
}

static bool match_address(X509 *x, const char *name, struct chain_verdict *v)
{
    unsigned char octets[16];
    size_t n = 4;

    if (slice_starts_nocase(slice_of(name), "IPv6:")) /* RFC 5321 4.1.3 */
        name += 5;
    if (inet_pton(AF_INET, name, octets) != 1) {
        if (inet_pton(AF_INET6, name, octets) != 1)
            return false;
        n = 16;
    }
    v->named = tri_of(X509_check_ip(x, octets, n, 0) == 1);
    if (v->named == YES)
        inet_ntop(n == 4 ? AF_INET : AF_INET6, octets, v->covering, sizeof v->covering);
    return true;
}

/*
 * RFC 9525 matches names of subjectAltName alone: never the common name (2, appendix A), which
 * RFC 7817 3 left to clients of mail as a MAY; MTA-STS never knew it (RFC 8461 4.2).  A wildcard is
 * the whole left-most label (RFC 9525 6.3, RFC 7817 3).  SRV-ID is not looked for: that is for names
 * which a client found by RFC 6186, and the capture does not tell.
 */
static void match_name(X509 *x, const char *name, struct chain_verdict *v)
{
    const unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                           X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    char *covering = NULL;
    size_t n = strlen(name);

    if (n == 0 || n >= BOUND_NAME || match_address(x, name, v) || !is_host_name(name))
        return;
    n -= name[n - 1] == '.'; /* the root's */
    int matched = X509_check_host(x, name, n, flags, &covering);
    if (matched >= 0)
        v->named = tri_of(matched);
    if (covering)
        text_escape(v->covering, sizeof v->covering, slice_of(covering));
    OPENSSL_free(covering);
}

/* ---- verification */

/*
 * The time is the capture's.  An operator may trust an intermediate or the server's own certificate.
 * The security level is 0: weak keys and signatures are said of a certificate by tls_weaknesses(),
 * and an old chain then fails for what is wrong with it, not for the strength that is asked for
 * today.  OpenSSL takes no RSA key above 16,384 bits, and each certificate of the chain at most once,
 * so cycles and copies end; the depth bounds the signatures that are checked.
 */
static void set_parameters(X509_STORE_CTX *ctx, int64_t at)
{
    X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);

    X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_time(p, (time_t)at);
    X509_VERIFY_PARAM_set_depth(p, (int)BOUND_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(p, 0);
    X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER);
}

static void verify(struct trust *t, STACK_OF(X509) * chain, int64_t at, struct chain_verdict *v)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();

    v->verified = NO;
    v->error = X509_V_ERR_UNSPECIFIED;
    if (ctx && X509_STORE_CTX_init(ctx, t->store, sk_X509_value(chain, 0), chain) == 1) {
        set_parameters(ctx, at);
        bool good = X509_verify_cert(ctx) == 1;
        int error = X509_STORE_CTX_get_error(ctx);
        v->verified = tri_of(good);
        v->error = good ? 0 : error != X509_V_OK ? error : X509_V_ERR_UNSPECIFIED;
    }
    X509_STORE_CTX_free(ctx);
    if (v->error)
        snprintf(v->reason, sizeof v->reason, "%s", X509_verify_cert_error_string(v->error));
}

/* ---- what is remembered */

static void recall_key(uint8_t key[DIGEST_OCTETS], const struct slice *chain, unsigned n,
                       const char *name)
{
    struct digest *d = digest_new();
    struct slice text = slice_of(name);
    uint32_t length;

    /* Lengths go in before octets, so that no other chain gives the same input. */
    for (unsigned i = 0; i < n; i++) {
        length = (uint32_t)chain[i].n;
        digest_add(d, (struct slice){(const uint8_t *)&length, sizeof length});
        digest_add(d, chain[i]);
    }
    length = UINT32_MAX;
    digest_add(d, (struct slice){(const uint8_t *)&length, sizeof length});
    digest_add(d, text);
    digest_finish(&d, key);
}

static struct remembered *set_of(struct trust *t, const uint8_t key[DIGEST_OCTETS])
{
    return t->remembered[(key[0] | (unsigned)key[1] << 8) % SETS];
}

static struct remembered *recall(struct trust *t, const uint8_t key[DIGEST_OCTETS], int64_t at)
{
    struct remembered *set = set_of(t, key), *r;

    for (r = set; r < set + WAYS; r++)
        if (r->used && memcmp(r->key, key, DIGEST_OCTETS) == 0 &&
            (at == r->at || (at > r->after && at < r->before))) {
            r->used = ++t->clock;
            return r;
        }
    return NULL;
}

static struct validity validity_of(const X509 *x)
{
    struct validity v = {0, 0, false};

    v.known = x509_seconds(X509_get0_notBefore(x), &v.from) &&
              x509_seconds(X509_get0_notAfter(x), &v.to);
    return v;
}

/* A directory adds to the store what was asked for; nothing ever leaves it. */
static void look_at_store(struct trust *t)
{
    STACK_OF(X509_OBJECT) *all = X509_STORE_get0_objects(t->store);
    int n = sk_X509_OBJECT_num(all);

    if (n == t->objects)
        return;
    t->trusted = must_grow(t->trusted, (unsigned long)n, sizeof *t->trusted);
    t->objects = n;
    t->trusted_count = 0;
    for (int i = 0; i < n; i++) {
        const X509 *x = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(all, i));
        if (x)
            t->trusted[t->trusted_count++] = validity_of(x);
    }
}

/*
 * A verdict hangs on `at` only by its order among the times of the certificates looked at: those of
 * the chain, and those of the store.  Between two neighbouring times that order stays the same, and
 * with it each choice of OpenSSL.  What a directory has not given yet was not looked at, and will not
 * be by the same choices.  A verdict at such a time itself holds for that second only.
 */
static void narrow(struct remembered *r, struct validity v)
{
    const int64_t times[] = {v.from, v.to};

    if (!v.known)
        r->after = r->before = r->at; /* not comparable: this second only */
    for (int i = 0; v.known && i < 2; i++) {
        if (times[i] <= r->at && times[i] > r->after)
            r->after = times[i];
        if (times[i] >= r->at && times[i] < r->before)
            r->before = times[i];
    }
}

static void remember(struct trust *t, const uint8_t key[DIGEST_OCTETS], STACK_OF(X509) * chain,
                     int64_t at, const struct chain_verdict *v)
{
    struct remembered *set = set_of(t, key), *r = set;

    for (unsigned i = 1; i < WAYS; i++)
        if (set[i].used < r->used)
            r = set + i;
    *r = (struct remembered){.after = INT64_MIN, .before = INT64_MAX, .at = at, .verdict = *v};
    memcpy(r->key, key, DIGEST_OCTETS);
    r->used = ++t->clock;
    for (int i = 0; i < sk_X509_num(chain); i++)
        narrow(r, validity_of(sk_X509_value(chain, i)));
    look_at_store(t);
    for (unsigned i = 0; i < t->trusted_count; i++)
        narrow(r, t->trusted[i]);
}

/* ---- */

/* Those that can be read; empty when the first, the server's own, cannot. */
static STACK_OF(X509) * parse_chain(struct cert_memory *m, const struct slice *chain, unsigned n)
{
    STACK_OF(X509) *stack = sk_X509_new_null();

    for (unsigned i = 0; stack && i < n; i++) {
        X509 *x = m ? cert_memory_parsed(m, chain[i]) : NULL;
        if (!x)
            x = x509_parse(chain[i]);
        if (x && !sk_X509_push(stack, x))
            X509_free(x);
        if (i == 0 && !x)
            break;
    }
    return stack;
}

void chain_verify(struct trust *t, struct cert_memory *m, const struct slice *chain, unsigned n,
                  int64_t at, const char *name, struct chain_verdict *verdict_r)
{
    uint8_t key[DIGEST_OCTETS];
    struct remembered *r = NULL;

    n = n < BOUND_CHAIN ? n : BOUND_CHAIN;
    if (t) {
        recall_key(key, chain, n, name);
        r = recall(t, key, at);
    }
    if (r) {
        *verdict_r = r->verdict;
        return;
    }
    memset(verdict_r, 0, sizeof *verdict_r);
    STACK_OF(X509) *stack = parse_chain(m, chain, n);
    if (sk_X509_num(stack) > 0) {
        match_name(sk_X509_value(stack, 0), name, verdict_r);
        if (t)
            verify(t, stack, at, verdict_r);
    }
    if (t)
        remember(t, key, stack, at, verdict_r);
    sk_X509_pop_free(stack, X509_free);
    ERR_clear_error();
}
