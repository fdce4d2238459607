#include "kernels.h"

#include <immintrin.h>
#include <string.h>

static inline float bf16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

void widen_to_double(int element, const void *from, int64_t count, double *to) {
    if (element == F64) {
        memcpy(to, from, (size_t)count * sizeof(double));
    } else if (element == F32) {
        const float *f = from;
        for (int64_t i = 0; i < count; i++) to[i] = f[i];
    } else {
        const uint16_t *b = from;
        for (int64_t i = 0; i < count; i++) to[i] = bf16(b[i]);
    }
}

void widen_to_float(int element, const void *from, int64_t count, float *to) {
    if (element == F64) {
        const double *d = from;
        for (int64_t i = 0; i < count; i++) to[i] = (float)d[i];
    } else if (element == F32) {
        memcpy(to, from, (size_t)count * sizeof(float));
    } else {
        const uint16_t *b = from;
        for (int64_t i = 0; i < count; i++) to[i] = bf16(b[i]);
    }
}

void add_squares_of_columns_f64(const double *y, int64_t rows, int64_t columns, double *sums) {
    for (int64_t t = 0; t < rows; t++)
        for (int64_t d = 0; d < columns; d++) sums[d] += y[t * columns + d] * y[t * columns + d];
}

/* Within a block in float: that is what the product is worth. */
void add_squares_of_columns_f32(const float *y, int64_t rows, int64_t columns, float *partial, double *sums) {
    memset(partial, 0, (size_t)columns * sizeof(float));
    for (int64_t t = 0; t < rows; t++)
        for (int64_t d = 0; d < columns; d++) partial[d] += y[t * columns + d] * y[t * columns + d];
    for (int64_t d = 0; d < columns; d++) sums[d] += partial[d];
}

#if defined(__AVX512F__)

static inline __m512d square(__m512d sum, __m512d value) { return _mm512_fmadd_pd(value, value, sum); }

static inline __m512 load_bf16(const uint16_t *from) {
    __m256i bits = _mm256_loadu_si256((const __m256i *)from);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

static inline __m512d low(__m512 v) { return _mm512_cvtps_pd(_mm512_castps512_ps256(v)); }

static inline __m512d high(__m512 v) {
    return _mm512_cvtps_pd(_mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(v), 1)));
}

double sum_of_squares(int element, const void *values, int64_t count) {
    __m512d s0 = _mm512_setzero_pd(), s1 = s0, s2 = s0, s3 = s0;
    int64_t i = 0;
    double rest = 0;
    if (element == F64) {
        const double *d = values;
        for (; i + 32 <= count; i += 32) {
            s0 = square(s0, _mm512_loadu_pd(d + i));
            s1 = square(s1, _mm512_loadu_pd(d + i + 8));
            s2 = square(s2, _mm512_loadu_pd(d + i + 16));
            s3 = square(s3, _mm512_loadu_pd(d + i + 24));
        }
        for (; i < count; i++) rest += d[i] * d[i];
    } else if (element == F32) {
        const float *f = values;
        for (; i + 32 <= count; i += 32) {
            __m512 a = _mm512_loadu_ps(f + i), b = _mm512_loadu_ps(f + i + 16);
            s0 = square(s0, low(a));
            s1 = square(s1, high(a));
            s2 = square(s2, low(b));
            s3 = square(s3, high(b));
        }
        for (; i < count; i++) rest += (double)f[i] * f[i];
    } else {
        const uint16_t *h = values;
        for (; i + 32 <= count; i += 32) {
            __m512 a = load_bf16(h + i), b = load_bf16(h + i + 16);
            s0 = square(s0, low(a));
            s1 = square(s1, high(a));
            s2 = square(s2, low(b));
            s3 = square(s3, high(b));
        }
        for (; i < count; i++) rest += (double)bf16(h[i]) * bf16(h[i]);
    }
    return rest + _mm512_reduce_add_pd(_mm512_add_pd(_mm512_add_pd(s0, s1), _mm512_add_pd(s2, s3)));
}

#else

/* Eight sums that the compiler can keep in vectors of any width. */
double sum_of_squares(int element, const void *values, int64_t count) {
    double sums[8] = {0}, rest = 0;
    int64_t whole = count - count % 8;
    for (int64_t i = 0; i < count; i++) {
        double value = element == F64   ? ((const double *)values)[i]
                       : element == F32 ? ((const float *)values)[i]
                                        : bf16(((const uint16_t *)values)[i]);
        if (i < whole) sums[i % 8] += value * value;
        else rest += value * value;
    }
    for (int lane = 0; lane < 8; lane++) rest += sums[lane];
    return rest;
}

#endif

double yardstick_squares(int element, const void *values, int64_t count) {
    return sum_of_squares(element, values, count);
}

double yardstick_overlap(const double *p, const double *q, int64_t count) {
    double sums[8] = {0}, rest = 0;
    int64_t whole = count - count % 8;
    for (int64_t i = 0; i < whole; i += 8)
        for (int lane = 0; lane < 8; lane++) sums[lane] += p[i + lane] * q[i + lane];
    for (int64_t i = whole; i < count; i++) rest += p[i] * q[i];
    for (int lane = 0; lane < 8; lane++) rest += sums[lane];
    return rest;
}
