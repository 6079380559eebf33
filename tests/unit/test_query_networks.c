/* test_query_networks.c - where STARTTLS was taken away: the answers to `stripped-networks`. */
#include "test.h"

#include "sample.h"

#include <mailtap/statistics.h>

#include <stdio.h>
#include <string.h>

#define COUNTS                                                                                     \
    "client_network sessions_stripped of_sessions_decided clients_stripped of_clients "            \
    "servers_stripped"

static struct facts all[64];
static unsigned count;

/* Sessions of a client with a server, all stripped or none. */
static void add(struct ip_address client, unsigned server, unsigned sessions, bool stripped)
{
    for (unsigned i = 0; i < sessions; i++) {
        struct facts *f = &all[count++];
        *f = sample_clear((uint16_t)(1000 + count));
        f->client.address = client;
        f->server.address.octets[3] = (uint8_t)server;
        if (stripped)
            strcpy(f->keywords, "XXXXXXXA");
    }
}

static struct ip_address v4(unsigned third, unsigned fourth)
{
    return (struct ip_address){4, {198, 51, (uint8_t)third, (uint8_t)fourth}};
}

static struct ip_address v6(unsigned third)
{
    return (struct ip_address){6, {0x20, 1, 0xd, 0xb8, 0, (uint8_t)third, [15] = 1}};
}

static const char *stored(void **state, const char *name)
{
    const char *path = sample_path(state, name);

    sample_store(path, 1, all, count);
    count = 0;
    return path;
}

static void networks_are_those_with_a_stripped_session(void **state)
{
    add(v4(100, 1), 1, 2, true);
    add(v4(100, 2), 2, 1, true);
    add(v4(100, 2), 1, 1, false);
    add(v4(100, 3), 1, 1, false);
    add(v4(101, 1), 1, 1, true);
    add(v4(102, 1), 1, 5, false); /* none */
    add(v6(7), 3, 2, true);
    add(v6(8), 3, 1, false);
    all[4].starttls_offered = all[4].starttls_requested = all[4].tls_established = UNKNOWN;
    all[4].decided = UNKNOWN; /* of the first network, and not decided */
    all[4].transactions = all[4].messages = 0;
    const char *path = stored(state, "networks.db");

    sample_answers(
        path, "stripped-networks", "", COUNTS,
        "198.51.100.0/24 3 4 2 2 2\n2001:db8:7::/48 2 2 1 1 1\n198.51.101.0/24 1 1 1 1 1");
    sample_answers(path, "stripped-networks", "ipv4=16 ipv6=32 rows=1", COUNTS,
                   "198.51.0.0/16 4 10 3 4 2");
    sample_answers(path, "stripped-networks", "ipv6=32", "client_network low high",
                   "198.51.100.0/24 - -\n2001:db8::/32 - -\n198.51.101.0/24 - -");
}

/* From 20 sessions on; servers are drawn again, in the order of their sizes. */
static void a_share_has_an_interval(void **state)
{
    const uint64_t hits[] = {0, 10}, n[] = {10, 12};
    struct interval i = cluster_bootstrap(hits, n, 2, 2000, 1);
    char want[128];

    add(v4(100, 1), 1, 10, true);
    add(v4(100, 2), 1, 2, false);
    add(v4(100, 2), 2, 10, false);
    snprintf(want, sizeof want, "10 22 %.4f %.4f", i.low, i.high);
    sample_answers(stored(state, "interval.db"), "stripped-networks", "",
                   "sessions_stripped of_sessions_decided low high", want);
}

static void none_where_nothing_was_stripped(void **state)
{
    add(v4(100, 1), 1, 3, false);
    sample_answers(stored(state, "none.db"), "stripped-networks", "", COUNTS, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_those_with_a_stripped_session),
        cmocka_unit_test(a_share_has_an_interval),
        cmocka_unit_test(none_where_nothing_was_stripped),
    };
    return cmocka_run_group_tests_name("query_networks", tests, sample_folder,
                                       sample_folder_remove);
}
