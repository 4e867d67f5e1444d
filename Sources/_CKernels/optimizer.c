#include "fd_internal.h"
#include "fd_training.h"

FD_CLONES
void fd_adamw(size_t count, const fd_adamw_constants *constants, const float *restrict gradient,
              float *restrict parameters, float *restrict m, float *restrict v) {
  const fd_adamw_constants c = *constants;
  const __auto_type mode = fd_flush_subnormals();
  for (size_t i = 0; i < count; i++) {
    const float g = c.gradient_scale * gradient[i];
    const float first = m[i] + c.one_minus_beta1 * (g - m[i]);
    const float second = c.beta2 * v[i] + c.one_minus_beta2 * (g * g);
    const float root = __builtin_elementwise_sqrt(second) * c.inverse_second_root + c.epsilon;
    float p = c.decay * parameters[i] - c.step_size * (first / root);
    // Written so that a NaN stays one.
    p = p > c.bound ? c.bound : p;
    p = p < -c.bound ? -c.bound : p;
    m[i] = first;
    v[i] = second;
    parameters[i] = p;
  }
  fd_restore_subnormals(mode);
}

FD_CLONES
double fd_sum_of_squares(size_t count, const float *restrict x) {
  double sum = 0;
  {
#pragma clang fp reassociate(on) contract(fast)
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i];
  }
  return sum;
}

FD_CLONES
void fd_momentum(size_t count, float mu, const float *restrict g, float *restrict m,
                 float *restrict u) {
  const __auto_type mode = fd_flush_subnormals();
  for (size_t i = 0; i < count; i++) {
    const float share = (1 - mu) * g[i];
    const float mean = mu * m[i] + share;
    m[i] = mean;
    u[i] = share + mu * mean;
  }
  fd_restore_subnormals(mode);
}

FD_CLONES
void fd_scale(size_t count, float factor, float *restrict x) {
  for (size_t i = 0; i < count; i++) x[i] *= factor;
}

FD_CLONES
void fd_bounded_step(size_t count, float decay, float rate, float bound, const float *restrict x,
                     float *restrict p) {
  for (size_t i = 0; i < count; i++) {
    float q = decay * p[i] - rate * x[i];
    q = q > bound ? bound : q;
    p[i] = q < -bound ? -bound : q;
  }
}

FD_CLONES
void fd_approach(size_t count, float share, const float *restrict y, float *restrict x) {
  for (size_t i = 0; i < count; i++) x[i] += share * (y[i] - x[i]);
}
