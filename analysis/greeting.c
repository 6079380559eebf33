/* greeting.c - was a greeting overwritten on its way?  See evidence.h. */
#include <mailtap/evidence.h>

bool greeting_is_masked(const char *greeting)
{
    size_t stars = 0, n = 0;

    for (const char *c = greeting; *c; c++) {
        n += *c != ' ' && *c != '2' && *c != '0';
        stars += *c == '*' || *c == 'X' || *c == 'x';
    }
    return stars >= 4 && stars == n;
}
