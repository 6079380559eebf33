/* lively.c - see lively.h. */
#include "test.h"

#include "lively.h"
#include "sample.h"

#include <mailtap/random.h>
#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define START (SAMPLE_CAPTURED * SECOND)

struct facts live_made[LIVE_ROOM];

/* ---- sessions of all kinds, of a few servers and clients: what one is hangs on the others */

static void not_offered(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = f->tls_established = NO;
    f->starttls_reply = 0;
    snprintf(f->keywords, sizeof f->keywords, "SIZE 1000");
}

static void offered_not_used(struct facts *f)
{
    f->starttls_offered = YES;
}

static void refused(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = YES;
    f->starttls_reply = 454;
}

static void broken(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = YES;
    f->starttls_reply = 220;
    f->transactions = f->messages = 0;
    f->ending = ENDING_RESET;
}

static void without_ehlo(struct facts *f)
{
    f->ehlo_accepted = NO;
    f->ehlo_reply = 502;
    f->helo_sent = true;
    f->starttls_offered = UNKNOWN;
    f->keywords[0] = '\0';
}

static void encrypted(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = f->tls_established = YES;
    f->starttls_reply = 220;
    f->transactions = f->messages = 0;
    f->tls_version = 0x0304;
    f->tls_cipher_known = true;
    f->tls_cipher = 0x1301;
}

static void make_one(struct facts *f, unsigned i, struct random *r)
{
    static void (*const kinds[])(struct facts * f) = {encrypted, encrypted,        encrypted,
                                                      encrypted, not_offered,      refused,
                                                      broken,    offered_not_used, without_ehlo};
    uint8_t client = (uint8_t)random_below(r, 15), server = (uint8_t)random_below(r, 6);

    *f = sample_clear((uint16_t)(1000 + i));
    f->client.address.octets[3] = (uint8_t)(100 + client);
    f->server.address.octets[3] = (uint8_t)(20 + server);
    f->started_ns = START + i * 7 * SECOND;
    f->ended_ns = f->started_ns + (int64_t)random_below(r, 20) * SECOND;
    snprintf(f->client_name, sizeof f->client_name, "client-%u.example", client);
    f->ehlo_reply = 250;
    snprintf(f->keywords, sizeof f->keywords, "SIZE 1000\nSTARTTLS");
    /* Behind one client a box, for one server it depends on the day, the others are even. */
    if (client == 1 || (server == 2 && i % 100 < 40))
        not_offered(f);
    else
        kinds[random_below(r, sizeof kinds / sizeof *kinds)](f);
}

/* Every tenth connection is seen by both captures, and every other of these differently. */
void lively_make(uint64_t seed)
{
    struct random r = random_seeded(seed);

    for (unsigned i = 0; i < LIVE_ROOM; i++) {
        if (i % 10 == 1) {
            live_made[i] = live_made[i - 1];
            if (i % 20 == 1)
                not_offered(&live_made[i]);
            continue;
        }
        make_one(&live_made[i], i, &r);
    }
}

/* ---- databases */

struct capture_counts lively_figures(unsigned stored)
{
    return (struct capture_counts){.frames = 10 * stored,
                                   .flows = stored,
                                   .mail_flows = stored,
                                   .drops_known = true,
                                   .kernel_dropped = 3,
                                   .live = true,
                                   .rows_dropped = 1,
                                   .outages = 2,
                                   .clock_steps = 4,
                                   .write_failures = 5,
                                   .started_ns = START,
                                   .ended_ns = START + stored * 7 * SECOND};
}

struct store *lively_open(const char *path, enum store_mode mode)
{
    struct err e = {""};
    struct store *st = store_open(path, mode, &e);

    assert_string_equal(e.text, "");
    assert_non_null(st);
    return st;
}

void lively_close(struct store **st)
{
    struct err e = {""};

    assert_int_equal(store_close(st, &e), 0);
    assert_string_equal(e.text, "");
}

void lively_begin(struct store *st, int64_t of[2])
{
    struct err e = {""};

    assert_int_equal(store_live_begin(st, "eth0", &of[0], &e), 0);
    assert_int_equal(store_live_begin(st, "eth1", &of[1], &e), 0);
}

void lively_end(struct store *st, const int64_t of[2], unsigned each)
{
    const struct capture_counts counts = lively_figures(each);
    struct err e = {""};

    for (int i = 0; i < 2; i++)
        assert_int_equal(store_live_end(st, of[i], &counts, NULL, &e), 0);
    assert_int_equal(store_live_commit(st, &e), 0);
}

/* Sessions [from, to), to the two captures in turn. */
int lively_put(struct store *st, const int64_t of[2], unsigned from, unsigned to, struct err *e)
{
    for (unsigned i = from; i < to; i++)
        if (store_session(st, of[i % 2], &live_made[i], e) < 0)
            return -1;
    return 0;
}

static void count_wrong(void *of, const char *check, enum check_says says, const char *text)
{
    if (says != CHECK_WRONG)
        return;
    ++*(unsigned *)of;
    fprintf(stderr, "%s: %s\n", check, text);
}

void lively_all_is_well(const char *path)
{
    struct store *st = lively_open(path, STORE_READ);
    unsigned told = 0;

    assert_int_equal(store_check(st, false, count_wrong, &told), 0);
    assert_int_equal(told, 0);
    lively_close(&st);
    sample_sound(path);
}
