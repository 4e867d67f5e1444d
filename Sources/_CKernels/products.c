#include "fd_products.h"

#include <string.h>

#include "fd_internal.h"

#define INLINE static inline __attribute__((always_inline))

typedef float vector __attribute__((ext_vector_type(8)));

enum {
  lanes = 8,
  // Columns of B and, transposed, of A that are packed together.
  panel = 2 * lanes,
  // Rows of C whose sums are in registers: 6 × 2 sums, 2 vectors and a number.
  group = 6,
  // A panel of this depth, and the rows of A that it meets, fit the caches.
  most_depth = 256,
  most_rows = 128
};

#define LOAD(p) FD_LOAD(vector, p)
#define STORE(p, v) FD_STORE(vector, p, v)

int fd_small_product_suits(int transpose_a, int n, int k) {
#if defined(__x86_64__) && defined(__linux__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  // OpenBLAS has kernels for twice as wide registers.
  if (__builtin_cpu_supports("avx512f")) return 0;
  return k > 0 && (transpose_a || n <= most_depth || k <= most_depth);
#else
  (void)transpose_a, (void)n, (void)k;
  return 0;
#endif
}

// out[t·panel + l] = b[t·ldb + l], 0 from `width` on.
INLINE void pack_rows(size_t depth, size_t width, const float *restrict b, size_t ldb,
                      float *restrict out) {
  if (width == panel) {
    for (size_t t = 0; t < depth; t++) {
      STORE(out + t * panel, LOAD(b + t * ldb));
      STORE(out + t * panel + lanes, LOAD(b + t * ldb + lanes));
    }
    return;
  }
  for (size_t t = 0; t < depth; t++)
    for (size_t l = 0; l < panel; l++) out[t * panel + l] = l < width ? b[t * ldb + l] : 0;
}

