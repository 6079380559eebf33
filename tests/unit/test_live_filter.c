/*
 * test_live_filter.c - what the kernel leaves out is nothing that the same filter would have kept of a
 * file.
 */
#include "test.h"

#include "../../capture/live.h"
#include "build.h"

#include <mailtap/bounds.h>
#include <mailtap/filter.h>

#include <dirent.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const expressions[] = {NULL, "port 25", "host 192.0.2.1 and tcp port 25",
                                          "tcp[tcpflags] & tcp-syn != 0 or port 587"};
#define EXPRESSIONS (sizeof expressions / sizeof *expressions)

static struct filter *file_way[EXPRESSIONS];
static struct bpf_program kernel_way[EXPRESSIONS];
static unsigned long frames_seen, frames_kept, frames_left_out;

static int compile_all(void **state)
{
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, BOUND_FRAME_OCTETS);
    char text[4096];
    (void)state;

    for (size_t i = 0; i < EXPRESSIONS; i++) {
        struct err e = {""};
        int n = live_filter(text, sizeof text, expressions[i]);
        assert_true(n > 0 && (size_t)n < sizeof text);
        if (pcap_compile(dead, &kernel_way[i], text, 1, PCAP_NETMASK_UNKNOWN) < 0)
            fail_msg("%s", pcap_geterr(dead));
        if (expressions[i])
            assert_non_null(file_way[i] = filter_new(expressions[i], &e));
    }
    pcap_close(dead);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXPRESSIONS; i++) {
        filter_free(&file_way[i]);
        pcap_freecode(&kernel_way[i]);
    }
    return 0;
}

/* Would a file be read on with it?  Of a fragment nobody knows before it is whole. */
static bool kept_of_file(size_t which, const struct frame *f)
{
    struct packet p;

    switch (packet_decode(NULL, f, &p)) {
    case DECODED_TCP:
        return filter_passes(file_way[which], &p);
    case DECODED_UDP:
    case DECODED_FRAGMENT:
        return true;
    default:
        return false;
    }
}

/* The kernel takes the outermost tag off before the filter sees the frame (skb_vlan_untag()). */
static struct slice without_tag(struct slice frame, uint8_t *room)
{
    bool tagged = frame.n >= 18 && ((frame.p[12] == 0x81 && frame.p[13] == 0) ||
                                    (frame.p[12] == 0x88 && frame.p[13] == 0xa8));

    if (!tagged)
        return frame;
    memcpy(room, frame.p, 12);
    memcpy(room + 12, frame.p + 16, frame.n - 16);
    return (struct slice){room, frame.n - 4};
}

static bool kept_by_kernel(size_t which, const struct frame *f)
{
    static uint8_t room[BOUND_FRAME_OCTETS];
    struct slice seen = without_tag(f->octets, room);
    uint32_t wire = f->wire_size - (uint32_t)(f->octets.n - seen.n);

    return bpf_filter(kernel_way[which].bf_insns, seen.p, wire, (u_int)seen.n) != 0;
}

static void check_frame(const char *of, const struct frame *f)
{
    if (f->link != DLT_EN10MB)
        return;
    frames_seen++;
    for (size_t i = 0; i < EXPRESSIONS; i++) {
        bool file = kept_of_file(i, f), kernel = kept_by_kernel(i, f);
        frames_kept += file;
        frames_left_out += !kernel;
        if (file && !kernel)
            fail_msg("%s, frame %llu: left out for '%s'", of, (unsigned long long)f->number,
                     expressions[i] ? expressions[i] : "");
    }
}

/* ---- captures there are */

static void check_capture(const char *path)
{
    struct err e = {""};
    struct source *s = source_open(path, &e);
    struct frame f;

    if (!s)
        return;
    while (source_next(s, &f, &e) == 1)
        check_frame(path, &f);
    source_close(&s);
}

static void check_folder(const char *folder)
{
    DIR *d = opendir(folder);

    for (struct dirent *in; d && (in = readdir(d));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, in->d_name);
        if (in->d_name[0] == '.')
            continue;
        if (in->d_type == DT_DIR)
            check_folder(path);
        else if (source_is_capture(path))
            check_capture(path);
    }
    if (d)
        closedir(d);
}

