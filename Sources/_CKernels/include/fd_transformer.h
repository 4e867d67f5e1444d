// C kernels for transformers, each in float (_f) and in double (_d). They know arrays and numbers,
// not networks. All matrices are row-major; nothing here allocates, keeps state or starts threads.
#ifndef FD_TRANSFORMER_H
#define FD_TRANSFORMER_H

#include <stddef.h>

#define FD_TRANSFORMER_FUNCTIONS(REAL, S)                                                          \
  /* z[i, j] += bias[j]. */                                                                        \
  void fd_add_bias_##S(size_t rows, size_t columns, const REAL *bias, REAL *z);                    \
  /* sums[j] += Σ_i x[i, j], from the first row to the last. */                                    \
  void fd_add_column_sums_##S(size_t rows, size_t columns, const REAL *x, REAL *sums);             \
  /* y ← 0. */                                                                                     \
  void fd_clear_##S(size_t count, REAL *y);                                                        \
  /* y += x. */                                                                                    \
  void fd_add_##S(size_t count, const REAL *x, REAL *y);                                           \
  /* y ← y ∘ x. */                                                                                 \
  void fd_multiply_##S(size_t count, const REAL *x, REAL *y);                                      \
  /* Per row: inverse ← 1/√(variance + 1e-5), normalised ← (x − mean) inverse,                     \
     y ← weights ∘ normalised + biases. */                                                         \
  void fd_layer_norm_##S(size_t rows, size_t columns, const REAL *weights, const REAL *biases,     \
                         const REAL *x, REAL *normalised, REAL *inverse, REAL *y);                 \
  /* y ← weights ∘ normalised + biases. */                                                         \
  void fd_affine_##S(size_t rows, size_t columns, const REAL *weights, const REAL *biases,         \
                     const REAL *normalised, REAL *y);                                             \
  /* From dy: weight_gradient += Σ dy ∘ normalised, bias_gradient += Σ dy, and dx += the gradient  \
     with respect to what was normalised. */                                                       \
  void fd_layer_norm_backward_##S(size_t rows, size_t columns, const REAL *weights,                \
                                  const REAL *normalised, const REAL *inverse, const REAL *dy,     \
                                  REAL *weight_gradient, REAL *bias_gradient, REAL *dx);           \
  /* a ← z Φ(z), z ← Φ(z) + z φ(z), its derivative; Φ and φ of the standard normal. */             \
  void fd_gelu_##S(size_t count, REAL *z, REAL *a);                                                \
  /* Each row becomes its softmax. */                                                              \
  void fd_softmax_##S(size_t rows, size_t columns, REAL *x);                                       \
  /* From softmaxes p: g ← p ∘ (g − Σ p g), row by row. */                                         \
  void fd_softmax_backward_##S(size_t rows, size_t columns, const REAL *p, REAL *g);

FD_TRANSFORMER_FUNCTIONS(float, f)
FD_TRANSFORMER_FUNCTIONS(double, d)

#endif
