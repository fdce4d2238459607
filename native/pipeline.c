#define _GNU_SOURCE
#include "kernels.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MAJOR = 101, COLUMN_MAJOR = 102, PLAIN = 111, TRANSPOSED = 112 };

/* Measured at n = 256 to 2048: with fewer tokens the product is slower, with more the squares miss the cache. */
enum { TOKEN_BLOCK = 256, WIDE_BLOCK = 1024, ROW_BLOCK = 1024, PANEL = 32, WIDE_PANEL = 64, NARROW = 1024, REFLECTORS = 64 };

static void (*dgemm)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
static void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
static void (*dsyrk)(const char *, const char *, const int *, const int *, const double *, const double *, const int *,
                     const double *, double *, const int *, size_t, size_t);
static void (*ssyrk)(const char *, const char *, const int *, const int *, const float *, const float *, const int *,
                     const float *, float *, const int *, size_t, size_t);
static void (*dsytrd)(const char *, const int *, double *, const int *, double *, double *, double *, double *,
                      const int *, int *, size_t);
static void (*dstedc)(const char *, const int *, double *, double *, double *, const int *, double *, const int *,
                      int *, const int *, int *, size_t);
static void (*dlarft)(const char *, const char *, const int *, const int *, const double *, const int *,
                      const double *, double *, const int *, size_t, size_t);
static void (*ssytrd)(const char *, const int *, float *, const int *, float *, float *, float *, float *,
                      const int *, int *, size_t);
static void (*sstedc)(const char *, const int *, float *, float *, float *, const int *, float *, const int *,
                      int *, const int *, int *, size_t);
static void (*slarft)(const char *, const char *, const int *, const int *, const float *, const int *,
                      const float *, float *, const int *, size_t, size_t);
static void (*dtpqrt)(const int *, const int *, const int *, const int *, double *, const int *, double *, const int *,
                      double *, const int *, double *, int *);
static void (*stpqrt)(const int *, const int *, const int *, const int *, float *, const int *, float *, const int *,
                      float *, const int *, float *, int *);
static void (*dgesdd)(const char *, const int *, const int *, double *, const int *, double *, double *, const int *,
                      double *, const int *, double *, const int *, int *, int *, size_t);
static void (*sgesdd)(const char *, const int *, const int *, float *, const int *, float *, float *, const int *, float *,
                      const int *, float *, const int *, int *, int *, size_t);

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static void *memory(int64_t count, size_t size) {
    void *found = aligned_alloc(64, ((size_t)count * size + 63) / 64 * 64);
    if (!found) {
        fputs("yardstick: out of memory\n", stderr);
        abort();
    }
    return found;
}

static int bind(void *library, const char *name, void *to) {
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "yardstick: %s\n", dlerror());
        return -1;
    }
    memcpy(to, &found, sizeof found);
    return 0;
}

int yardstick_open(const char *blas) {
    void *library = dlopen(blas, RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        fprintf(stderr, "yardstick: %s\n", dlerror());
        return -1;
    }
    void (*set_num_threads)(int);
    if (bind(library, "openblas_set_num_threads", &set_num_threads)) return -1;
    set_num_threads(1);
    return bind(library, "cblas_dgemm", &dgemm) | bind(library, "cblas_sgemm", &sgemm) | bind(library, "dsyrk_", &dsyrk)
           | bind(library, "ssyrk_", &ssyrk) | bind(library, "dsytrd_", &dsytrd) | bind(library, "ssytrd_", &ssytrd)
           | bind(library, "dstedc_", &dstedc) | bind(library, "sstedc_", &sstedc) | bind(library, "dlarft_", &dlarft)
           | bind(library, "slarft_", &slarft) | bind(library, "dtpqrt_", &dtpqrt)
           | bind(library, "stpqrt_", &stpqrt) | bind(library, "dgesdd_", &dgesdd) | bind(library, "sgesdd_", &sgesdd);
}

static size_t size_of(int element) { return element == F64 ? 8 : element == F32 ? 4 : 2; }

static const void *row(int element, const void *values, int64_t index) {
    return (const char *)values + index * (int64_t)size_of(element);
}

