/* fuzz_pcapng.c - a whole pcapng file: every frame lies in its block, and reading ends. */
#include "../../capture/pcapng.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame;
    struct err e;
    unsigned sum = 0;
    uint64_t frames = 0;

    if (size == 0)
        return 0;
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "rb");
    if (!in)
        return 0;
    struct pcapng *ng = pcapng_new(in);
    while (pcapng_next(ng, &frame, &e) > 0) {
        if (frame.number != ++frames || frame.octets.n > size)
            abort();
        for (size_t i = 0; i < frame.octets.n; i++)
            sum += frame.octets.p[i];
    }
    pcapng_free(&ng);
    fclose(in);
    return sum == 0x7fffffff;
}
