/*
 * floor.c - the floor that reading stands on: libpcap hands over every frame, and nothing is done with it.
 *
 *   build/bench-floor FILE
 *
 * Prints the frames, their octets and the octets before they were cut.
 */
#include <pcap.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    uint64_t frames = 0, captured = 0, sent = 0;
    struct pcap_pkthdr *header;
    const unsigned char *octets;
    unsigned char sum = 0;
    int got;

    if (argc != 2) {
        fprintf(stderr, "usage: bench-floor FILE\n");
        return 2;
    }
    pcap_t *p = pcap_open_offline(argv[1], why);
    if (!p) {
        fprintf(stderr, "bench-floor: %s\n", why);
        return 1;
    }
    while ((got = pcap_next_ex(p, &header, &octets)) == 1) {
        frames++;
        captured += header->caplen;
        sent += header->len;
        /* So that the frame is looked at, as it is by whoever wants anything of it. */
        sum ^= header->caplen ? octets[0] : 0;
    }
    if (got != PCAP_ERROR_BREAK)
        fprintf(stderr, "bench-floor: %s\n", pcap_geterr(p));
    pcap_close(p);
    printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %02x\n", frames, captured, sent, sum);
    return got == PCAP_ERROR_BREAK ? 0 : 1;
}
