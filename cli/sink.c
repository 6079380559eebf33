/* sink.c - see sink.h. */
#include "sink.h"

static int session(void *of, const struct part *part, const struct facts *f, struct err *e)
{
    return store_session(of, part->capture, f, e);
}

static int dns(void *of, const struct part *part, int64_t seen_ns, const struct ip_address *asker,
               const struct dns_message *m, struct err *e)
{
    return store_dns(of, part->capture, seen_ns, asker, m, e);
}

struct sink sink_store(struct store *st)
{
    return (struct sink){.of = st, .session = session, .dns = dns};
}
