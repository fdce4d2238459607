/*
 * The yardstick: the pipeline of logalign in plain C over the same OpenBLAS. Matrices are row-major and dense. Not part of
 * the library, and without its checks: no scan for infinities, no scaling by powers of two, no masks.
 */
#ifndef YARDSTICK_H
#define YARDSTICK_H

#include <stdint.h>

enum element { F64 = 0, F32 = 1, BF16 = 2 };
enum method { SVD = 0, GRAM = 1 };
enum precision { DOUBLE = 0, SINGLE = 1 };

/* Loads OpenBLAS and sets it to one thread. 0, or -1 with the reason on stderr. */
int yardstick_open(const char *blas);

/*
 * sums[d] = sum over tokens of (x_t . v_d)^2, for `directions` rows v_d of v (double, or float if single): a matrix product
 * in blocks of tokens, then squares.
 */
int yardstick_project(int element, const void *x, int64_t tokens, int64_t n, int precision, const void *v,
                      int64_t directions, double *sums);

/* The sum of squares. */
double yardstick_squares(int element, const void *values, int64_t count);

/* sum p q */
double yardstick_overlap(const double *p, const double *q, int64_t count);

/*
 * p and the right singular vectors of w (m x n; by the Gram matrix only if m >= n): v has min(m, n) rows of length n,
 * strongest first, of the precision.
 * 0, or LAPACK's INFO.
 */
int yardstick_spectrum(int element, const void *w, int64_t m, int64_t n, int method, int precision, double *p, void *v);

/* All of it: p, q and the overlap. 0, or LAPACK's INFO. */
int yardstick_score(int element, const void *w, int64_t m, int64_t n, const void *x, int64_t tokens, int method,
                    int precision, double *p, double *q, double *overlap);

#endif
