/*
 * fuzz_merge.c - a damaged database as the source of a merge.  The first octet picks one of tests/db,
 * each four that follow are a place in it (three octets) and what stands there instead.
 *
 * The source is refused with a sentence and leaves nothing, or it is taken, and can be judged.  Merging
 * it again takes nothing more.
 */
#include <mailtap/classify.h>
#include <mailtap/query.h>
#include <mailtap/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const databases[] = {"tests/db/version-1.db", "tests/db/version-2.db"};

#define DATABASES (sizeof databases / sizeof *databases)

static struct slice database(unsigned which)
{
    static uint8_t octets[DATABASES][1 << 19];
    static size_t sizes[DATABASES];

    if (sizes[which] == 0) {
        FILE *f = fopen(databases[which], "rb");
        if (!f)
            abort(); /* run it where the project is */
        sizes[which] = fread(octets[which], 1, sizeof octets[which], f);
        fclose(f);
    }
    return (struct slice){octets[which], sizes[which]};
}

static void write_source(const char *path, const uint8_t *data, size_t size)
{
    struct slice whole = database(data[0] % DATABASES);
    uint8_t *copy = malloc(whole.n);
    FILE *f = fopen(path, "wb");

    if (!copy || !f)
        abort();
    memcpy(copy, whole.p, whole.n);
    for (size_t i = 1; i + 4 <= size; i += 4)
        copy[((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) % whole.n] =
            data[i + 3];
    if (fwrite(copy, 1, whole.n, f) != whole.n || fclose(f) != 0)
        abort();
    free(copy);
}

static void judge(struct store *st, struct err *e)
{
    if (store_judge_waiting(st, NULL, e) < 0)
        abort();
}

static int64_t count(struct store *st, const char *sql)
{
    struct err e = {""};
    int64_t n;

    if (query_integer(st, sql, &n, &e) < 0)
        abort();
    return n;
}

static void merge(const char *from, const char *to)
{
    struct err e = {""};
    struct merge_counts counts;
    struct store *st = store_open(to, STORE_WRITE, &e);

    if (!st)
        abort();
    if (store_merge(st, from, &counts, &e) < 0) {
        if (!*e.text || count(st, "SELECT count(*) FROM capture"))
            abort();
    } else {
        judge(st, &e);
        if (store_merge(st, from, &counts, &e) == 0 && counts.sessions)
            abort();
        judge(st, &e);
    }
    if (count(st, "SELECT count(*) FROM capture WHERE state = 'running'"))
        abort();
    if (store_close(&st, &e) < 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[] = "/tmp/mailtap-fuzz-XXXXXX";
    char from[64], to[64];

    if (size == 0 || !mkdtemp(folder))
        return 0;
    snprintf(from, sizeof from, "%s/from.db", folder);
    snprintf(to, sizeof to, "%s/to.db", folder);
    write_source(from, data, size);
    merge(from, to);
    unlink(from);
    unlink(to);
    rmdir(folder);
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    return 0;
}
