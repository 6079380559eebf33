/*
 * test_pipeline.c - the whole path over a real capture: the same rows however it was cut into
 * segments, and all that is whole in a damaged file.
 */
#include "test.h"

#include "../../cli/pipeline.h"
#include "sink_store.h"

#include <mailtap/err.h>
#include <mailtap/query.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPTURE "tests/captures/demo.pcap"

static char folder[] = "/tmp/mailtap-pipeline-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static int turn;
    char *p = path[turn++ % 4];

    snprintf(p, sizeof path[0], "%s/%s", folder, name);
    return p;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[300];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct pipeline defaults(void)
{
    return (struct pipeline){.limits = flow_limits_default(),
                             .fragments = fragment_limits_default()};
}

static struct store *new_store(const char *database, struct part *part)
{
    struct err e = {""};
    const uint8_t digest[DIGEST_OCTETS] = {1};

    unlink(database);
    struct store *store = store_open(database, STORE_WRITE, &e);
    assert_non_null(store);
    assert_int_equal(store_capture_begin(store, "test", digest, &part->capture, &e), 1);
    return store;
}

static void end_store(struct store *store, const struct part *part)
{
    struct err e = {""};
    const uint8_t digest[DIGEST_OCTETS] = {1};

    assert_int_equal(store_capture_end(store, part->capture, digest, &part->counts, NULL, &e), 1);
    assert_int_equal(store_judge_waiting(store, NULL, &e), 0);
    assert_int_equal(store_close(&store, &e), 0);
}

static enum pipeline_end read_file(struct reading *reading, const char *file, struct part *part,
                                   struct err *damage_r)
{
    struct err e = {""};
    struct source *source = source_open(file, &e);

    assert_non_null(source);
    enum pipeline_end end = pipeline_read(reading, source, part, damage_r, &e);
    assert_int_not_equal(end, PIPELINE_FAILED);
    source_close(&source);
    return end;
}

static enum pipeline_end analyse_with(struct pipeline p, const char *file, const char *database,
                                      struct capture_counts *counts_r, struct err *damage_r)
{
    struct err e = {""};
    struct part part = {0};
    struct store *store = new_store(database, &part);
    struct sink to = sink_store(store);
    struct reading *reading = pipeline_open(&p, &to, &e);

    assert_non_null(reading);
    enum pipeline_end end = read_file(reading, file, &part, damage_r);
    assert_int_equal(pipeline_close(&reading, &e), 0);
    *counts_r = part.counts;
    end_store(store, &part);
    return end;
}

static enum pipeline_end analyse(const char *file, const char *database,
                                 struct capture_counts *counts_r, struct err *damage_r)
{
    return analyse_with(defaults(), file, database, counts_r, damage_r);
}

/* Every row and column of the views that speak of sessions, as one text. */
static char *rows_of(const char *database)
{
    static const char *const views[] = {
        "SELECT * FROM v_session ORDER BY started_at, client_port",
        "SELECT v.* FROM v_evidence v ORDER BY 1, 2",
        "SELECT x.* FROM v_exposure x JOIN v_session s USING (session_id)"
        " ORDER BY s.started_at, s.client_port, item",
    };
    struct err e;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    struct store *store = store_open(database, STORE_READ, &e);

    assert_non_null(store);
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        struct query *q = query_open(store, views[v], &e);
        assert_non_null(q);
        while (query_next(q, &e) > 0) {
            for (unsigned i = 0; i < query_columns(q); i++) {
                struct cell c = query_cell(q, i);
                if (strcmp(query_column(q, i), "session_id") == 0)
                    continue; /* rows are numbered as connections end */
                fprintf(out, "%s=%lld/%.*s ", query_column(q, i), (long long)c.integer,
                        (int)c.text.n, (const char *)c.text.p);
            }
            fputc('\n', out);
        }
        query_close(&q);
    }
    fclose(out);
    store_close(&store, &e);
    return text;
}

/* ---- a capture cut into segments of one octet */

struct headers {
    size_t ip, tcp, payload; /* where they begin */
    bool six;
};

