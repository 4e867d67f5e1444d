#include <math.h>

#include "fd_internal.h"
#include "fd_kernels.h"

// exp on (−∞, 0]: Cody–Waite reduction to |r| ≤ ½ log 2, then the Taylor
// polynomial of degree 13 (remainder below 4e-18). Relative error below 2.5e-16
// against libm on 10^6 points; results below exp(−708) become 0. Branch-free, so
// that the compiler vectorises it: 6 to 8 times the speed of libm's exp.
static inline __attribute__((always_inline)) double exp_nonpositive(double x) {
  const double y = x < -708.0 ? -708.0 : x;
  const double shifter = 0x1.8p52;
  const double t = y * 1.4426950408889634074 + shifter;
  const double n = t - shifter;
  double r = y - n * 0x1.62e42fefa0000p-1;
  r = r - n * 0x1.cf79abc9e3b3ap-40;
  double p = 1.6059043836821614599e-10;
  p = p * r + 2.0876756987868098979e-09;
  p = p * r + 2.5052108385441718775e-08;
  p = p * r + 2.7557319223985890653e-07;
  p = p * r + 2.7557319223985890653e-06;
  p = p * r + 2.4801587301587301587e-05;
  p = p * r + 1.9841269841269841270e-04;
  p = p * r + 1.3888888888888888889e-03;
  p = p * r + 8.3333333333333333333e-03;
  p = p * r + 4.1666666666666666667e-02;
  p = p * r + 1.6666666666666666667e-01;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  union { double d; int64_t i; } shifted = {t}, scale;
  scale.i = (shifted.i + 1023) << 52;
  const double value = p * scale.d;
  return x < -708.0 ? 0.0 : value;
}

FD_CLONES
void fd_isotropic_logits(size_t n, size_t d, size_t k, const double *restrict x,
                         const double *restrict shift, const double *restrict a,
                         const double *restrict b, const double *restrict means,
                         const double *restrict lambda, size_t lambda_stride,
                         const double *restrict log_weights, double *restrict logits) {
  for (size_t i = 0; i < n; i++) {
    const double *row = x + i * d;
    const double m = shift[i];
    double c = a[i] * lambda[0] + b[i];
    double log_c = log(c);
    for (size_t j = 0; j < k; j++) {
      if (lambda_stride && j) {
        c = a[i] * lambda[j] + b[i];
        log_c = log(c);
      }
      const double *mean = means + j * d;
      double q = 0;
      {
#pragma clang fp reassociate(on) contract(fast)
        for (size_t t = 0; t < d; t++) {
          const double z = row[t] - m * mean[t];
          q += z * z;
        }
      }
      logits[i * k + j] = log_weights[j] - 0.5 * (q / c + (double)d * log_c);
    }
  }
}

// Σ log c over a row as logs of products of eight, which saves seven logs in
// eight where every c is within 1e±38: the product cannot leave double's range.
static inline __attribute__((always_inline)) double sum_of_logs(size_t d, const double *lambda,
                                                                double a, double b) {
  double sum = 0;
  size_t t = 0;
  for (; t + 8 <= d; t += 8) {
    double product = 1;
    int safe = 1;
    for (size_t s = 0; s < 8; s++) {
      const double c = a * lambda[t + s] + b;
      safe &= (c > 1e-38) & (c < 1e38);
      product *= c;
    }
    if (safe) {
      sum += log(product);
    } else {
      for (size_t s = 0; s < 8; s++) sum += log(a * lambda[t + s] + b);
    }
  }
  for (; t < d; t++) sum += log(a * lambda[t] + b);
  return sum;
}

// Columns handled at a time where one covariance serves all components: the
// reciprocals of its variances are then taken once a row, not once a component.
enum { tile = 128 };

// fd_diagonal_logits for shared variances. With fd_diagonal_combine's twin below it
// makes the teacher of a tied mixture (K = 40, d = 64) 2.8 times as fast.
static inline __attribute__((always_inline)) void shared_diagonal_logits(
    size_t n, size_t d, size_t k, const double *restrict x, const double *restrict shift,
    const double *restrict a, const double *restrict b, const double *restrict means,
    const double *restrict lambda, const double *restrict log_weights, double *restrict logits) {
  for (size_t i = 0; i < n; i++) {
    double *row = logits + i * k;
    for (size_t j = 0; j < k; j++) row[j] = 0;
    for (size_t start = 0; start < d; start += tile) {
      const size_t width = d - start < tile ? d - start : tile;
      const double *point = x + i * d + start;
      double precision[tile];
      for (size_t t = 0; t < width; t++)
        precision[t] = 1.0 / (a[i] * lambda[start + t] + b[i]);
      for (size_t j = 0; j < k; j++) {
        const double *mean = means + j * d + start;
        double q = 0;
        {
#pragma clang fp reassociate(on) contract(fast)
          for (size_t t = 0; t < width; t++) {
            const double z = point[t] - shift[i] * mean[t];
            q += z * z * precision[t];
          }
        }
        row[j] += q;
      }
    }
    const double log_c = sum_of_logs(d, lambda, a[i], b[i]);
    for (size_t j = 0; j < k; j++) row[j] = log_weights[j] - 0.5 * (row[j] + log_c);
  }
}

