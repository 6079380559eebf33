/*
 * estimates.c - a line of CSV for each TLS session of a capture: what is estimated of it.
 *
 *   make build/mailtap && cc -std=c11 -D_GNU_SOURCE -Iinclude tests/live/estimates.c $(find build -name '*.o' \
 *       -not -path '*tests*' -not -name main.o) $(pkg-config --libs libpcap libndpi libcrypto sqlite3 zlib libzstd) -lm
 */
#include <mailtap/err.h>
#include <mailtap/fragment.h>
#include <mailtap/frame.h>
#include <mailtap/session.h>

#include <stdio.h>

static void drain(struct flow *f)
{
    struct chunk c;

    while (stream_next(f->stream, &c))
        session_feed(f->user, f, &c);
}

static void print(struct flow *f)
{
    struct session *s = f->user;

    stream_flush(f->stream);
    drain(f);
    if (session_over(s, f) && session_facts(s, NULL)->tls_established == YES) {
        const struct facts *facts = session_facts(s, NULL);
        const struct estimate *e = &facts->estimate;
        printf("%u,%u,%s,%04x,%04x,%d,%u,%u,%u,%llu,%d\n", facts->client.port, facts->server.port,
               facts->client_name, (unsigned)facts->tls_version, (unsigned)facts->tls_cipher,
               e->made, e->low, e->messages, e->high, (unsigned long long)e->octets,
               e->authenticated);
    }
    session_free(&s);
    flow_free(f);
}

int main(int argc, char **argv)
{
    struct err e, damage;
    struct flow_limits limits = flow_limits_default();
    struct fragment_limits fragments = fragment_limits_default();
    struct source *source = argc == 2 ? source_open(argv[1], &e) : NULL;
    struct flow_table *flows = flow_table_new(&limits);
    struct decoder *decoder = decoder_new(&fragments);
    struct session_options options = {0};
    struct frame frame;
    struct packet p;
    struct flow *f;

    if (!source)
        return 1;
    while (source_next(source, &frame, &damage) > 0) {
        if (packet_decode(decoder, &frame, &p) != DECODED_TCP)
            continue;
        enum side from;
        f = flow_touch(flows, &p, &from);
        if (!f->user)
            f->user = session_new(&options);
        f->watched = true;
        stream_push(f->stream, &p, from);
        drain(f);
        while ((f = flow_over(flows, p.at_ns)))
            print(f);
    }
    while ((f = flow_over(flows, INT64_MAX)))
        print(f);
    return 0;
}