static bool find_payload(const uint8_t *p, size_t n, struct headers *h)
{
    size_t total;

    if (n < 14 + 20)
        return false;
    h->ip = 14;
    h->six = p[12] == 0x86 && p[13] == 0xdd;
    if (!h->six && (p[12] != 8 || p[13] != 0 || p[23] != 6))
        return false;
    if (h->six && p[20] != 6)
        return false;
    h->tcp = h->ip + (h->six ? 40 : (size_t)(p[14] & 15) * 4);
    total = h->six ? 40u + ((size_t)p[18] << 8 | p[19]) : ((size_t)p[16] << 8 | p[17]);
    h->payload = h->tcp + (size_t)(p[h->tcp + 12] >> 4) * 4;
    return h->ip + total == n && h->payload + 1 < n;
}

static void write_octet(pcap_dumper_t *to, const struct pcap_pkthdr *header, const uint8_t *frame,
                        const struct headers *h, size_t i)
{
    uint8_t piece[256];
    struct pcap_pkthdr one = *header;
    size_t ip_size = h->payload + 1 - h->ip;

    memcpy(piece, frame, h->payload);
    piece[h->payload] = frame[h->payload + i];
    if (h->six) {
        piece[18] = (uint8_t)((ip_size - 40) >> 8);
        piece[19] = (uint8_t)(ip_size - 40);
    } else {
        piece[16] = (uint8_t)(ip_size >> 8);
        piece[17] = (uint8_t)ip_size;
    }
    uint32_t seq = (uint32_t)frame[h->tcp + 4] << 24 | (uint32_t)frame[h->tcp + 5] << 16 |
                   (uint32_t)frame[h->tcp + 6] << 8 | frame[h->tcp + 7];
    seq += (uint32_t)i;
    for (int k = 0; k < 4; k++)
        piece[h->tcp + 4 + (size_t)k] = (uint8_t)(seq >> (24 - 8 * k));
    if (i + 1 < header->caplen - h->payload)
        piece[h->tcp + 13] &= (uint8_t)~1u; /* FIN stays on the last one */
    one.caplen = one.len = (uint32_t)(h->payload + 1);
    pcap_dump((u_char *)to, &one, piece);
}

static void cut_into_octets(const char *from, const char *to_file)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *in = pcap_open_offline(from, why);
    struct pcap_pkthdr *header;
    const uint8_t *frame;
    struct headers h;

    assert_non_null(in);
    pcap_dumper_t *out = pcap_dump_open(in, to_file);
    assert_non_null(out);
    while (pcap_next_ex(in, &header, &frame) == 1) {
        if (!find_payload(frame, header->caplen, &h)) {
            pcap_dump((u_char *)out, header, frame);
            continue;
        }
        for (size_t i = 0; i < header->caplen - h.payload; i++)
            write_octet(out, header, frame, &h, i);
    }
    pcap_dump_close(out);
    pcap_close(in);
}

static void one_octet_a_segment_gives_the_same_rows(void **state)
{
    (void)state;
    const char *cut = in_folder("cut.pcap"), *a = in_folder("a.db"), *b = in_folder("b.db");
    struct capture_counts whole_counts, cut_counts;
    struct err damage;

    cut_into_octets(CAPTURE, cut);
    assert_int_equal(analyse(CAPTURE, a, &whole_counts, &damage), PIPELINE_DONE);
    assert_int_equal(analyse(cut, b, &cut_counts, &damage), PIPELINE_DONE);
    assert_true(cut_counts.frames > 50 * whole_counts.frames);
    assert_int_equal(whole_counts.mail_flows, 24);
    char *whole_rows = rows_of(a), *cut_rows = rows_of(b);
    assert_true(strlen(whole_rows) > 5000);
    assert_string_equal(whole_rows, cut_rows);
    free(whole_rows);
    free(cut_rows);
}

/* ---- captures of different link layers and snap lengths, merged */

static void put_u32(FILE *out, uint32_t value)
{
    fwrite(&value, 4, 1, out); /* pcapng takes the order of the machine */
}

static void write_interface(FILE *out, uint32_t link, uint32_t snap)
{
    put_u32(out, 1);
    put_u32(out, 20);
    put_u32(out, link);
    put_u32(out, snap);
    put_u32(out, 20);
}

