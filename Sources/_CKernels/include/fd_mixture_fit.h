// Kernels of expectation–maximisation for Gaussian mixtures, float64, row-major.
// As in fd_kernels.h: nothing here allocates, keeps state or starts threads.
#ifndef FD_MIXTURE_FIT_H
#define FD_MIXTURE_FIT_H

#include <stddef.h>
#include <stdint.h>

/// out_i = x_{rows[i]} − mean, d numbers each.
void fd_differences(size_t count, const uint32_t *rows, size_t d, const double *x,
                    const double *mean, double *out);
/// logits[rows[i]·stride] −= ½ ‖z_i‖² for `count` rows z_i of d numbers.
void fd_subtract_half_squares(size_t count, const uint32_t *rows, size_t d, const double *z,
                              double *logits, size_t stride);
/// logits[i·k + j] = constants[j] − ½ Σ_a (x_ia − means_ja)² inverse_ja.
void fd_scaled_logits(size_t n, size_t d, size_t k, const double *x, const double *means,
                      const double *inverse, const double *constants, double *logits);
/// Writes the rows √γ_i (x_i − mean) with γ_i = gamma[i·stride] > threshold one after the other
/// to out and returns how many they are.
size_t fd_weighted_rows(size_t n, size_t d, const double *x, const double *mean,
                        const double *gamma, size_t stride, double threshold, double *out);
/// out_a += Σ_i γ_i (x_ia − mean_a)².
void fd_weighted_squares(size_t n, size_t d, const double *x, const double *mean,
                         const double *gamma, size_t stride, double *out);
/// The upper triangle of C (d×d) += AᵀA, A being n×d.
void fd_dsyrk_upper(int n, int d, const double *a, double *c);

#endif
