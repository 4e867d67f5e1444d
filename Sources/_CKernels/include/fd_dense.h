// Dense layers on matrices that lie in panels, float32. As in fd_kernels.h: nothing here allocates, keeps
// state or starts threads; every kernel has a plain Swift twin in the tests.
//
// A matrix of `rows` × `columns` in panels: 16 columns to a panel, in each panel one row after the other.
// Rows fill up to a multiple of 4, columns to one of 16; what fills up is 0 or whatever kernels leave there,
// and no result depends on it. Whichever way a product goes through such a matrix, it reads whole cache
// lines one after the other: nothing but weights is ever packed.
//
// Shares of the FMA peak on one thread, 256 rows, 512 × 512, OpenBLAS 0.3.21 in parentheses (estimates):
// AVX-512 (Sapphire Rapids) layer 97 (80), weights' gradient 94 % (90 %); AVX2 (Zen 3) 92 (86), 90 % (86 %).
#ifndef FD_DENSE_H
#define FD_DENSE_H

#include <stddef.h>

enum { FD_PANEL_COLUMNS = 16, FD_PANEL_ROWS = 4 };

/// A matrix of rows (rows × columns, no gaps) into panels; fills up with 0.
void fd_panels_from_rows(size_t rows, size_t columns, const float *x, float *panels);
/// The other way.
void fd_rows_from_panels(size_t rows, size_t columns, const float *panels, float *x);

/// Weights (outputs × inputs) and biases as `fd_dense_forward` reads them: biases filled up to whole panels,
/// then for each panel of outputs a row for each input. No biases (NULL) count as 0.
void fd_pack_for_forward(size_t outputs, size_t inputs, const float *weights, const float *biases,
                         float *packed);
/// Weights as `fd_dense_backward` reads them: for each panel of inputs a row for each output.
void fd_pack_for_backward(size_t outputs, size_t inputs, const float *weights, float *packed);

/// y = r(x Wᵀ + bias), or y + x Wᵀ + bias if `adding` (then r is the identity): x rows × inputs, y rows ×
/// outputs, in panels. `rectifier` as in fd_training.h.
void fd_dense_forward(size_t rows, size_t inputs, size_t outputs, const float *x,
                      const float *packed, int rectifier, int adding, float *y);
/// to = (gradient W) ∘ r'(values), or to + gradient W if `adding` (then r is the identity): gradient rows ×
/// outputs, values and to rows × inputs, in panels.
void fd_dense_backward(size_t rows, size_t outputs, size_t inputs, const float *gradient,
                       const float *packed, int rectifier, const float *values, int adding,
                       float *to);
/// weights (outputs × inputs, in rows) = gradientᵀ x, or weights + gradientᵀ x if `adding`: gradient rows ×
/// outputs, x rows × inputs, in panels.
void fd_dense_weight_gradient(size_t rows, size_t outputs, size_t inputs, const float *gradient,
                              const float *x, int adding, float *weights);

/// gradient ← gradient ∘ r'(z), from the values a = r(z) alone, both in panels. For the quadratic rectifier
/// r' = 2 max(z, 0) = 2 √a, which is exact: √(z·z) rounds to |z|. For the smooth one r' = 4a²/(4a² + 1).
void fd_rectify_backward(size_t count, int rectifier, const float *a, float *gradient);
/// sums[j] = Σ_i x[i, j], from the first row to the last; x in panels, sums filled up to whole panels.
void fd_panel_sums(size_t rows, size_t columns, const float *x, float *sums);
/// gradient = scale (prediction − target), filled up with 0; returns Σ (prediction − target)². Prediction and
/// gradient in panels, target in rows.
double fd_panel_squared_error(size_t rows, size_t columns, const float *prediction,
                              const float *target, float scale, float *gradient);

#endif
