/* fuzz_software.c - greetings and keywords: read within their bounds, and one word tells nothing. */
#include <mailtap/software.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the greeting, the others are keywords. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    char *keywords = strchr(text, '\n');
    if (keywords)
        *keywords++ = '\0';
    const char *name = software_name(text, keywords);
    if (name && !*name)
        abort();
    if (!strchr(text, ' ') && software_name(text, NULL))
        abort();
    free(text);
    return 0;
}
