/* sink_store.h - findings into a store at once, for tests that drive a pipeline by themselves. */
#ifndef MAILTAP_TEST_SINK_STORE_H
#define MAILTAP_TEST_SINK_STORE_H

#include "../../cli/sink.h"

static int sink_store_session(void *of, const struct part *part, struct session **s, struct err *e)
{
    int rc = store_session(of, part->capture, session_facts(*s, NULL), e);

    session_free(s);
    return rc;
}

static int sink_store_dns(void *of, const struct part *part, int64_t seen_ns,
                          const struct ip_address *asker, const struct dns_message *m,
                          struct err *e)
{
    return store_dns(of, part->capture, seen_ns, asker, m, e);
}

static inline struct sink sink_store(struct store *st)
{
    return (struct sink){.of = st, .session = sink_store_session, .dns = sink_store_dns};
}

#endif
