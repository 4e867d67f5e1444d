#include <string.h>

#include "fd_internal.h"
#include "fd_kernels.h"

// Eight doubles, which the compiler cuts to the width of each instruction set.
typedef double lanes __attribute__((vector_size(64)));

// Up to seven columns leave most lanes empty; with n and k known the compiler
// vectorises over rows instead. Each element's sum runs over t in order, so its
// bits do not depend on its neighbours either.
static inline __attribute__((always_inline)) void few_columns(
    size_t m, size_t n, size_t k, const double *restrict a,
    const double *restrict b, int adding, double *restrict c) {
#pragma clang fp contract(fast)
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < n; j++) {
      double sum = 0;
      for (size_t t = 0; t < k; t++) sum += a[i * k + t] * b[t * n + j];
      c[i * n + j] = adding ? c[i * n + j] + sum : sum;
    }
  }
}

// Four rows by eight columns stay in registers while t runs over the sum. Every
// row takes this same path, a lone one as four copies of itself, so its bits do
// not depend on its neighbours: BLAS has other kernels for the last rows of a
// block, which sum in another order.
FD_CLONES
void fd_row_products(size_t m, size_t n, size_t k, const double *restrict a,
                     const double *restrict b, int adding, double *restrict c) {
#pragma clang fp contract(fast)
  if (n < 8) {
    if (n == 2 && k == 2) return few_columns(m, 2, 2, a, b, adding, c);
    if (n == 3 && k == 3) return few_columns(m, 3, 3, a, b, adding, c);
    if (n == 4 && k == 4) return few_columns(m, 4, 4, a, b, adding, c);
    return few_columns(m, n, k, a, b, adding, c);
  }
  for (size_t i = 0; i < m; i += 4) {
    size_t rows[4];
    for (size_t r = 0; r < 4; r++) rows[r] = i + r < m ? i + r : i;
    const double *a0 = a + rows[0] * k, *a1 = a + rows[1] * k;
    const double *a2 = a + rows[2] * k, *a3 = a + rows[3] * k;
    for (size_t next = 0; next < n; next += 8) {
      // The last columns are computed with those before them where there are eight.
      const size_t j = next + 8 <= n ? next : n - 8;
      lanes s0 = {0}, s1 = s0, s2 = s0, s3 = s0;
      for (size_t t = 0; t < k; t++) {
        lanes v;
        memcpy(&v, b + t * n + j, sizeof v);
        s0 += a0[t] * v;
        s1 += a1[t] * v;
        s2 += a2[t] * v;
        s3 += a3[t] * v;
      }
      const lanes sums[4] = {s0, s1, s2, s3};
      for (size_t r = 0; r < 4 && i + r < m; r++) {
        double *target = c + (i + r) * n + j;
        for (size_t q = next - j; q < 8; q++) {
          target[q] = adding ? target[q] + sums[r][q] : sums[r][q];
        }
      }
    }
  }
}
