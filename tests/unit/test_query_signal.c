/* test_query_signal.c - what encryption itself tells: the answers to `signal` and `surprising`. */
#include "test.h"

#include "sample.h"

#include <stdio.h>
#include <string.h>

#define SIGNAL                                                                                     \
    "told sessions_encrypted of_sessions seen anonymity_set effective_size degree bits of_bits"
#define SURPRISING                                                                                 \
    "client_ip server_ip sessions_encrypted of_sessions encrypted_elsewhere "                      \
    "of_sessions_elsewhere bits population_bits"

static struct facts all[64];
static unsigned count;

/* Sessions of a client with a server, all encrypted or none. */
static void add(unsigned client, unsigned server, unsigned sessions, bool encrypted)
{
    for (unsigned i = 0; i < sessions; i++) {
        uint16_t port = (uint16_t)(1000 + count);
        struct facts f = encrypted ? sample_encrypted(port) : sample_clear(port);
        f.client.address.octets[3] = (uint8_t)client;
        f.server.address.octets[3] = (uint8_t)(100 + server);
        snprintf(f.client_name, sizeof f.client_name, "mta%u.example", client % 2);
        all[count++] = f;
    }
}

static const char *stored(void **state, const char *name)
{
    const char *path = sample_path(state, name);

    sample_store(path, 1, all, count);
    count = 0;
    return path;
}

/* Two clients, one of which encrypts: by its address one session tells it, by its server nothing. */
static void what_encryption_tells_is_by_hand(void **state)
{
    add(1, 1, 8, true);
    add(2, 1, 8, false);
    sample_answers(stored(state, "tells.db"), "signal", "", SIGNAL,
                   "client 8 16 2 1 1.0000 0.0000 1.0000 1.0000\n"
                   "client-name 8 16 2 1 1.0000 0.0000 1.0000 1.0000\n"
                   "server 8 16 1 1 1.0000 0.0000 0.0000 1.0000");
}

/*
 * By client 2 of 2, 1 of 2 and 1 of 4 are encrypted: a set with shares of 1/2, 1/4 and 1/4, of 3/2 bits;
 * H(1/2) - H(1/2) / 4 - H(1/4) / 2, and (3 + 2 - 5 - 1) / 16 nats.  By name 3 of 4 and 1 of 4:
 * H(1/2) - H(1/4), and (2 + 2 - 4 - 1) / 16 nats.
 */
static void few_encrypt(void **state)
{
    add(1, 1, 2, true);
    add(3, 2, 1, true);
    add(3, 2, 1, false);
    add(4, 1, 1, true);
    add(4, 1, 3, false);
    sample_answers(stored(state, "few.db"), "signal", "", SIGNAL,
                   "client 4 8 3 3 2.8000 0.9464 0.2542 1.0000\n"
                   "client-name 4 8 2 2 1.8000 0.8113 0.0986 1.0000\n"
                   "server 4 8 2 2 1.8000 0.8113 0.0000 1.0000");
}

static void nothing_is_told_where_all_are_alike(void **state)
{
    add(1, 1, 3, true);
    add(2, 2, 3, true);
    sample_answers(stored(state, "alike.db"), "signal", "", SIGNAL,
                   "client 6 6 2 2 2.0000 1.0000 0.0000 0.0000\n"
                   "client-name 6 6 2 2 2.0000 1.0000 0.0000 0.0000\n"
                   "server 6 6 2 2 2.0000 1.0000 0.0000 0.0000");
    sample_answers(sample_path(state, "alike.db"), "surprising", "", SURPRISING, "");
    add(1, 1, 3, false);
    sample_answers(stored(state, "clear.db"), "signal", "", SIGNAL,
                   "client 0 3 1 0 - - 0.0000 0.0000\n"
                   "client-name 0 3 1 0 - - 0.0000 0.0000\n"
                   "server 0 3 1 0 - - 0.0000 0.0000");
    sample_answers(stored(state, "none.db"), "signal", "", SIGNAL,
                   "client 0 0 0 0 - - - -\nclient-name 0 0 0 0 - - - -\nserver 0 0 0 0 - - - -");
}

/* What is neither encrypted nor in the clear is in no share: a handshake that failed, and what the
 * capture does not tell. */
static void the_undecided_are_left_out(void **state)
{
    add(1, 1, 2, true);
    add(2, 1, 1, false);
    all[1].tls_established = NO;
    all[1].transactions = all[1].messages = 0;
    all[2].starttls_offered = all[2].starttls_requested = all[2].tls_established = UNKNOWN;
    all[2].decided = UNKNOWN;
    all[2].transactions = all[2].messages = 0;
    sample_answers(stored(state, "undecided.db"), "signal", "",
                   "told sessions_encrypted of_sessions",
                   "client 1 1\nclient-name 1 1\nserver 1 1");
}

static void sessions_that_stand_out(void **state)
{
    add(1, 1, 1, true); /* of 4 elsewhere none */
    add(1, 2, 4, false);
    add(2, 1, 2, true); /* of 8 elsewhere one: 3 bits */
    add(2, 2, 1, true); /* of 2 elsewhere both */
    add(2, 2, 7, false);
    add(3, 1, 2, true); /* nothing elsewhere */
    add(4, 1, 1, true); /* of 2 elsewhere one: one bit */
    add(4, 2, 1, true); /* of 1 elsewhere it */
    add(4, 2, 1, false);
    add(5, 1, 1, true); /* all elsewhere */
    add(5, 2, 1, true);
    const char *path = stored(state, "stand-out.db");

    sample_answers(path, "surprising", "", SURPRISING,
                   "192.0.2.1 192.0.2.101 1 1 0 4 - 1.1375\n"
                   "192.0.2.2 192.0.2.101 2 2 1 8 3.0000 1.1375\n"
                   "192.0.2.4 192.0.2.101 1 1 1 2 1.0000 1.1375");
    sample_answers(path, "surprising", "bits=2", "client_ip bits", "192.0.2.1 -\n192.0.2.2 3.0000");
    sample_answers(path, "surprising", "rows=1", "client_ip bits", "192.0.2.1 -");
    sample_answers(path, "surprising", "bits=0 rows=5", "client_ip server_ip bits",
                   "192.0.2.1 192.0.2.101 -\n192.0.2.2 192.0.2.101 3.0000\n"
                   "192.0.2.4 192.0.2.101 1.0000\n192.0.2.2 192.0.2.102 0.0000\n"
                   "192.0.2.4 192.0.2.102 0.0000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_encryption_tells_is_by_hand),
        cmocka_unit_test(few_encrypt),
        cmocka_unit_test(nothing_is_told_where_all_are_alike),
        cmocka_unit_test(the_undecided_are_left_out),
        cmocka_unit_test(sessions_that_stand_out),
    };
    return cmocka_run_group_tests_name("query_signal", tests, sample_folder, sample_folder_remove);
}