static void write_packet(FILE *out, uint32_t interface, const struct pcap_pkthdr *h,
                         const uint8_t *octets, uint32_t n)
{
    uint64_t us = (uint64_t)h->ts.tv_sec * 1000000 + (uint64_t)h->ts.tv_usec;
    uint32_t padding = (4 - n % 4) % 4;

    put_u32(out, 6);
    put_u32(out, 32 + n + padding);
    put_u32(out, interface);
    put_u32(out, (uint32_t)(us >> 32));
    put_u32(out, (uint32_t)us);
    put_u32(out, n);
    put_u32(out, n);
    fwrite(octets, 1, n, out);
    fwrite("\0\0\0", 1, padding, out);
    put_u32(out, 32 + n + padding);
}

/* What merging an Ethernet capture and a raw IP capture gives: connections on even ports from the
 * one, on odd ports from the other. */
static void write_merged(const char *from, const char *to)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *in = pcap_open_offline(from, why);
    FILE *out = fopen(to, "wb");
    struct pcap_pkthdr *header;
    const uint8_t *frame;

    assert_true(in && out);
    put_u32(out, 0x0a0d0d0a);
    put_u32(out, 28);
    put_u32(out, 0x1a2b3c4d);
    put_u32(out, 1);
    put_u32(out, UINT32_MAX);
    put_u32(out, UINT32_MAX);
    put_u32(out, 28);
    write_interface(out, DLT_EN10MB, 262144);
    write_interface(out, 101, 65535);
    while (pcap_next_ex(in, &header, &frame) == 1) {
        bool six = frame[12] == 0x86, ip = six || (frame[12] == 8 && frame[13] == 0);
        size_t tcp = six ? 54 : 34;
        if (ip && ((frame[tcp + 1] ^ frame[tcp + 3]) & 1))
            write_packet(out, 1, header, frame + 14, header->caplen - 14);
        else
            write_packet(out, 0, header, frame, header->caplen);
    }
    pcap_close(in);
    fclose(out);
}

/* The second segment with octets of every connection is missing. */
static void drop_segments(const char *from, const char *to_file)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *in = pcap_open_offline(from, why);
    struct pcap_pkthdr *header;
    const uint8_t *frame;
    struct headers h;
    static unsigned seen[65536];

    assert_non_null(in);
    pcap_dumper_t *out = pcap_dump_open(in, to_file);
    while (pcap_next_ex(in, &header, &frame) == 1) {
        if (find_payload(frame, header->caplen, &h) &&
            ++seen[frame[h.tcp] << 8 | frame[h.tcp + 1]] == 2)
            continue;
        pcap_dump((u_char *)out, header, frame);
    }
    pcap_dump_close(out);
    pcap_close(in);
}

/* Frames are missing here and there: which ones, the seed says. */
static void drop_frames(const char *from, const char *to_file, uint32_t seed, uint32_t of_1024)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *in = pcap_open_offline(from, why);
    struct pcap_pkthdr *header;
    const uint8_t *frame;
    uint32_t random = seed * 2654435761u + 1;

    assert_non_null(in);
    pcap_dumper_t *out = pcap_dump_open(in, to_file);
    while (pcap_next_ex(in, &header, &frame) == 1) {
        random = random * 1664525u + 1013904223u;
        if ((random >> 16) % 1024 >= of_1024)
            pcap_dump((u_char *)out, header, frame);
    }
    pcap_dump_close(out);
    pcap_close(in);
}

/*
 * What a capture lost may take an answer away, never turn it round: a class may become unknown, a
 * reason undetermined, a fact NULL.  Evidence may be lost with the reply that held it.
 */
static const char contradicted[] =
    "ATTACH '%s' AS whole;"
    "CREATE TEMP VIEW wrong AS SELECT w.client_port, w.class, s.class,"
    "  (s.class NOT IN (w.class, 'unknown') AND NOT (w.class = 'stripped' AND s.class = "
    "'cleartext'))"
    " + (s.cleartext_reason NOT IN (w.cleartext_reason, 'undetermined') AND w.class = s.class)"
    " + (s.starttls_offered <> w.starttls_offered) + (s.starttls_requested <> w.starttls_requested)"
    " + (s.starttls_reply <> w.starttls_reply) + (s.tls_established <> w.tls_established)"
    " + (s.messages <> w.messages) + (s.recipients_accepted <> w.recipients_accepted)"
    " + (s.credentials_exposed <> w.credentials_exposed) + (s.tls_version <> w.tls_version)"
    " + (s.content_octets > w.content_octets) AS facts"
    " FROM main.v_session s JOIN whole.v_session w USING (client_ip, client_port, server_port)";

