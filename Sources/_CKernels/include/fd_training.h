// C kernels for training, float32, beside those of fd_dense.h. They know arrays and numbers, not networks. All
// matrices are row-major; nothing here allocates, keeps state or starts threads. Sums that
// matter are kept in double. Every kernel has a plain Swift twin in the tests.
#ifndef FD_TRAINING_H
#define FD_TRAINING_H

#include <stddef.h>

/// What follows an affine map: nothing, max(z, 0), max(z, 0)², or (z + √(z² + 1))/2.
enum {
  FD_RECTIFY_NONE = 0,
  FD_RECTIFY_LINEAR = 1,
  FD_RECTIFY_QUADRATIC = 2,
  FD_RECTIFY_SMOOTH = 3
};

/// The scalars of one AdamW step, already corrected for the step number.
typedef struct {
  float gradient_scale;         // clipping
  float decay;                  // 1 − learning rate · weight decay
  float one_minus_beta1;
  float beta2;
  float one_minus_beta2;
  float inverse_second_root;    // 1/√(1 − β2^t)
  float epsilon;
  float step_size;              // learning rate / (1 − β1^t)
  float bound;                  // parameters are clamped to [−bound, bound]
} fd_adamw_constants;

/// One AdamW step (Loshchilov and Hutter, 2019) on `count` parameters with their moments m and v.
void fd_adamw(size_t count, const fd_adamw_constants *constants, const float *gradient,
              float *parameters, float *m, float *v);
/// Σ x².
double fd_sum_of_squares(size_t count, const float *x);
/// m ← μ m + (1 − μ) g, then u = (1 − μ) g + μ m: momentum with Nesterov's look ahead.
void fd_momentum(size_t count, float mu, const float *g, float *m, float *u);
/// x ← x + share (y − x).
void fd_approach(size_t count, float share, const float *y, float *x);
/// x ← factor x.
void fd_scale(size_t count, float factor, float *x);
/// p ← decay p − rate x, clamped to [−bound, bound]. NaN stays NaN.
void fd_bounded_step(size_t count, float decay, float rate, float bound, const float *x, float *p);

/// s ← a I + b g + c s, all symmetric of order n, where only the upper triangle of s is read: rows
/// `first` to `last` (not included) of it, and their mirror image. `first` is a multiple of 16; no g
/// (NULL) counts as 0. Different ranges touch different elements of s.
void fd_symmetric_combination(size_t n, size_t first, size_t last, float a, float b, float c,
                              const float *g, float *s);
/// Σ s_ij² over all of a symmetric matrix of order n, from its upper triangle.
double fd_symmetric_sum_of_squares(size_t n, const float *s);

#endif
