// The posterior of a Gaussian mixture whose components share one isotropic variance: the fused
// kernel behind `Marginal.score`, in float64 (names in _d) and float32 (_f). Row i of x (n×d) is held
// against components with means m μ_k, m = shift[i], and variance c = a[i]·lambda + b[i]. Row i of
// a result depends on row i of x alone, to the last bit.
//
// With the middle r of the means, z = x − m r and ν_k = μ_k − r,
//   −‖x − m μ_k‖²/2c = (m/c)(z·ν_k − m ‖ν_k‖²/2) − ‖z‖²/2c,
// so that the logits and the posterior sum are products of matrices. They lose digits where the
// means are many standard deviations apart. A logit is wrong by at most
//   u (m/c) max‖ν‖ (d' + 10)(‖z‖ + m max‖ν‖),  u the unit roundoff, d' = min(d, 256) + d/256;
// where that exceeds 2^-42 (float32: 2^-12), the logits of all components for which
// γ_k · bound does are computed again by differences, in double. Where m max‖ν‖ > 8 ‖x − m μ‖
// for the likeliest component, the posterior sum is taken by differences too.
#ifndef FD_POSTERIOR_H
#define FD_POSTERIOR_H

#include <stddef.h>
#include <stdint.h>

/// max ‖ν_k‖ and ‖r‖ of packed means.
typedef struct {
  double largest, reference;
} fd_means_extent;

/// Numbers in packed means.
size_t fd_packed_means_count_d(size_t d, size_t k);
size_t fd_packed_means_count_f(size_t d, size_t k);
/// The means (k×d) in the order in which the kernel reads them.
void fd_pack_means_d(size_t d, size_t k, const double *means, double *packed,
                     fd_means_extent *extent);
void fd_pack_means_f(size_t d, size_t k, const double *means, float *packed,
                     fd_means_extent *extent);
/// Numbers in `work` for n rows, and in `lists`.
size_t fd_posterior_work_count_d(size_t n, size_t d, size_t k);
size_t fd_posterior_work_count_f(size_t n, size_t d, size_t k);
size_t fd_posterior_list_count_d(size_t k);
size_t fd_posterior_list_count_f(size_t k);
/// Each result that is not NULL: gamma (n×k) the responsibilities; log_sum[i] the log-sum-exp of
/// log_weights[k] − ½ (‖x_i − m μ_k‖²/c + d log c), to rounding of its own size;
/// out (n×d) = Σ_k γ_k [p μ_k + e (x − m μ_k)], e = (e1_i·lambda + e0)/c. With `out` responsibilities
/// below exp(−69.3) (float32: exp(−27.7)) of the largest count as 0: together less than K·2^-99.9
/// (K·2^-39.9) of the spread of the means, below rounding for any K < 2^46 (2^15). `past_caches`: out is
/// so large that nothing of it will be in a cache when it is read; it is then written past them where
/// the means take at most 1 MiB.
void fd_shared_posterior_d(size_t n, size_t d, size_t k, const double *x, const double *shift,
                           const double *a, const double *b, const double *means,
                           const double *packed, const fd_means_extent *extent, double lambda,
                           const double *log_weights, double p, const double *e1, double e0,
                           double *work, uint32_t *lists, double *gamma, double *log_sum,
                           int past_caches, double *out);
void fd_shared_posterior_f(size_t n, size_t d, size_t k, const float *x, const double *shift,
                           const double *a, const double *b, const double *means,
                           const float *packed, const fd_means_extent *extent, double lambda,
                           const double *log_weights, double p, const double *e1, double e0,
                           float *work, uint32_t *lists, float *gamma, double *log_sum,
                           int past_caches, float *out);

#endif
