/* test_encryption.c - the audit on what it tells that a session is encrypted. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>

/* A client that has TLS with one server and goes without at the other; another that always has it. */
static unsigned some_encrypt(struct facts f[8])
{
    for (unsigned i = 0; i < 8; i++) {
        bool encrypted = i == 0 || i >= 5;
        f[i] = encrypted ? sample_encrypted((uint16_t)(i + 1)) : sample_clear((uint16_t)(i + 1));
        f[i].client.address.octets[3] = i < 5 ? 1 : 2;
    }
    return 8;
}

static void a_signal_where_some_encrypt(void **state)
{
    struct facts f[8];
    unsigned n = some_encrypt(f);
    char *one = audit_of(sample_path(state, "some.db"), f, n);

    assert_says(one,
                "What encryption itself tells Where only some sessions are encrypted, that one "
                "is encrypted is a signal. Here it tells 0.55 bits a session of which client "
                "it is from, of the 1.00 that it could");
    assert_says(one, "among seen encrypt worth bits of clients, by address 2 2 1.8 0.55 1.00");
    assert_says(one, "servers 2 1 1.0 1.00 1.00");
    assert_says(one, "client server encrypted elsewhere of bits "
                     "192.0.2.1 192.0.2.26 port 25 1 0 4 -");
    free(one);
}

static void none_where_all_do_or_nobody(void **state)
{
    struct facts f[] = {sample_encrypted(1), sample_encrypted(2)};
    char *one = audit_of(sample_path(state, "all.db"), f, 2);

    assert_says(one, "Every session that is known to be the one or the other is encrypted (2 "
                     "sessions): that it is tells an observer nothing.");
    assert_says_not(one, "stand out");
    free(one);
    f[0] = sample_clear(1);
    one = audit_of(sample_path(state, "nobody.db"), f, 1);
    assert_says_not(one, "What encryption itself tells");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_where_some_encrypt),
        cmocka_unit_test(none_where_all_do_or_nobody),
    };
    return cmocka_run_group_tests_name("encryption", tests, sample_folder, sample_folder_remove);
}
