#include "fd_internal.h"
#include "fd_kernels.h"

FD_CLONES
void fd_component_means(size_t n, size_t d, size_t k, const double *restrict y,
                        const double *restrict rho, const double *restrict means,
                        const double *restrict excess, size_t excess_columns,
                        size_t excess_stride, const double *restrict gamma,
                        double *restrict h, double *restrict mean, double *restrict stretch) {
  for (size_t i = 0; i < n; i++) {
    const double r = rho[i];
    const double *row = y + i * d;
    double *total = mean + i * d, *sum = stretch + i * d;
    for (size_t t = 0; t < d; t++) total[t] = sum[t] = 0;
    for (size_t j = 0; j < k; j++) {
      const double g = gamma[i * k + j];
      const double *mu = means + j * d, *delta = excess + j * excess_stride;
      double *target = h + (i * k + j) * d;
      if (excess_columns == 1) {
        const double w = delta[0] / (1.0 + r * r * delta[0]);
        for (size_t t = 0; t < d; t++) {
          target[t] = mu[t] + r * w * (row[t] - r * mu[t]);
          total[t] += g * target[t];
          sum[t] += g * w;
        }
      } else {
        for (size_t t = 0; t < d; t++) {
          const double w = delta[t] / (1.0 + r * r * delta[t]);
          target[t] = mu[t] + r * w * (row[t] - r * mu[t]);
          total[t] += g * target[t];
          sum[t] += g * w;
        }
      }
    }
  }
}

// Responsibilities below this change no sum of theirs, one of them being at
// least 1/K.
static const double negligible = 0x1p-100;

FD_CLONES
void fd_posterior_products(size_t n, size_t d, size_t k, size_t m, const double *restrict gamma,
                           double *restrict h, const double *restrict mean,
                           const double *restrict stretch, const double *restrict rho,
                           const double *restrict v, size_t v_stride, double *restrict out,
                           size_t out_stride) {
  for (size_t i = 0; i < n; i++) {
    double *first = h + i * k * d;
    const double *centre = mean + i * d, *diagonal = stretch + i * d;
    for (size_t j = 0; j < k; j++) {
      if (gamma[i * k + j] < negligible) continue;
      for (size_t t = 0; t < d; t++) first[j * d + t] -= centre[t];
    }
    for (size_t c = 0; c < m; c++) {
      const double *vector = v + i * v_stride + c * d;
      double *target = out + i * out_stride + c * d;
      for (size_t t = 0; t < d; t++) target[t] += rho[i] * diagonal[t] * vector[t];
      for (size_t j = 0; j < k; j++) {
        const double g = gamma[i * k + j];
        if (g < negligible) continue;
        const double *point = first + j * d;
        double product = 0;
        {
#pragma clang fp reassociate(on) contract(fast)
          for (size_t t = 0; t < d; t++) product += point[t] * vector[t];
        }
        const double factor = rho[i] * g * product;
        for (size_t t = 0; t < d; t++) target[t] += factor * point[t];
      }
    }
  }
}
