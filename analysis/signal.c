/* signal.c - see signal.h. */
#include <mailtap/signal.h>

#include <float.h>
#include <math.h>

#define MOST_SURPRISING 1074.0

/* A NaN compares with nothing, and becomes 0. */
static double share(double p)
{
    return p > 0 ? fmin(p, 1) : 0;
}

static double wanted(double q)
{
    return fmax(share(q), SIGNAL_LEAST_WANTED);
}

double signal_precision(double q, double a, double b)
{
    q = wanted(q);
    double hits = q * share(a), all = hits + (1 - q) * share(b);

    return all > 0 ? fmin(1, hits / all) : q;
}

double signal_burden(double q, double a, double b)
{
    return 1 / fmax(signal_precision(q, a, b), wanted(q));
}

double signal_surprisal(double p)
{
    return share(p) > 0 ? fmin(fabs(log2(share(p))), MOST_SURPRISING) : MOST_SURPRISING;
}

/* ---- anonymity */

static double weight(double w)
{
    return w > 0 ? fmin(w, DBL_MAX) : 0;
}

/* Entropy in bits, and how many there are.  The largest is taken as 1, so that no sum is infinite. */
static double entropy(const double *weights, size_t n, double *count_r)
{
    double largest = 0, all = 0, bits = 0;

    *count_r = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, weight(weights[i]));
    for (size_t i = 0; i < n; i++) {
        *count_r += weight(weights[i]) > 0;
        all += largest > 0 ? weight(weights[i]) / largest : 0;
    }
    for (size_t i = 0; i < n; i++) {
        double p = largest > 0 ? weight(weights[i]) / largest / all : 0;
        bits += p > 0 ? -p * log2(p) : 0;
    }
    return fmax(0, bits);
}

double signal_anonymity(const double *weights, size_t n)
{
    double count, bits = entropy(weights, n, &count);

    return count > 0 ? fmin(count, exp2(bits)) : 0;
}

double signal_anonymity_degree(const double *weights, size_t n)
{
    double count, bits = entropy(weights, n, &count);

    return count > 1 ? fmin(1, bits / log2(count)) : 0;
}

/* ---- information */

/* Entropy of one sign. */
static double uncertainty(double p)
{
    return p > 0 && p < 1 ? -p * log2(p) - (1 - p) * log2(1 - p) : 0;
}

void signal_senders_add(struct signal_senders *s, double encrypted, double clear)
{
    double n = encrypted + clear;

    s->encrypted += encrypted;
    s->clear += clear;
    if (encrypted > 0 && clear > 0)
        s->within += n * uncertainty(encrypted / n);
    s->seen += n > 0;
    s->cells += (encrypted > 0) + (clear > 0);
}

double signal_senders_bits(const struct signal_senders *s)
{
    double all = s->encrypted + s->clear;

    if (!(s->encrypted > 0 && s->clear > 0))
        return 0;
    double bits = uncertainty(s->encrypted / all) - s->within / all;
    /* Rows and columns and cells, as in mutual_information_bits(); there are two columns. */
    bits += (s->seen + 2 - s->cells - 1) / (2 * all * M_LN2);
    return fmin(1, fmax(0, bits));
}
