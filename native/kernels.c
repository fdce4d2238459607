#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
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

/*
 * What differs between vector widths: a vector of doubles, loads of two of them, and a sum of squares. Two bfloat16 are a
 * word of 32 bits: one is its upper half, the other moves there; their order does not matter to a sum.
 */
#if defined(__AVX512F__)
typedef __m512d vector;
static inline vector zero(void) { return _mm512_setzero_pd(); }
static inline vector add_square(vector sum, vector v) { return _mm512_fmadd_pd(v, v, sum); }
static inline vector load_f64(const double *from) { return _mm512_loadu_pd(from); }
static inline vector load_f32(const float *from) { return _mm512_cvtps_pd(_mm256_loadu_ps(from)); }
static inline void load_bf16_pair(const uint16_t *from, vector *even, vector *odd) {
    __m256i words = _mm256_loadu_si256((const __m256i *)from), upper = _mm256_set1_epi32((int)0xffff0000);
    *even = _mm512_cvtps_pd(_mm256_castsi256_ps(_mm256_slli_epi32(words, 16)));
    *odd = _mm512_cvtps_pd(_mm256_castsi256_ps(_mm256_and_si256(words, upper)));
}
#elif defined(__AVX2__) && defined(__FMA__)
typedef __m256d vector;
static inline vector zero(void) { return _mm256_setzero_pd(); }
static inline vector add_square(vector sum, vector v) { return _mm256_fmadd_pd(v, v, sum); }
static inline vector load_f64(const double *from) { return _mm256_loadu_pd(from); }
static inline vector load_f32(const float *from) { return _mm256_cvtps_pd(_mm_loadu_ps(from)); }
static inline void load_bf16_pair(const uint16_t *from, vector *even, vector *odd) {
    __m128i words = _mm_loadu_si128((const __m128i *)from), upper = _mm_set1_epi32((int)0xffff0000);
    *even = _mm256_cvtps_pd(_mm_castsi128_ps(_mm_slli_epi32(words, 16)));
    *odd = _mm256_cvtps_pd(_mm_castsi128_ps(_mm_and_si128(words, upper)));
}
#else
/* Of two doubles, which every 64-bit CPU has; the compiler chooses the instructions. */
typedef double vector __attribute__((vector_size(16)));
static inline vector zero(void) { return (vector){0, 0}; }
static inline vector add_square(vector sum, vector v) { return sum + v * v; }
static inline vector load_f64(const double *from) { return (vector){from[0], from[1]}; }
static inline vector load_f32(const float *from) { return (vector){from[0], from[1]}; }
static inline void load_bf16_pair(const uint16_t *from, vector *even, vector *odd) {
    *even = (vector){bf16(from[0]), bf16(from[2])};
    *odd = (vector){bf16(from[1]), bf16(from[3])};
}
#endif

enum { LANES = sizeof(vector) / sizeof(double), SUMS = 8 };

static inline void load_f64_pair(const double *from, vector *first, vector *second) {
    *first = load_f64(from);
    *second = load_f64(from + LANES);
}

static inline void load_f32_pair(const float *from, vector *first, vector *second) {
    *first = load_f32(from);
    *second = load_f32(from + LANES);
}

static inline double widened(const uint16_t *from) { return bf16(*from); }

/* Eight vectors of sums, so that no addition waits for the one before it. */
#define SUM_OF_SQUARES(name, type, load_pair, one)                                                                       \
    static double name(const type *values, int64_t count) {                                                              \
        vector sums[SUMS], first, second;                                                                                \
        double total = 0, lanes[LANES];                                                                                  \
        int64_t i = 0;                                                                                                   \
        for (int k = 0; k < SUMS; k++) sums[k] = zero();                                                                 \
        for (; i + SUMS * LANES <= count; i += SUMS * LANES)                                                             \
            for (int k = 0; k < SUMS; k += 2) {                                                                          \
                load_pair(values + i + k * LANES, &first, &second);                                                      \
                sums[k] = add_square(sums[k], first);                                                                    \
                sums[k + 1] = add_square(sums[k + 1], second);                                                           \
            }                                                                                                            \
        for (; i < count; i++) total += one * one;                                                                       \
        for (int k = 0; k < SUMS; k++) {                                                                                 \
            memcpy(lanes, &sums[k], sizeof lanes);                                                                       \
            for (int lane = 0; lane < LANES; lane++) total += lanes[lane];                                               \
        }                                                                                                                \
        return total;                                                                                                    \
    }

SUM_OF_SQUARES(squares_f64, double, load_f64_pair, values[i])
SUM_OF_SQUARES(squares_f32, float, load_f32_pair, (double)values[i])
SUM_OF_SQUARES(squares_bf16, uint16_t, load_bf16_pair, widened(values + i))

double sum_of_squares(int element, const void *values, int64_t count) {
    return element == F64 ? squares_f64(values, count) : element == F32 ? squares_f32(values, count) : squares_bf16(values, count);
}

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