FD_CLONES
void fd_diagonal_logits(size_t n, size_t d, size_t k, const double *restrict x,
                        const double *restrict shift, const double *restrict a,
                        const double *restrict b, const double *restrict means,
                        const double *restrict lambda, size_t lambda_stride,
                        const double *restrict log_weights, double *restrict logits) {
  if (lambda_stride == 0) {
    shared_diagonal_logits(n, d, k, x, shift, a, b, means, lambda, log_weights, logits);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const double *row = x + i * d;
    const double m = shift[i], ai = a[i], bi = b[i];
    for (size_t j = 0; j < k; j++) {
      const double *variance = lambda + j * lambda_stride;
      const double log_c = sum_of_logs(d, variance, ai, bi);
      const double *mean = means + j * d;
      double q = 0;
      {
#pragma clang fp reassociate(on) contract(fast)
        for (size_t t = 0; t < d; t++) {
          const double z = row[t] - m * mean[t];
          q += z * z / (ai * variance[t] + bi);
        }
      }
      logits[i * k + j] = log_weights[j] - 0.5 * (q + log_c);
    }
  }
}

// The largest of k numbers. Four at a time: one after the other, comparisons wait for each other.
static inline __attribute__((always_inline)) double largest(size_t k, const double *row) {
  double top[4] = {row[0], row[0], row[0], row[0]};
  size_t j = 0;
  for (; j + 4 <= k; j += 4)
    for (size_t l = 0; l < 4; l++) top[l] = row[j + l] > top[l] ? row[j + l] : top[l];
  for (; j < k; j++) top[0] = row[j] > top[0] ? row[j] : top[0];
  const double left = top[0] > top[1] ? top[0] : top[1];
  const double right = top[2] > top[3] ? top[2] : top[3];
  return left > right ? left : right;
}

// Rows whose exponentials are taken together: short rows fill no vectors alone.
enum { batch = 64 };

FD_CLONES
void fd_softmax_rows(size_t n, size_t k, double *restrict logits, double *restrict log_sum) {
  for (size_t first = 0; first < n; first += batch) {
    const size_t rows = n - first < batch ? n - first : batch;
    double *block = logits + first * k;
    for (size_t i = 0; i < rows; i++) {
      double *row = block + i * k;
      const double top = largest(k, row);
      for (size_t j = 0; j < k; j++) row[j] -= top;
      log_sum[first + i] = top;
    }
    for (size_t l = 0; l < rows * k; l++) block[l] = exp_nonpositive(block[l]);
    for (size_t i = 0; i < rows; i++) {
      double *row = block + i * k;
      double sum = 0;
      {
#pragma clang fp reassociate(on) contract(fast)
        for (size_t j = 0; j < k; j++) sum += row[j];
      }
      const double inverse = 1.0 / sum;
      for (size_t j = 0; j < k; j++) row[j] *= inverse;
      log_sum[first + i] += log(sum);
    }
  }
}

// Responsibilities below this change no sum of theirs, one of them being at
// least 1/K: their components are left out.
static const double negligible = 0x1p-100;

FD_CLONES
void fd_isotropic_combine(size_t n, size_t d, size_t k, const double *restrict x,
                          const double *restrict shift, const double *restrict a,
                          const double *restrict b, const double *restrict means,
                          const double *restrict lambda, size_t lambda_stride,
                          const double *restrict gamma, double p, const double *restrict e1,
                          double e0, double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    const double *row = x + i * d;
    double *target = out + i * d;
    const double m = shift[i];
    for (size_t t = 0; t < d; t++) target[t] = 0;
    for (size_t j = 0; j < k; j++) {
      const double g = gamma[i * k + j];
      if (g < negligible) continue;
      const double l = lambda[j * lambda_stride];
      const double e = g * (e1[i] * l + e0) / (a[i] * l + b[i]);
      const double q = g * p;
      const double *mean = means + j * d;
      if (e == 0) {
        for (size_t t = 0; t < d; t++) target[t] += q * mean[t];
      } else {
        for (size_t t = 0; t < d; t++)
          target[t] += q * mean[t] + e * (row[t] - m * mean[t]);
      }
    }
  }
}

