#include "fd_internal.h"
#include "fd_kernels.h"

// Columns whose sums stay in registers over all stages: half the time of a pass a stage.
enum { columns = 32 };

static inline __attribute__((always_inline)) void sum_columns(
    size_t width, size_t stages, size_t stage_stride, double h, const double *restrict y,
    const double *restrict c, const double *restrict k, double *restrict out) {
  double sum[columns] = {0};
  for (size_t s = 0; s < stages; s++) {
    if (c[s] == 0) continue;
    const double factor = h * c[s];
    const double *stage = k + s * stage_stride;
    for (size_t a = 0; a < width; a++) sum[a] += factor * stage[a];
  }
  // Added last: the increment keeps its digits where the state is much larger.
  for (size_t a = 0; a < width; a++) out[a] = sum[a] + y[a];
}

FD_CLONES
void fd_runge_kutta_sum(size_t n, size_t d, size_t stages, const double *restrict y,
                        const double *restrict h, const double *restrict c,
                        const double *restrict k, double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    size_t a = i * d;
    const size_t end = a + d;
    for (; a + columns <= end; a += columns)
      sum_columns(columns, stages, n * d, h[i], y + a, c, k + a, out + a);
    if (a < end) sum_columns(end - a, stages, n * d, h[i], y + a, c, k + a, out + a);
  }
}
