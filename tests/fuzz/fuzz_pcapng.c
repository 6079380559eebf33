/* fuzz_pcapng.c - a whole pcapng file: every frame lies in its block, and reading ends. */
#include "../../capture/pcapng.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t no_more(void *of, uint8_t *to, size_t n)
{
    (void)of;
    (void)to;
    (void)n;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame;
    struct err e;
    unsigned sum = 0;
    uint64_t frames = 0;

    struct window *in = window_new((struct slice){data, size}, no_more, NULL);
    struct pcapng *ng = pcapng_new(in);
    while (pcapng_next(ng, &frame, &e) > 0) {
        if (frame.number != ++frames || frame.octets.n > size)
            abort();
        for (size_t i = 0; i < frame.octets.n; i++)
            sum += frame.octets.p[i];
    }
    pcapng_free(&ng);
    window_free(&in);
    return sum == 0x7fffffff;
}
