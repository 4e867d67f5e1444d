#include "fd_internal.h"
#include "fd_kernels.h"

FD_CLONES
void fd_adjoint_moments(size_t n, size_t d, size_t k, size_t j, double alpha, double sigma,
                        const double *restrict u, const double *restrict w,
                        const double *restrict mu, const double *restrict lambda,
                        const double *restrict q, double offset, double trace,
                        double *restrict logits, double *restrict inner,
                        double *restrict inner_derivative, double *restrict logit_derivative) {
#pragma clang fp reassociate(on) contract(fast)
  const double twice = 2.0 * alpha * sigma;
  for (size_t i = 0; i < n; i++) {
    const double *row = u + i * d, *cotangent = w + i * d;
    double quadratic = 0, mean = 0, spread = 0, drift = 0, bend = 0, turn = 0;
    for (size_t a = 0; a < d; a++) {
      const double z = row[a] - alpha * mu[a], p = z * q[a];
      const double c = twice * (1.0 - lambda[a]);
      const double v = lambda[a] * cotangent[a];
      quadratic += z * p;
      mean += mu[a] * cotangent[a];
      spread += v * p;
      drift += p * mu[a];
      bend += c * p * p;
      turn += v * q[a] * (sigma * mu[a] - c * p);
    }
    const size_t target = i * k + j;
    logits[target] = offset - 0.5 * quadratic;
    inner[target] = mean + alpha * spread;
    inner_derivative[target] = alpha * turn - sigma * spread;
    logit_derivative[target] = 0.5 * bend - sigma * drift - trace;
  }
}

FD_CLONES
void fd_adjoint_products(size_t n, size_t d, size_t k, size_t j, double alpha,
                         const double *restrict u, const double *restrict w,
                         const double *restrict mu, const double *restrict lambda,
                         const double *restrict q, const double *restrict gamma,
                         const double *restrict inner, double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    const double g = alpha * gamma[i * k + j], f = inner[i * k + j];
    if (g == 0 && f == 0) continue;
    const double *row = u + i * d, *cotangent = w + i * d;
    double *target = out + i * d;
    for (size_t a = 0; a < d; a++) {
      target[a] += q[a] * (g * lambda[a] * cotangent[a] - f * (row[a] - alpha * mu[a]));
    }
  }
}
