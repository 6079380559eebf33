/*
 * replay.c - a main() for fuzz targets without a fuzzer: every file of the folders and files
 * named is one input.  So a corpus is a test.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long inputs;

static int fail(const char *path)
{
    perror(path);
    return -1;
}

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0, room = 0, n = 1;

    if (!file)
        return fail(path);
    while (n) {
        if (size == room) {
            room = room ? room * 2 : 4096;
            data = realloc(data, room);
            if (!data)
                abort();
        }
        n = fread(data + size, 1, room - size, file);
        size += n;
    }
    fclose(file);
    /* Exactly its size: a sanitizer sees what reads past its end. */
    uint8_t *input = malloc(size ? size : 1);
    if (!input)
        abort();
    memcpy(input, data, size);
    free(data);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    inputs++;
    return 0;
}

static int replay(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int rc = 0;

    if (!folder)
        return replay_file(path);
    while (rc == 0 && (entry = readdir(folder)) != NULL) {
        char file[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        rc = replay_file(file);
    }
    closedir(folder);
    return rc;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (replay(argv[i]) < 0)
            return 1;
    printf("%lu inputs\n", inputs);
    return inputs == 0;
}