INLINE void transpose_8(const float *restrict a, size_t lda, float *restrict out) {
  vector r[lanes], s[lanes];
  for (size_t i = 0; i < lanes; i++) r[i] = LOAD(a + i * lda);
  for (size_t i = 0; i < lanes; i += 2) {
    s[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (size_t i = 0; i < lanes; i += 4) {
    r[i] = __builtin_shufflevector(s[i], s[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    r[i + 1] = __builtin_shufflevector(s[i], s[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    r[i + 2] = __builtin_shufflevector(s[i + 1], s[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    r[i + 3] = __builtin_shufflevector(s[i + 1], s[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (size_t i = 0; i < 4; i++) {
    const vector low = __builtin_shufflevector(r[i], r[4 + i], 0, 1, 2, 3, 8, 9, 10, 11);
    const vector high = __builtin_shufflevector(r[i], r[4 + i], 4, 5, 6, 7, 12, 13, 14, 15);
    STORE(out + i * panel, low);
    STORE(out + (4 + i) * panel, high);
  }
}

// out[t·panel + l] = b[l·ldb + t], 0 from `width` on.
INLINE void pack_columns(size_t depth, size_t width, const float *restrict b, size_t ldb,
                         float *restrict out) {
  size_t t = 0;
  if (width == panel) {
    for (; t + lanes <= depth; t += lanes) {
      transpose_8(b + t, ldb, out + t * panel);
      transpose_8(b + lanes * ldb + t, ldb, out + t * panel + lanes);
    }
  }
  for (; t < depth; t++)
    for (size_t l = 0; l < panel; l++) out[t * panel + l] = l < width ? b[l * ldb + t] : 0;
}

// C = alpha sums + beta C for `rows` rows and `width` columns.
INLINE void put(size_t rows, size_t width, const vector sums[group][2], float alpha, float beta,
                float *restrict c, size_t ldc) {
  for (size_t r = 0; r < rows; r++) {
    float *to = c + r * ldc;
    if (width == panel) {
      for (size_t v = 0; v < 2; v++) {
        const vector s = alpha * sums[r][v];
        STORE(to + v * lanes, beta == 0 ? s : s + beta * LOAD(to + v * lanes));
      }
    } else {
      float line[panel];
      for (size_t v = 0; v < 2; v++) STORE(line + v * lanes, alpha * sums[r][v]);
      for (size_t l = 0; l < width; l++) to[l] = beta == 0 ? line[l] : line[l] + beta * to[l];
    }
  }
}

// Rows of A as they lie times a panel of B, `vectors` of it.
INLINE void rows_times_panel(size_t depth, size_t vectors, const float *const a[group],
                             const float *restrict b, vector sums[group][2]) {
  for (size_t r = 0; r < group; r++) sums[r][0] = sums[r][1] = (vector){0};
#pragma clang loop unroll_count(4)
  for (size_t t = 0; t < depth; t++) {
    vector columns[2];
    for (size_t v = 0; v < vectors; v++) columns[v] = LOAD(b + t * panel + v * lanes);
    for (size_t r = 0; r < group; r++)
      for (size_t v = 0; v < vectors; v++) sums[r][v] += a[r][t] * columns[v];
  }
}

// `count` columns of a packed panel of A, transposed, times a panel of B; the first `valid` are kept.
INLINE void columns_times_panel(size_t count, size_t valid, size_t depth, const float *restrict a,
                                const float *restrict b, size_t width, float alpha, float beta,
                                float *restrict c, size_t ldc) {
  vector sums[group][2];
  for (size_t r = 0; r < count; r++) sums[r][0] = sums[r][1] = (vector){0};
#pragma clang loop unroll_count(4)
  for (size_t t = 0; t < depth; t++) {
    const vector first = LOAD(b + t * panel), second = LOAD(b + t * panel + lanes);
    for (size_t r = 0; r < count; r++) {
      sums[r][0] += a[t * panel + r] * first;
      sums[r][1] += a[t * panel + r] * second;
    }
  }
  put(valid < count ? valid : count, width, sums, alpha, beta, c, ldc);
}

FD_CLONES
void fd_small_product(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha,
                      const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                      size_t ldc) {
  float packed[most_depth * panel] __attribute__((aligned(32)));
  float turned[most_depth * most_rows] __attribute__((aligned(32)));
  for (size_t i0 = 0; i0 < m; i0 += most_rows) {
    const size_t rows = m - i0 < most_rows ? m - i0 : most_rows;
    for (size_t t0 = 0; t0 < k; t0 += most_depth) {
      const size_t depth = k - t0 < most_depth ? k - t0 : most_depth;
      const float keep = t0 > 0 ? 1 : beta;
      for (size_t i = 0; transpose_a && i < rows; i += panel)
        pack_rows(depth, rows - i < panel ? rows - i : panel, a + t0 * lda + i0 + i, lda,
                  turned + i * depth);
      for (size_t j = 0; j < n; j += panel) {
        const size_t width = n - j < panel ? n - j : panel;
        if (transpose_b) pack_columns(depth, width, b + j * ldb + t0, ldb, packed);
        else pack_rows(depth, width, b + t0 * ldb + j, ldb, packed);
        float *to = c + i0 * ldc + j;
        for (size_t i = 0; transpose_a && i < rows; i += panel) {
          // 16 columns are 6 and 5 and 5.
          const float *from = turned + i * depth;
          const size_t valid = rows - i;
          columns_times_panel(6, valid, depth, from, packed, width, alpha, keep, to + i * ldc, ldc);
          if (valid > 6)
            columns_times_panel(5, valid - 6, depth, from + 6, packed, width, alpha, keep,
                                to + (i + 6) * ldc, ldc);
          if (valid > 11)
            columns_times_panel(5, valid - 11, depth, from + 11, packed, width, alpha, keep,
                                to + (i + 11) * ldc, ldc);
        }
        for (size_t i = 0; !transpose_a && i < rows; i += group) {
          const float *from[group];
          for (size_t r = 0; r < group; r++)
            from[r] = a + (i0 + (i + r < rows ? i + r : i)) * lda + t0;
          vector sums[group][2];
          if (width > lanes) rows_times_panel(depth, 2, from, packed, sums);
          else rows_times_panel(depth, 1, from, packed, sums);
          put(rows - i < group ? rows - i : group, width, sums, alpha, keep, to + i * ldc, ldc);
        }
      }
    }
  }
}
