/* amount.c - see amount.h. */
#include "amount.h"

#include <mailtap/text.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void amount_exact(char to[AMOUNT_TEXT], uint64_t n)
{
    text_number(to, n);
}

/* The largest that has a letter; no rate of anything comes near. */
#define MOST 999e18

static double bounded(double n)
{
    return !isfinite(n) || n < 0 ? 0 : n > MOST ? MOST : n;
}

/* Three digits of n, divided until they are enough, and the unit after so many divisions. */
static void three_digits(char to[AMOUNT_TEXT], double n, double step, const char *const units[7])
{
    unsigned times = 0;

    for (; n >= 999.5 && times < 6; times++)
        n /= step;
    int digits = times == 0 || n >= 99.95 ? 0 : n < 9.995 ? 2 : 1;
    snprintf(to, AMOUNT_TEXT, "%.*f%s", digits, n, units[times]);
}

void amount_brief(char to[AMOUNT_TEXT], double n)
{
    static const char *const letters[] = {"", "k", "M", "G", "T", "P", "E"};
    double some = bounded(n);

    if (some < 99999.5)
        amount_exact(to, (uint64_t)(some + 0.5));
    else
        three_digits(to, some, 1000, letters);
}

void amount_bits(char to[AMOUNT_TEXT], double bits_per_second)
{
    static const char *const units[] = {" bit/s",  " kbit/s", " Mbit/s", " Gbit/s",
                                        " Tbit/s", " Pbit/s", " Ebit/s"};

    three_digits(to, bounded(bits_per_second), 1000, units);
}

void amount_octets(char to[AMOUNT_TEXT], uint64_t octets)
{
    static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};

    three_digits(to, (double)octets, 1024, units);
}

void amount_duration(char to[AMOUNT_TEXT], double seconds)
{
    uint64_t s = (uint64_t)bounded(seconds > 1e15 ? 1e15 : seconds), days = s / 86400;
    int n = days ? snprintf(to, AMOUNT_TEXT, "%" PRIu64 " d ", days) : 0;

    snprintf(to + n, AMOUNT_TEXT - (size_t)n, "%02u:%02u:%02u", (unsigned)(s / 3600 % 24),
             (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

/* Octets of the character at the front of a text, as UTF-8 would have it: a stray octet is one. */
static size_t character(const char *text)
{
    size_t n = 1;

    if (((uint8_t)text[0] & 0xc0) == 0xc0)
        while (n < 4 && ((uint8_t)text[n] & 0xc0) == 0x80)
            n++;
    return n;
}

unsigned amount_ascii(char *to, unsigned columns, const char *text)
{
    unsigned n = 0;

    while (*text && n < columns) {
        uint8_t octet = (uint8_t)*text;
        to[n++] = (char)(octet >= 0x20 && octet < 0x7f ? octet : '?');
        text += character(text);
    }
    if (*text && n)
        to[n - 1] = '~';
    to[n] = '\0';
    return n;
}
