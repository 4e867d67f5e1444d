#include "fd_internal.h"
#include "fd_kernels.h"

FD_CLONES
void fd_runge_kutta_sum(size_t n, size_t d, size_t stages, const double *restrict y,
                        const double *restrict h, const double *restrict c,
                        const double *restrict k, double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    double *row = out + i * d;
    for (size_t a = 0; a < d; a++) row[a] = 0;
    for (size_t s = 0; s < stages; s++) {
      if (c[s] == 0) continue;
      const double factor = h[i] * c[s];
      const double *stage = k + (s * n + i) * d;
      for (size_t a = 0; a < d; a++) row[a] += factor * stage[a];
    }
    // Added last: the increment keeps its digits where the state is much larger.
    for (size_t a = 0; a < d; a++) row[a] += y[i * d + a];
  }
}
