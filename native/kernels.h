/* The loops that need no BLAS. */
#ifndef KERNELS_H
#define KERNELS_H

#include "yardstick.h"

void widen_to_double(int element, const void *from, int64_t count, double *to);
void widen_to_float(int element, const void *from, int64_t count, float *to);

/* sums[d] += sum over the rows of y[t][d]^2 */
void add_squares_of_columns_f64(const double *y, int64_t rows, int64_t columns, double *sums);
void add_squares_of_columns_f32(const float *y, int64_t rows, int64_t columns, float *partial, double *sums);

double sum_of_squares(int element, const void *values, int64_t count);

#endif
