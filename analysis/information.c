/* information.c - see statistics.h: entropy and mutual information. */
#include <mailtap/statistics.h>

#include <mailtap/err.h>

#include <math.h>
#include <stdlib.h>

/* What Miller and Madow add to an entropy for every category seen beyond the first, in bits. */
static double correction(double n)
{
    return 1 / (2 * n * M_LN2);
}

double entropy_bits(const uint64_t *counts, size_t n)
{
    double all = 0, bits = 0, seen = 0;

    for (size_t i = 0; i < n; i++)
        all += (double)counts[i];
    for (size_t i = 0; i < n; i++) {
        if (counts[i] == 0)
            continue;
        bits += (double)counts[i] / all * log2(all / (double)counts[i]);
        seen++;
    }
    return seen > 0 ? bits + (seen - 1) * correction(all) : 0;
}

static double categories(const double *sums, size_t n)
{
    double seen = 0;

    for (size_t i = 0; i < n; i++)
        seen += sums[i] > 0;
    return seen;
}

/* H(row) + H(column) - H(both), every one of the three corrected. */
double mutual_information_bits(const uint64_t *counts, size_t rows, size_t columns)
{
    double *row = must_alloc(rows, sizeof *row), *column = must_alloc(columns, sizeof *column);
    double all = 0, bits = 0, cells = 0;

    for (size_t i = 0; i < rows * columns; i++) {
        row[i / columns] += (double)counts[i];
        column[i % columns] += (double)counts[i];
        all += (double)counts[i];
        cells += counts[i] > 0;
    }
    for (size_t i = 0; i < rows * columns; i++) {
        double n = (double)counts[i];
        if (n > 0)
            bits += n / all * log2(n / row[i / columns] * (all / column[i % columns]));
    }
    if (all > 0)
        bits += (categories(row, rows) + categories(column, columns) - cells - 1) * correction(all);
    free(row);
    free(column);
    return fmax(0, bits);
}