static void every_frame_of_every_capture(void **state)
{
    (void)state;
    frames_seen = frames_kept = frames_left_out = 0;
    check_folder("tests/captures");
    assert_true(frames_seen > 1000);
    check_folder("../shared/captures");
    print_message("%lu frames, kept %lu times, left out %lu times\n", frames_seen, frames_kept,
                  frames_left_out);
    assert_true(frames_kept > 1000);
    assert_true(frames_left_out > 0); /* or the filter would be of no use */
}

/* ---- what no capture has */

static void check_built(const char *what, struct build *b, enum decoded expected)
{
    struct frame f = {
        .number = 1, .link = DLT_EN10MB, .wire_size = (uint32_t)b->n, .octets = build_slice(b)};
    struct packet p;

    if (packet_decode(NULL, &f, &p) != expected)
        fail_msg("%s is not %s", what, decoded_name(expected));
    check_frame(what, &f);
    build_free(b);
}

static const struct segment four = {.from_port = 40000, .to_port = 25, .flags = TCP_SYN},
                            six = {.from = "2001:db8::1",
                                   .to = "2001:db8::2",
                                   .from_port = 40000,
                                   .to_port = 25,
                                   .flags = TCP_SYN};

static void build_ipv6(struct build *b, unsigned next, unsigned payload)
{
    struct ip_address a;

    build_u32(b, 0x60000000);
    build_u16(b, payload);
    build_u8(b, next);
    build_u8(b, 64);
    for (const char *text = "2001:db8::1"; text;
         text = strcmp(text, "2001:db8::2") ? "2001:db8::2" : NULL) {
        assert_true(address_parse(text, &a));
        build_octets(b, (struct slice){a.octets, 16});
    }
}

static void tags_and_labels(void **state)
{
    static const unsigned tags[] = {0x8100, 0x88a8, 0x9100};
    struct build b = {0};
    (void)state;

    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            for (int depth = 1; depth <= 3; depth++) {
                build_ethernet(&b, tags[i]);
                for (int n = 1; n < depth; n++) {
                    build_u16(&b, 100);
                    build_u16(&b, tags[j]);
                }
                build_u16(&b, 200);
                build_u16(&b, (i + j) % 2 ? 0x86dd : 0x0800);
                build_ip(&b, (i + j) % 2 ? &six : &four);
                check_built("tags", &b, DECODED_TCP);
            }
    for (unsigned type = 0x8847; type <= 0x8848; type++) {
        build_ethernet(&b, 0x8100);
        build_u16(&b, 5);
        build_u16(&b, type);
        build_u32(&b, 0x00010140);
        build_ip(&b, &four);
        check_built("labels", &b, DECODED_TCP);
    }
    build_ethernet(&b, 0x8864);
    build_u32(&b, 0x11000001);
    build_u16(&b, 42);
    build_u16(&b, 0x0021);
    build_ip(&b, &four);
    check_built("PPPoE", &b, DECODED_TCP);
}

/* A fragment without ports, behind `before` (0: nothing), of TCP or UDP. */
static void check_fragment_of_6(unsigned before, unsigned protocol, unsigned place)
{
    struct build b = {0};

    build_ethernet(&b, 0x86dd);
    build_ipv6(&b, before ? before : 44, before ? 32 : 24);
    if (before) {
        build_u8(&b, 44);
        build_u8(&b, 0);
        build_text(&b, "\x01\x04....");
    }
    build_u8(&b, protocol);
    build_u8(&b, 0);
    build_u16(&b, place);
    build_u32(&b, 77);
    build_text(&b, "sixteen octets..");
    check_built("an IPv6 fragment", &b, DECODED_FRAGMENT);
}

