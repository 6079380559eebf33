/* fuzz_cert.c - certificates: any octets give facts that are safe to print, or none at all. */
#include <mailtap/cert.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    if (!memchr(text, '\0', BOUND_NAME))
        abort();
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cert_facts none;
    struct cert_facts f;
    bool read = cert_read((struct slice){data, size}, &f);

    check_text(f.subject_cn);
    check_text(f.issuer_cn);
    if (read ? strlen(f.sha256) != 64 : memcmp(&f, &none, sizeof f) != 0)
        abort();
    return 0;
}
