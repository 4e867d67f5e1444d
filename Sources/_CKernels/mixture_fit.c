#include "fd_mixture_fit.h"

#include <math.h>

#include "fd_internal.h"

#if defined(__APPLE__)
#include <Accelerate/Accelerate.h>
#else
#include <cblas.h>
#endif

FD_CLONES
void fd_differences(size_t count, const uint32_t *restrict rows, size_t d, const double *restrict x,
                    const double *restrict mean, double *restrict out) {
  for (size_t i = 0; i < count; i++) {
    const double *from = x + rows[i] * d;
    for (size_t t = 0; t < d; t++) out[i * d + t] = from[t] - mean[t];
  }
}

FD_CLONES
void fd_subtract_half_squares(size_t count, const uint32_t *restrict rows, size_t d,
                              const double *restrict z, double *restrict logits, size_t stride) {
  for (size_t i = 0; i < count; i++) {
    double q = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t t = 0; t < d; t++) q += z[i * d + t] * z[i * d + t];
    }
    logits[rows[i] * stride] -= 0.5 * q;
  }
}

FD_CLONES
void fd_scaled_logits(size_t n, size_t d, size_t k, const double *restrict x,
                      const double *restrict means, const double *restrict inverse,
                      const double *restrict constants, double *restrict logits) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < k; j++) {
      double q = 0;
      {
#pragma clang fp reassociate(on) contract(fast)
        for (size_t t = 0; t < d; t++) {
          const double z = x[i * d + t] - means[j * d + t];
          q += z * z * inverse[j * d + t];
        }
      }
      logits[i * k + j] = constants[j] - 0.5 * q;
    }
  }
}

FD_CLONES
size_t fd_weighted_rows(size_t n, size_t d, const double *restrict x, const double *restrict mean,
                        const double *restrict gamma, size_t stride, double threshold,
                        double *restrict out) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    const double g = gamma[i * stride];
    if (!(g > threshold)) continue;
    const double root = sqrt(g);
    for (size_t t = 0; t < d; t++) out[count * d + t] = root * (x[i * d + t] - mean[t]);
    count++;
  }
  return count;
}

FD_CLONES
void fd_weighted_squares(size_t n, size_t d, const double *restrict x,
                         const double *restrict mean, const double *restrict gamma, size_t stride,
                         double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    const double g = gamma[i * stride];
    if (g == 0) continue;
    for (size_t t = 0; t < d; t++) {
      const double z = x[i * d + t] - mean[t];
      out[t] += g * z * z;
    }
  }
}

void fd_dsyrk_upper(int n, int d, const double *a, double *c) {
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, d, n, 1.0, a, d, 1.0, c, d);
}