static void project_f64(int element, const void *x, int64_t tokens, int64_t n, const double *v, int64_t r, double *sums) {
    double *y = memory(TOKEN_BLOCK * r, sizeof *y), *wide = element == F64 ? NULL : memory(TOKEN_BLOCK * n, sizeof *wide);
    for (int64_t t = 0; t < tokens; t += TOKEN_BLOCK) {
        int count = (int)least(TOKEN_BLOCK, tokens - t);
        const double *block = row(element, x, t * n);
        if (wide) {
            widen_to_double(element, row(element, x, t * n), count * n, wide);
            block = wide;
        }
        dgemm(ROW_MAJOR, PLAIN, TRANSPOSED, count, (int)r, (int)n, 1, block, (int)n, v, (int)n, 0, y, (int)r);
        add_squares_of_columns_f64(y, count, r, sums);
    }
    free(y);
    free(wide);
}

static void project_f32(int element, const void *x, int64_t tokens, int64_t n, const float *v, int64_t r, double *sums) {
    float *y = memory(TOKEN_BLOCK * r, sizeof *y), *narrow = element == F32 ? NULL : memory(TOKEN_BLOCK * n, sizeof *narrow);
    float *partial = memory(r, sizeof *partial);
    for (int64_t t = 0; t < tokens; t += TOKEN_BLOCK) {
        int count = (int)least(TOKEN_BLOCK, tokens - t);
        const float *block = row(element, x, t * n);
        if (narrow) {
            widen_to_float(element, row(element, x, t * n), count * n, narrow);
            block = narrow;
        }
        sgemm(ROW_MAJOR, PLAIN, TRANSPOSED, count, (int)r, (int)n, 1, block, (int)n, v, (int)n, 0, y, (int)r);
        add_squares_of_columns_f32(y, count, r, partial, sums);
    }
    free(y);
    free(narrow);
    free(partial);
}

int yardstick_project(int element, const void *x, int64_t tokens, int64_t n, int precision, const void *v,
                      int64_t directions, double *sums) {
    memset(sums, 0, (size_t)directions * sizeof *sums);
    if (precision == SINGLE) project_f32(element, x, tokens, n, v, directions, sums);
    else project_f64(element, x, tokens, n, v, directions, sums);
    return 0;
}

/*
 * Eigenvalues ascend: to descending p, and the rows of v are turned round. The lower triangle of gram is read. The reflectors
 * of sytrd are applied 64 at a time: ormtr takes 32, by products that are too narrow.
 */
#define EIGEN(name, type, gemm, larft, sytrd, stedc)                                                                     \
    static void name##_reflectors(const type *a, const type *tau, int n, type *z) {                                      \
        type *v = memory((int64_t)n * REFLECTORS, sizeof *v), *t = memory(REFLECTORS * REFLECTORS, sizeof *t);           \
        type *w = memory((int64_t)n * REFLECTORS, sizeof *w), *tw = memory((int64_t)n * REFLECTORS, sizeof *tw);         \
        for (int first = (n - 2) / REFLECTORS * REFLECTORS; first >= 0 && n > 1; first -= REFLECTORS) {                  \
            int count = (int)least(REFLECTORS, n - 1 - first), rows = n - 1 - first;                                     \
            for (int64_t j = 0; j < count; j++) {                                                                        \
                memset(v + j * rows, 0, (size_t)j * sizeof *v);                                                          \
                memcpy(v + j * rows + j, a + (first + j) * n + first + 1 + j, (size_t)(rows - j) * sizeof *v);           \
                v[j * rows + j] = 1;                                                                                     \
            }                                                                                                            \
            memset(t, 0, (size_t)count * (size_t)count * sizeof *t);                                                     \
            larft("F", "C", &rows, &count, v, &rows, tau + first, t, &count, 1, 1);                                      \
            type *below = z + first + 1;                                                                                 \
            gemm(COLUMN_MAJOR, TRANSPOSED, PLAIN, count, n, rows, 1, v, rows, below, n, 0, w, count);                    \
            gemm(COLUMN_MAJOR, PLAIN, PLAIN, count, n, count, 1, t, count, w, count, 0, tw, count);                      \
            gemm(COLUMN_MAJOR, PLAIN, PLAIN, rows, n, count, -1, v, rows, tw, count, 1, below, n);                       \
        }                                                                                                                \
        free(v); free(t); free(w); free(tw);                                                                             \
    }                                                                                                                    \
    static int name(type *gram, int64_t n, double *p, type *v) {                                                         \
        int order = (int)n, info = 0, count = (int)(1 + 4 * n + n * n), integers = (int)(3 + 5 * n);                     \
        type *work = memory(count, sizeof *work), *e = memory(n, sizeof *e), *tau = memory(n, sizeof *tau);              \
        type *z = memory(n * n, sizeof *z), *d = memory(n, sizeof *d);                                                   \
        int *iwork = memory(integers, sizeof *iwork);                                                                    \
        sytrd("L", &order, gram, &order, d, e, tau, work, &count, &info, 1);                                             \
        stedc("I", &order, d, e, z, &order, work, &count, iwork, &integers, &info, 1);                                   \
        if (info == 0) {                                                                                                 \
            name##_reflectors(gram, tau, order, z);                                                                      \
            double sum = 0;                                                                                              \
            for (int64_t i = 0; i < n; i++) sum += p[n - 1 - i] = d[i] > 0 ? d[i] : 0;                                   \
            for (int64_t i = 0; i < n; i++) {                                                                            \
                p[i] /= sum;                                                                                             \
                memcpy(v + i * n, z + (n - 1 - i) * n, (size_t)n * sizeof *v);                                           \
            }                                                                                                            \
        }                                                                                                                \
        free(work); free(iwork); free(e); free(tau); free(z); free(d);                                                   \
        return info;                                                                                                     \
    }