static void lost_frames_take_answers_away_and_never_turn_them_round(void **state)
{
    (void)state;
    const char *whole = in_folder("whole.db"), *part = in_folder("lossy.db");
    const char *lossy = in_folder("lossy.pcap"), *wrong = in_folder("wrong");
    struct capture_counts n;
    struct err damage;
    char sql[2048], command[4096];

    analyse(CAPTURE, whole, &n, &damage);
    snprintf(sql, sizeof sql, contradicted, whole);
    for (uint32_t seed = 1; seed <= 40; seed++) {
        drop_frames(CAPTURE, lossy, seed, seed % 2 ? 30 : 200);
        analyse(lossy, part, &n, &damage);
        snprintf(command, sizeof command,
                 "sqlite3 %s \"%s; SELECT * FROM wrong WHERE facts > 0\" > %s && ! grep . %s", part,
                 sql, wrong, wrong);
        if (system(command) != 0)
            fail_msg("seed %u", seed);
    }
}

static void merged_captures_give_the_same_rows(void **state)
{
    (void)state;
    const char *merged = in_folder("merged.pcapng"), *a = in_folder("m1.db"),
               *b = in_folder("m2.db");
    struct capture_counts counts;
    struct err damage;

    write_merged(CAPTURE, merged);
    analyse(CAPTURE, a, &counts, &damage);
    assert_int_equal(analyse(merged, b, &counts, &damage), PIPELINE_DONE);
    assert_int_equal(counts.unknown_link, 0);
    char *one = rows_of(a), *both = rows_of(b);
    assert_string_equal(one, both);
    free(one);
    free(both);
}

static void a_file_cut_short_keeps_what_is_whole(void **state)
{
    (void)state;
    const char *part = in_folder("part.pcap"), *db = in_folder("part.db");
    struct capture_counts counts;
    struct err damage = {""};
    static uint8_t octets[300000];
    FILE *in = fopen(CAPTURE, "rb");

    assert_non_null(in);
    size_t n = fread(octets, 1, sizeof octets, in);
    fclose(in);
    FILE *out = fopen(part, "wb");
    fwrite(octets, 1, n, out);
    fclose(out);
    assert_int_equal(analyse(part, db, &counts, &damage), PIPELINE_DAMAGED);
    assert_non_null(strstr(damage.text, "part.pcap"));
    assert_in_range(counts.mail_flows, 5, 23);
}

static void every_frame_is_counted_once(void **state)
{
    (void)state;
    struct capture_counts n;
    struct err damage;

    analyse(CAPTURE, in_folder("count.db"), &n, &damage);
    assert_int_equal(n.frames, 751);
    assert_int_equal(n.flows, 24);
    assert_int_equal(n.damaged_frames + n.fragments + n.unknown_link, 0);
    assert_int_equal(n.gap_octets, 0);
    assert_true(n.started_ns > 0 && n.ended_ns > n.started_ns);
}

static int64_t ask(const char *database, const char *sql)
{
    struct err e;
    int64_t value = -1;
    struct store *store = store_open(database, STORE_READ, &e);

    assert_non_null(store);
    assert_int_equal(query_integer(store, sql, &value, &e), 0);
    store_close(&store, &e);
    return value;
}

static void limits_that_are_reached_are_counted(void **state)
{
    (void)state;
    const char *db = in_folder("limits.db"), *disorder = in_folder("disorder.pcap");
    struct pipeline few = defaults(), little = defaults();
    struct capture_counts n;
    struct err damage;

    few.limits.flows = 1; /* two connections of the capture overlap in time */
    analyse_with(few, CAPTURE, db, &n, &damage);
    assert_true(n.evicted > 0);
    assert_int_equal(ask(db, "SELECT evicted FROM v_capture"), (int64_t)n.evicted);
    assert_true(n.mail_flows >= 24);

    little.limits.held_octets = 100;
    drop_segments(CAPTURE, disorder);
    analyse_with(little, disorder, db, &n, &damage);
    assert_true(n.holes_given_up > 0);
    assert_int_equal(ask(db, "SELECT holes_given_up FROM v_capture"), (int64_t)n.holes_given_up);
    assert_int_equal(ask(db, "SELECT gap_octets FROM v_capture"), (int64_t)n.gap_octets);
    assert_true(n.gap_octets > 0);
}

