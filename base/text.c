/* text.c - see text.h. */
#include <mailtap/text.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * Octets of the well-formed UTF-8 character at the front of s (RFC 3629 4), or 0 when there is
 * none or it is a control character (C0, DEL, C1).
 */
static size_t utf8_character(struct slice s)
{
    static const struct {
        uint8_t first, last, second_low, second_high;
        size_t size;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    uint8_t first = s.p[0];

    if (first < 0x80)
        return first >= 0x20 && first != 0x7f;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (first < forms[i].first || first > forms[i].last || s.n < forms[i].size)
            continue;
        if (s.p[1] < forms[i].second_low || s.p[1] > forms[i].second_high)
            return 0;
        if (first == 0xc2 && s.p[1] < 0xa0) /* C1 control characters */
            return 0;
        for (size_t k = 2; k < forms[i].size; k++)
            if ((s.p[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].size;
    }
    return 0;
}

/* It stands for itself: printable ASCII, no backslash. */
static bool is_plain(uint8_t octet)
{
    return (octet >= 0x20) & (octet < 0x7f) & (octet != '\\');
}

/* Of a fixed size, so that compilers look at many octets at once. */
enum { BLOCK = 16 };

static bool block_is_plain(const uint8_t p[BLOCK])
{
    uint8_t plain = 1;

    for (size_t i = 0; i < BLOCK; i++)
        plain &= (uint8_t)is_plain(p[i]);
    return plain;
}

/* How many at the front do. */
static size_t plain_octets(struct slice s)
{
    size_t n = 0;

    while (s.n - n >= BLOCK && block_is_plain(s.p + n))
        n += BLOCK;
    while (n < s.n && is_plain(s.p[n]))
        n++;
    return n;
}

/* What the character at the front of s is written as; *used_r: its octets. */
static size_t escaped(char piece_r[4], struct slice s, size_t *used_r)
{
    static const char digits[] = "0123456789abcdef";

    *used_r = utf8_character(s);
    if (s.p[0] == '\\') {
        piece_r[0] = piece_r[1] = '\\';
        return 2;
    }
    if (*used_r) {
        memcpy(piece_r, s.p, *used_r);
        return *used_r;
    }
    *used_r = 1;
    piece_r[0] = '\\';
    piece_r[1] = 'x';
    piece_r[2] = digits[s.p[0] >> 4];
    piece_r[3] = digits[s.p[0] & 15];
    return 4;
}

bool text_escape(char *to, size_t cap, struct slice s)
{
    char piece[4];
    size_t n = 0, last = cap ? cap - 1 : 0; /* where the NUL stands at the latest */

    for (size_t used; s.n; s = slice_tail(s, used)) {
        const void *from = s.p;
        size_t size = used = plain_octets(slice_head(s, last - n));
        if (used == 0) {
            from = piece;
            size = escaped(piece, s, &used);
        }
        if (size > last - n)
            break;
        memcpy(to + n, from, size);
        n += size;
    }
    if (cap)
        to[n] = '\0';
    return s.n == 0;
}

void text_mend(char *text)
{
    size_t used;

    for (char *c = text; *c; c += used) {
        uint8_t octet = (uint8_t)*c;
        used = 1;
        if ((octet >= 0x20 && octet < 0x7f) || octet == '\n')
            continue;
        used = utf8_character(slice_of(c));
        if (used)
            continue;
        *c = '?';
        used = 1;
    }
}

int text_base64_digit(uint8_t octet)
{
    if (octet >= 'A' && octet <= 'Z')
        return octet - 'A';
    if (octet >= 'a' && octet <= 'z')
        return octet - 'a' + 26;
    if (octet >= '0' && octet <= '9')
        return octet - '0' + 52;
    return octet == '+' ? 62 : octet == '/' ? 63 : -1;
}

void text_upper(char *text)
{
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}

void text_lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text - 'A' + 'a');
}

const char *text_number(char to[TEXT_NUMBER], uint64_t value)
{
    char digits[TEXT_NUMBER];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value), used = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            to[used++] = ',';
        to[used++] = digits[i];
    }
    to[used] = '\0';
    return to;
}

void text_time(char to[TEXT_TIME], int64_t at_ns)
{
    int64_t seconds = at_ns / 1000000000, rest = at_ns % 1000000000;
    struct tm tm;

    if (rest < 0) {
        rest += 1000000000;
        seconds--;
    }
    time_t t = (time_t)seconds;
    if (!gmtime_r(&t, &tm))
        memset(&tm, 0, sizeof tm);
    size_t n = strftime(to, TEXT_TIME, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(to + n, TEXT_TIME - n, ".%06dZ", (int)(rest / 1000));
}

bool text_time_read(struct slice s, int64_t *at_ns_r)
{
    static const char form[] = "0000-00-00T00:00:00";
    static const size_t at[] = {0, 5, 8, 11, 14, 17};
    uint64_t part[] = {0, 0, 0, 0, 0, 0};

    if (s.n > 10 && s.p[s.n - 1] == 'Z')
        s.n--;
    if (s.n != 10 && s.n != 16 && s.n != 19)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (form[i] != '0' && s.p[i] != (uint8_t)form[i])
            return false;
    for (size_t i = 0; i < sizeof at / sizeof *at && at[i] < s.n; i++)
        if (!slice_decimal(slice_head(slice_tail(s, at[i]), i ? 2 : 4), 9999, &part[i]))
            return false;
    if (part[0] < 1970 || part[0] > 2261 || part[1] < 1)
        return false;
    struct tm tm = {.tm_year = (int)part[0] - 1900,
                    .tm_mon = (int)part[1] - 1,
                    .tm_mday = (int)part[2],
                    .tm_hour = (int)part[3],
                    .tm_min = (int)part[4],
                    .tm_sec = (int)part[5]};
    const struct tm given = tm;
    int64_t seconds = timegm(&tm);
    /* What is no day or hour of the calendar comes back as another one, and may be too late for
     * nanoseconds. */
    if (tm.tm_mon != given.tm_mon || tm.tm_mday != given.tm_mday || tm.tm_hour != given.tm_hour ||
        tm.tm_min != given.tm_min || tm.tm_sec != given.tm_sec)
        return false;
    *at_ns_r = seconds * 1000000000;
    return true;
}

bool text_duration_read(struct slice s, uint64_t *seconds_r)
{
    static const struct {
        uint8_t letter;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    const uint64_t most = UINT64_C(100) * 366 * 86400;
    uint64_t number;

    for (size_t i = 0; s.n && i < sizeof units / sizeof *units; i++) {
        if (s.p[s.n - 1] != units[i].letter)
            continue;
        if (!slice_decimal(slice_head(s, s.n - 1), most / units[i].seconds, &number))
            return false;
        *seconds_r = number * units[i].seconds;
        return true;
    }
    return false;
}