EIGEN(eigen_f64, double, dgemm, dlarft, dsytrd, dstedc)
EIGEN(eigen_f32, float, sgemm, slarft, ssytrd, sstedc)

static int gram_spectrum(int element, const void *w, int64_t m, int64_t n, int precision, double *p, void *v) {
    double *gram = memory(n * n, sizeof *gram);
    memset(gram, 0, (size_t)(n * n) * sizeof *gram);
    int order = (int)n;
    if (precision == DOUBLE) {
        double *block = memory(ROW_BLOCK * n, sizeof *block), one = 1;
        for (int64_t i = 0; i < m; i += ROW_BLOCK) {
            int count = (int)least(ROW_BLOCK, m - i);
            widen_to_double(element, row(element, w, i * n), count * n, block);
            dsyrk("L", "N", &order, &count, &one, block, &order, &one, gram, &order, 1, 1);
        }
        free(block);
    } else {
        float *block = memory(ROW_BLOCK * n, sizeof *block), *partial = memory(n * n, sizeof *partial), one = 1, zero = 0;
        for (int64_t i = 0; i < m; i += ROW_BLOCK) {
            int count = (int)least(ROW_BLOCK, m - i);
            widen_to_float(element, row(element, w, i * n), count * n, block);
            ssyrk("L", "N", &order, &count, &one, block, &order, &zero, partial, &order, 1, 1);
            for (int64_t c = 0; c < n; c++)
                for (int64_t r = c; r < n; r++) gram[c * n + r] += partial[c * n + r];
        }
        free(block);
        free(partial);
    }
    int info;
    if (precision == DOUBLE) {
        info = eigen_f64(gram, n, p, v);
    } else {
        float *narrow = memory(n * n, sizeof *narrow);
        widen_to_float(F64, gram, n * n, narrow);
        info = eigen_f32(narrow, n, p, v);
        free(narrow);
    }
    free(gram);
    return info;
}

