#include "fd_internal.h"
#include "fd_kernels.h"

// Numbers whose sums stay in registers over all stages: half the time of a pass a stage.
enum { columns = 32 };

static inline __attribute__((always_inline)) void sum_columns(size_t width, size_t stages,
                                                              size_t stage_stride,
                                                              const double *restrict c,
                                                              const double *restrict k,
                                                              double *restrict out) {
  double sum[columns] = {0};
  for (size_t s = 0; s < stages; s++) {
    if (c[s] == 0) continue;
    const double *stage = k + s * stage_stride;
    for (size_t a = 0; a < width; a++) sum[a] += c[s] * stage[a];
  }
  for (size_t a = 0; a < width; a++) out[a] = sum[a];
}

// Sums run over some rows as one, so that short rows fill the registers too: half the time of sums row by
// row at 19 columns, 1.15 times at 64. Rows few enough to be in the first-level cache for the second loop.
enum { together = 8 };

FD_CLONES
void fd_runge_kutta_sum(size_t n, size_t d, size_t stages, const double *restrict y,
                        const double *restrict h, const double *restrict c,
                        const double *restrict k, double *restrict out) {
  for (size_t first = 0; first < n; first += together) {
    const size_t rows = n - first < together ? n - first : together;
    size_t a = first * d;
    const size_t end = a + rows * d;
    for (; a + columns <= end; a += columns)
      sum_columns(columns, stages, n * d, c, k + a, out + a);
    if (a < end) sum_columns(end - a, stages, n * d, c, k + a, out + a);
    // The state is added last: the increment keeps its digits where the state is much larger.
    for (size_t i = first; y && i < first + rows; i++)
      for (size_t t = i * d; t < (i + 1) * d; t++) out[t] = y[t] + h[i] * out[t];
    for (size_t i = first; !y && i < first + rows; i++)
      for (size_t t = i * d; t < (i + 1) * d; t++) out[t] = h[i] * out[t];
  }
}

FD_CLONES
void fd_row_squares(size_t n, size_t d, const double *restrict x, double *restrict squares) {
#pragma clang fp reassociate(on) contract(fast)
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t t = i * d; t < (i + 1) * d; t++) sum += x[t] * x[t];
    squares[i] = sum;
  }
}