static void each_connection_is_told_once(void **state)
{
    (void)state;
    struct capture_counts n;
    struct err damage;
    const char *db = in_folder("once.db");
    struct pipeline p = defaults();

    p.limits.linger_seconds = 3600; /* closed ones stay for late duplicates */
    analyse_with(p, CAPTURE, db, &n, &damage);
    assert_int_equal(n.mail_flows, 24);
    assert_int_equal(n.mail_port_other, 0);
    assert_int_equal(ask(db, "SELECT count(*) FROM v_session"), 24);
}

static void an_interrupt_keeps_what_was_read(void **state)
{
    (void)state;
    static const volatile int interrupted = 1;
    struct pipeline p = defaults();
    struct capture_counts n;
    struct err damage;

    p.interrupt = &interrupted;
    assert_int_equal(analyse_with(p, CAPTURE, in_folder("interrupted.db"), &n, &damage),
                     PIPELINE_INTERRUPTED);
    assert_int_equal(n.frames, 1);
}

/* Frames `from` to `to` of a capture, as a file of its own. */
static void write_part(const char *file, const char *to_file, unsigned from, unsigned to)
{
    char why[PCAP_ERRBUF_SIZE];
    pcap_t *in = pcap_open_offline(file, why);
    struct pcap_pkthdr *header;
    const uint8_t *frame;
    pcap_dumper_t *out = pcap_dump_open(in, to_file);

    for (unsigned i = 0; pcap_next_ex(in, &header, &frame) == 1; i++)
        if (i >= from && i < to)
            pcap_dump((u_char *)out, header, frame);
    pcap_dump_close(out);
    pcap_close(in);
}

static void connections_go_on_in_the_next_file(void **state)
{
    (void)state;
    const char *a = in_folder("whole.db"), *b = in_folder("parts.db"), *file = in_folder("part");
    struct pipeline p = defaults();
    struct capture_counts n;
    struct err damage, e = {""};

    analyse(CAPTURE, a, &n, &damage);
    char *whole = rows_of(a);
    for (unsigned cut = 5; cut < 740; cut += 49) {
        struct part parts[2] = {0};
        struct store *store = new_store(b, &parts[0]);
        struct sink to = sink_store(store);
        struct reading *reading = pipeline_open(&p, &to, &e);
        parts[1].capture = parts[0].capture;
        write_part(CAPTURE, file, 0, cut);
        read_file(reading, file, &parts[0], &damage);
        write_part(CAPTURE, file, cut, 1000);
        read_file(reading, file, &parts[1], &damage);
        assert_int_equal(pipeline_close(&reading, &e), 0);
        assert_int_equal(parts[0].counts.frames + parts[1].counts.frames, n.frames);
        assert_int_equal(parts[0].counts.flows + parts[1].counts.flows, n.flows);
        assert_int_equal(parts[0].counts.mail_flows + parts[1].counts.mail_flows, n.mail_flows);
        end_store(store, &parts[0]);
        char *rows = rows_of(b);
        assert_string_equal(rows, whole);
        free(rows);
    }
    free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_octet_a_segment_gives_the_same_rows),
        cmocka_unit_test(lost_frames_take_answers_away_and_never_turn_them_round),
        cmocka_unit_test(merged_captures_give_the_same_rows),
        cmocka_unit_test(a_file_cut_short_keeps_what_is_whole),
        cmocka_unit_test(every_frame_is_counted_once),
        cmocka_unit_test(limits_that_are_reached_are_counted),
        cmocka_unit_test(each_connection_is_told_once),
        cmocka_unit_test(an_interrupt_keeps_what_was_read),
        cmocka_unit_test(connections_go_on_in_the_next_file),
    };
    return cmocka_run_group_tests_name("pipeline", tests, make_folder, remove_folder);
}