/* Only the triangle of R is kept, as dgesdd's input; "VT" is column-major, so its rows are copied out. */
#define SVD_SPECTRUM(name, type, widen, tpqrt, gesdd)                                                                      \
    static int name(int element, const void *w, int64_t m, int64_t n, double *p, type *v) {                              \
        int order = (int)n, none = 0, panel = (int)least(n, n <= NARROW ? PANEL : WIDE_PANEL), info = 0, query = -1;     \
        type *triangle = memory(n * n, sizeof(type)), *rows = memory(ROW_BLOCK * n, sizeof(type));                       \
        type *block = memory(ROW_BLOCK * n, sizeof(type)), *t = memory(panel * n, sizeof(type));                         \
        type *work = memory(panel * n, sizeof(type)), *s = memory(n, sizeof(type)), size = 0;                            \
        memset(triangle, 0, (size_t)(n * n) * sizeof(type));                                                             \
        for (int64_t i = 0; i < m; i += ROW_BLOCK) {                                                                     \
            int count = (int)least(ROW_BLOCK, m - i);                                                                    \
            widen(element, row(element, w, i * n), count * n, rows);                                                     \
            for (int64_t r0 = 0; r0 < count; r0 += 16)                                                                   \
                for (int64_t c = 0; c < n; c++)                                                                          \
                    for (int64_t r = r0; r < least(r0 + 16, count); r++) block[c * count + r] = rows[r * n + c];         \
            tpqrt(&count, &order, &none, &panel, triangle, &order, block, &count, t, &panel, work, &info);               \
            if (info) return info;                                                                                       \
        }                                                                                                                \
        free(rows); free(block); free(t); free(work);                                                                    \
        type *u = memory(n * n, sizeof(type)), *vt = memory(n * n, sizeof(type));                                        \
        int *iwork = memory(8 * n, sizeof(int));                                                                         \
        gesdd("S", &order, &order, triangle, &order, s, u, &order, vt, &order, &size, &query, iwork, &info, 1);          \
        int count = (int)least(INT32_MAX, (int64_t)size > 4 * n * n + 7 * n ? (int64_t)size : 4 * n * n + 7 * n);        \
        type *space = memory(count, sizeof(type));                                                                       \
        gesdd("S", &order, &order, triangle, &order, s, u, &order, vt, &order, space, &count, iwork, &info, 1);          \
        double sum = 0;                                                                                                  \
        for (int64_t i = 0; i < n; i++) sum += p[i] = (double)s[i] * s[i];                                               \
        for (int64_t i = 0; i < n; i++) p[i] /= sum;                                                                     \
        for (int64_t i = 0; i < n; i++)                                                                                  \
            for (int64_t c = 0; c < n; c++) v[i * n + c] = vt[c * n + i];                                                \
        free(triangle); free(u); free(vt); free(iwork); free(space); free(s);                                            \
        return info;                                                                                                     \
    }

SVD_SPECTRUM(svd_f64, double, widen_to_double, dtpqrt, dgesdd)
SVD_SPECTRUM(svd_f32, float, widen_to_float, stpqrt, sgesdd)

/* Seen column by column, a wide w is tall, and "U" has the right singular vectors, one after the other. */
#define WIDE_SVD(name, type, widen, gesdd)                                                                                 \
    static int name(int element, const void *w, int64_t m, int64_t n, double *p, type *v) {                              \
        int rows = (int)n, order = (int)m, info = 0, query = -1;                                                         \
        type *a = memory(m * n, sizeof *a), *s = memory(m, sizeof *s), *other = memory(m * m, sizeof *other), size = 0;  \
        int *iwork = memory(8 * m, sizeof *iwork);                                                                       \
        widen(element, w, m * n, a);                                                                                     \
        gesdd("S", &rows, &order, a, &rows, s, v, &rows, other, &order, &size, &query, iwork, &info, 1);                 \
        int64_t least_space = 4 * m * m + 7 * m;                                                                         \
        int count = (int)((int64_t)size > least_space ? (int64_t)size : least_space);                                    \
        type *space = memory(count, sizeof *space);                                                                      \
        gesdd("S", &rows, &order, a, &rows, s, v, &rows, other, &order, space, &count, iwork, &info, 1);                 \
        double sum = 0;                                                                                                  \
        for (int64_t i = 0; i < m; i++) sum += p[i] = (double)s[i] * s[i];                                               \
        for (int64_t i = 0; i < m; i++) p[i] /= sum;                                                                     \
        free(a); free(s); free(other); free(iwork); free(space);                                                         \
        return info;                                                                                                     \
    }

WIDE_SVD(wide_svd_f64, double, widen_to_double, dgesdd)
WIDE_SVD(wide_svd_f32, float, widen_to_float, sgesdd)