static void fragments_whatever_is_in_them(void **state)
{
    static const unsigned protocols[] = {6, 17, 47, 41}, before[] = {0, 60, 43};
    struct build b = {0};
    (void)state;

    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 3; j++) {
            check_fragment_of_6(before[j], protocols[i], 1);
            check_fragment_of_6(before[j], protocols[i], 1448);
        }
        build_ethernet(&b, 0x0800);
        build_u16(&b, 0x4500);
        build_u16(&b, 36);
        build_u32(&b, 0x00010005 + (uint32_t)i); /* the last one, without ports */
        build_u16(&b, 0x4000 + protocols[i]);
        build_u16(&b, 0);
        build_u32(&b, 0xc6336401);
        build_u32(&b, 0xc6336402);
        build_text(&b, "sixteen octets..");
        check_built("an IPv4 fragment", &b, DECODED_FRAGMENT);
    }
}

static void headers_before_tcp(void **state)
{
    static const unsigned before[] = {0, 60, 43, 51};
    struct build b = {0};
    (void)state;

    for (size_t i = 0; i < 4; i++) {
        build_ethernet(&b, 0x86dd);
        build_ipv6(&b, before[i], before[i] == 51 ? 44 : 28);
        build_u8(&b, 6);
        build_u8(&b, before[i] == 51 ? 4 : 0);
        build_text(&b, before[i] == 51 ? "1234567890123456789012" : "\x01\x04....");
        build_tcp(&b, &six);
        check_built("an extension header", &b, DECODED_TCP);
    }
    build_ethernet(&b, 0x0800);
    build_u32(&b, 0x46000000 + 44); /* an option of IPv4 */
    build_u32(&b, 0);
    build_u32(&b, 0x40060000);
    build_u32(&b, 0xc0000201);
    build_u32(&b, 0xc0000202);
    build_u32(&b, 0x01010101);
    build_tcp(&b, &four);
    check_built("an option", &b, DECODED_TCP);
}

/* UDP from and to these ports; what it carries begins with `carried`. */
static void udp(struct build *b, unsigned from, unsigned to, const struct build *carried)
{
    build_ethernet(b, 0x86dd);
    build_ipv6(b, 17, (unsigned)carried->n + 8);
    build_u16(b, from);
    build_u16(b, to);
    build_u16(b, (unsigned)carried->n + 8);
    build_u16(b, 0);
    build_octets(b, build_slice(carried));
}

static void tunnels_over_udp(void **state)
{
    static const unsigned vxlan[] = {4789, 8472};
    struct build b = {0}, in = {0};
    (void)state;

    build_u32(&in, 0x08000000);
    build_u32(&in, 0x00004200);
    build_ethernet(&in, 0x0800);
    build_ip(&in, &four);
    for (size_t i = 0; i < 2; i++) {
        udp(&b, 50000, vxlan[i], &in);
        check_built("VXLAN", &b, DECODED_TCP);
    }
    build_free(&in);
    build_u32(&in, 0x00000800);
    build_u32(&in, 0x00004200);
    build_ip(&in, &four);
    udp(&b, 50000, 6081, &in);
    check_built("GENEVE", &b, DECODED_TCP);
    build_free(&in);
    build_u32(&in, 0x30ff0000 + 40);
    build_u32(&in, 1);
    build_ip(&in, &four);
    udp(&b, 2152, 2152, &in);
    check_built("GTP-U", &b, DECODED_TCP);
    build_free(&in);
    build_ip(&in, &six);
    udp(&b, 3544, 50000, &in);
    check_built("Teredo", &b, DECODED_TCP);
    build_free(&in);
    build_text(&in, "twelve octet");
    udp(&b, 53, 50000, &in);
    check_built("DNS", &b, DECODED_UDP);
    build_free(&in);
}

static void what_is_too_long_is_no_filter(void **state)
{
    char to[8] = "", *longer = must_alloc(1, 5000);
    (void)state;

    memset(longer, ' ', 4990);
    assert_true(live_filter(to, sizeof to, longer) > 4990);
    assert_int_equal(strlen(to), 7);
    free(longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_of_every_capture),
        cmocka_unit_test(tags_and_labels),
        cmocka_unit_test(fragments_whatever_is_in_them),
        cmocka_unit_test(headers_before_tcp),
        cmocka_unit_test(tunnels_over_udp),
        cmocka_unit_test(what_is_too_long_is_no_filter),
    };

    return cmocka_run_group_tests(tests, compile_all, free_all);
}
