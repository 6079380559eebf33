/* rates.c - see rates.h. */
#include <mailtap/rates.h>

#include <mailtap/statistics.h>

struct share share_of(uint64_t numerator, uint64_t denominator)
{
    struct interval i = wilson(numerator, denominator);

    return (struct share){numerator, denominator, i.low, i.high};
}