int yardstick_spectrum(int element, const void *w, int64_t m, int64_t n, int method, int precision, double *p, void *v) {
    if (method == GRAM) return gram_spectrum(element, w, m, n, precision, p, v);
    if (m < n) return precision == DOUBLE ? wide_svd_f64(element, w, m, n, p, v) : wide_svd_f32(element, w, m, n, p, v);
    return precision == DOUBLE ? svd_f64(element, w, m, n, p, v) : svd_f32(element, w, m, n, p, v);
}

/*
 * Wide layers: the Gram matrix of the shorter side, W W^T = U S^2 U^T, and u_i . (W x) / sigma_i for the projections. The
 * outputs are a product of matrices, their rotation is another one.
 */
#define WIDE_SCORE(name, type, widen, gemm, syrk, eigen, squares)                                                        \
    static int name(int element, const void *w, int64_t m, int64_t n, const void *x, int64_t tokens, double *p,          \
                    double *q) {                                                                                         \
        int order = (int)m, inner = (int)n;                                                                              \
        type *rows = memory(m * n, sizeof *rows), *gram = memory(m * m, sizeof *gram), *u = memory(m * m, sizeof *u);    \
        type one = 1, zero = 0;                                                                                          \
        widen(element, w, m * n, rows);                                                                                  \
        syrk("L", "T", &order, &inner, &one, rows, &inner, &zero, gram, &order, 1, 1);                                   \
        double trace = 0;                                                                                                \
        for (int64_t i = 0; i < m; i++) trace += gram[i * m + i];                                                        \
        int info = eigen(gram, m, p, u);                                                                                 \
        type *block = memory(WIDE_BLOCK * n, sizeof *block), *y = memory(WIDE_BLOCK * m, sizeof *y);                     \
        memset(q, 0, (size_t)m * sizeof *q);                                                                             \
        for (int64_t t = 0; t < tokens && info == 0; t += WIDE_BLOCK) {                                                  \
            int count = (int)least(WIDE_BLOCK, tokens - t);                                                              \
            widen(element, row(element, x, t * n), count * n, block);                                                    \
            gemm(ROW_MAJOR, PLAIN, TRANSPOSED, count, order, inner, 1, block, inner, rows, inner, 0, y, order);          \
            squares(y, count, m, u, q);                                                                                  \
        }                                                                                                                \
        for (int64_t i = 0; i < m; i++) q[i] /= p[i] * trace;                                                            \
        free(rows); free(gram); free(u); free(block); free(y);                                                           \
        return info;                                                                                                     \
    }

static void squares_f64(const double *y, int64_t tokens, int64_t m, const double *u, double *sums) {
    project_f64(F64, y, tokens, m, u, m, sums);
}

static void squares_f32(const float *y, int64_t tokens, int64_t m, const float *u, double *sums) {
    project_f32(F32, y, tokens, m, u, m, sums);
}

WIDE_SCORE(wide_f64, double, widen_to_double, dgemm, dsyrk, eigen_f64, squares_f64)
WIDE_SCORE(wide_f32, float, widen_to_float, sgemm, ssyrk, eigen_f32, squares_f32)

static int score_by_vectors(int element, const void *w, int64_t m, int64_t n, const void *x, int64_t tokens, int method,
                            int precision, double *p, double *q) {
    int64_t r = least(m, n);
    double *v = memory(r * n, sizeof *v);
    int info = yardstick_spectrum(element, w, m, n, method, precision, p, v);
    if (info == 0) yardstick_project(element, x, tokens, n, precision, v, r, q);
    free(v);
    return info;
}

int yardstick_score(int element, const void *w, int64_t m, int64_t n, const void *x, int64_t tokens, int method,
                    int precision, double *p, double *q, double *overlap) {
    int info;
    if (m >= n || method == SVD) info = score_by_vectors(element, w, m, n, x, tokens, method, precision, p, q);
    else if (precision == DOUBLE) info = wide_f64(element, w, m, n, x, tokens, p, q);
    else info = wide_f32(element, w, m, n, x, tokens, p, q);
    if (info) return info;
    int64_t r = least(m, n);
    double energy = sum_of_squares(element, x, tokens * n);
    for (int64_t i = 0; i < r; i++) q[i] /= energy;
    *overlap = yardstick_overlap(p, q, r);
    return 0;
}
