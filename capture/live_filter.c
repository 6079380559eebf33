/* live_filter.c - what the kernel may leave out; see live.h. */
#include "live.h"

#include <stdio.h>

/* What cannot be looked into from outside: whole, as the decoder may find mail in it. */
static const char within[] =
    "ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100"     /* tags below the first */
    " or ether proto 0x8847 or ether proto 0x8848 or ether proto 0x8864" /* MPLS, PPPoE */
    /* IP in IP, 6in4, GRE, AH, MPLS */
    " or ip proto 4 or ip proto 41 or ip proto 47 or ip proto 51 or ip proto 137"
    /* Extension headers, fragments among them, which "ip6 proto" looks behind; and tunnels. */
    " or (ip6[6] != 6 and ip6[6] != 17 and ip6[6] != 58)"
    " or (ip[6:2] & 0x3fff != 0)" /* fragments: only the first has ports */
    /* VXLAN twice, GENEVE, GTP-U, Teredo; DNS over either */
    " or udp port 4789 or udp port 8472 or udp port 6081 or udp port 2152 or udp port 3544"
    " or port 53";

int live_filter(char *to, size_t size, const char *expression)
{
    return snprintf(to, size, "(%s) or %s", expression ? expression : "tcp", within);
}
