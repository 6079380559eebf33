/* wire.c - see wire.h. */
#include "wire.h"

#include "test.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

bool wire_make(void)
{
    if (unshare(CLONE_NEWNET) < 0 || system("ip link show > /dev/null 2>&1") != 0) {
        print_message("skipped: no right to make a network, or no 'ip' command\n");
        return false;
    }
    wire_run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1"
             " 2> /dev/null; ip link set lo up");
    if (system("ip link add wire0 type veth peer name wire1 2> /dev/null") != 0) {
        print_message("skipped: this kernel makes no pair of interfaces\n");
        return false;
    }
    wire_run("ip link set wire0 up; ip link set wire1 up");
    return true;
}

void wire_run(const char *command)
{
    assert_int_equal(system(command), 0);
}

void wire_send_at(const char *interface, struct slice frame)
{
    static int fd = -1; /* closing one takes the kernel milliseconds */
    struct sockaddr_ll to = {
        .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface), .sll_halen = 6};

    if (fd < 0)
        fd = socket(AF_PACKET, SOCK_RAW, 0);
    assert_true(fd >= 0);
    ssize_t n = sendto(fd, frame.p, frame.n, 0, (const struct sockaddr *)&to, sizeof to);
    assert_int_equal(n, frame.n);
}

void wire_send(struct slice frame)
{
    wire_send_at("wire1", frame);
}
