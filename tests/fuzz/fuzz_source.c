/*
 * fuzz_source.c - a whole file, as the program reads it: from the stored octets to ordered ones.
 */
#include <mailtap/bounds.h>
#include <mailtap/flow.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void follow(struct flow_table *flows, const struct packet *p)
{
    enum side from;
    struct flow *f = flow_touch(flows, p, &from);
    struct chunk c;

    f->watched = true;
    f->keep = (p->seq & 1) != 0;
    stream_push(f->stream, p, from);
    while (stream_next(f->stream, &c))
        require(c.kind != CHUNK_DATA || c.octets.n == c.length);
    while ((f = flow_over(flows, p->at_ns)) != NULL)
        flow_free(f);
}

static void read_file(const char *path)
{
    const struct flow_limits limits = {4, 2, 60, 10, 10000};
    struct flow_table *flows = flow_table_new(&limits);
    struct err e = {""};
    struct source *s = source_open(path, &e);
    struct frame frame;
    struct packet p;
    struct flow *f;
    uint64_t frames = 0;
    uint8_t digest[DIGEST_OCTETS];
    int rc = 0;

    require(s || e.text[0]);
    while (s && (rc = source_next(s, &frame, &e)) > 0) {
        require(frame.number == ++frames && frame.octets.n <= BOUND_FRAME_OCTETS);
        require(frame.at_ns >= 0);
        if (packet_decode(NULL, &frame, &p) == DECODED_TCP)
            follow(flows, &p);
    }
    require(rc == 0 || e.text[0]);
    require(!s || source_next(s, &frame, &e) == 0);
    if (s)
        source_fingerprint(s, FINGERPRINT_XXH3, digest);
    source_close(&s);
    while ((f = flow_over(flows, INT64_MAX)) != NULL)
        flow_free(f);
    flow_table_free(&flows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("fuzz", 0);

    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    read_file(path);
    close(fd);
    return 0;
}