// fd_diagonal_combine for shared variances: the means and the differences are
// summed first, and meet the variances once a row.
static inline __attribute__((always_inline)) void shared_diagonal_combine(
    size_t n, size_t d, size_t k, const double *restrict x, const double *restrict shift,
    const double *restrict a, const double *restrict b, const double *restrict means,
    const double *restrict lambda, const double *restrict gamma, double p,
    const double *restrict e1, double e0, double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    for (size_t start = 0; start < d; start += tile) {
      const size_t width = d - start < tile ? d - start : tile;
      const double *point = x + i * d + start;
      double *target = out + i * d + start;
      double difference[tile] = {0}, mean_sum[tile] = {0};
      for (size_t j = 0; j < k; j++) {
        const double g = gamma[i * k + j];
        if (g < negligible) continue;
        const double *mean = means + j * d + start;
        for (size_t t = 0; t < width; t++) {
          difference[t] += g * (point[t] - shift[i] * mean[t]);
          mean_sum[t] += g * mean[t];
        }
      }
      for (size_t t = 0; t < width; t++) {
        const double l = lambda[start + t];
        target[t] = p * mean_sum[t] + (e1[i] * l + e0) / (a[i] * l + b[i]) * difference[t];
      }
    }
  }
}

FD_CLONES
void fd_diagonal_combine(size_t n, size_t d, size_t k, const double *restrict x,
                         const double *restrict shift, const double *restrict a,
                         const double *restrict b, const double *restrict means,
                         const double *restrict lambda, size_t lambda_stride,
                         const double *restrict gamma, double p, const double *restrict e1,
                         double e0, double *restrict out) {
  if (lambda_stride == 0) {
    shared_diagonal_combine(n, d, k, x, shift, a, b, means, lambda, gamma, p, e1, e0, out);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    const double *row = x + i * d;
    double *target = out + i * d;
    const double m = shift[i], ai = a[i], bi = b[i], ei = e1[i];
    for (size_t t = 0; t < d; t++) target[t] = 0;
    for (size_t j = 0; j < k; j++) {
      const double g = gamma[i * k + j];
      if (g < negligible) continue;
      const double *variance = lambda + j * lambda_stride;
      const double *mean = means + j * d;
      for (size_t t = 0; t < d; t++) {
        const double e = (ei * variance[t] + e0) / (ai * variance[t] + bi);
        target[t] += g * (p * mean[t] + e * (row[t] - m * mean[t]));
      }
    }
  }
}

FD_CLONES
void fd_rotated_logits(size_t n, size_t d, const double *restrict z, const double *restrict a,
                       const double *restrict b, const double *restrict lambda, double log_weight,
                       double *restrict logits, size_t logit_stride) {
  double logs = 0;
  for (size_t i = 0; i < n; i++) {
    const double *row = z + i * d;
    const double ai = a[i], bi = b[i];
    // A batch is mostly at one time, where all rows have the same variances.
    if (i == 0 || ai != a[i - 1] || bi != b[i - 1]) logs = sum_of_logs(d, lambda, ai, bi);
    double q = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t t = 0; t < d; t++) q += row[t] * row[t] / (ai * lambda[t] + bi);
    }
    logits[i * logit_stride] = log_weight - 0.5 * (q + logs);
  }
}

FD_CLONES
void fd_rotated_weights(size_t n, size_t d, double *restrict z, const double *restrict a,
                        const double *restrict b, const double *restrict lambda,
                        const double *restrict gamma, size_t gamma_stride,
                        const double *restrict e1, double e0) {
  for (size_t i = 0; i < n; i++) {
    double *row = z + i * d;
    const double g = gamma[i * gamma_stride], ai = a[i], bi = b[i], ei = e1[i];
    for (size_t t = 0; t < d; t++)
      row[t] *= g * (ei * lambda[t] + e0) / (ai * lambda[t] + bi);
  }
}

FD_CLONES
void fd_add_multiples(size_t n, size_t d, const double *x, const double *w, size_t w_stride,
                      double factor, const double *restrict m, double *out) {
  for (size_t i = 0; i < n; i++) {
    const double scale = factor * w[i * w_stride];
    for (size_t t = 0; t < d; t++) out[i * d + t] = x[i * d + t] + scale * m[t];
  }
}

FD_CLONES
void fd_squared_distances(size_t n, size_t d, size_t k, const double *restrict x,
                          const double *restrict y, double *restrict out) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < k; j++) {
      double q = 0;
      {
#pragma clang fp reassociate(on) contract(fast)
        for (size_t t = 0; t < d; t++) {
          const double z = x[i * d + t] - y[j * d + t];
          q += z * z;
        }
      }
      out[i * k + j] = q;
    }
  }
}
