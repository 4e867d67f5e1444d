// C kernels behind the `Arrays` target. They know arrays and numbers, neither
// mixtures nor networks. All matrices are row-major; nothing here allocates,
// keeps state or starts threads. Every kernel has a plain Swift twin in the
// tests that it is compared with.
#ifndef FD_KERNELS_H
#define FD_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// --- The process ---

/// The process keeps memory that it frees, whatever its size, in place of giving it back to the system and
/// taking it anew, a page fault for each 4 kB: glibc does so for all from 32 MB up. The score of 65,536 × 64
/// points took 44 ms with that and takes 16 ms without (two threads, a virtual machine).
void fd_keep_freed_memory(void);

// --- BLAS and LAPACK under our own names (OpenBLAS on Linux, Accelerate on Apple) ---

/// Limits the BLAS to one thread for the whole process: parallelism is ours, so
/// that the order of every sum is independent of the number of threads.
void fd_blas_single_thread(void);
/// A name for the BLAS in use, for run records.
const char *fd_blas_description(void);

// The value of OPENBLAS_CORETYPE that would give this processor faster kernels
// than those that the BLAS chose by itself; NULL if there is none.
const char *fd_blas_better_core(void);
/// C (m×n, leading dimension ldc) = alpha op(A) op(B) + beta C.
void fd_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha,
              const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
void fd_dgemm(int transpose_a, int transpose_b, int m, int n, int k, double alpha,
              const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc);
/// The upper triangle of C (n×n, leading dimension ldc) = alpha op(A) op(A)ᵀ, op(A) n×k.
void fd_ssyrk_upper(int transpose, int n, int k, float alpha, const float *a, int lda, float *c,
                    int ldc);
/// C (m×n) = A (m×k) B (k×n), or C + A B if `adding`: row i of C depends on
/// row i of A (and C) alone, to the last bit.
void fd_row_products(size_t m, size_t n, size_t k, const double *a, const double *b, int adding,
                     double *c);
/// Eigenvalues (ascending) and, if `vectors`, orthonormal eigenvectors of a
/// symmetric n×n matrix. On return row j of `a` is the eigenvector of values[j];
/// without vectors `a` is spoilt. `work` holds `work_count` doubles (at least
/// 1 + 2n, with vectors 1 + 6n + 2n²), `integers` `integer_count` (3 + 5n).
/// Returns LAPACK's info. By divide and conquer: at n = 64 in .80 of the time of
/// dsyev, within .01 of dsyevr's.
int fd_dsyevd(int n, int vectors, double *a, double *values, double *work, int work_count,
              int *integers, int integer_count);

// --- Waiting for another thread ---

/// Tells the processor that this is a loop that waits.
void fd_pause(void);
/// Lets another thread have this one's processor.
void fd_yield(void);

// --- Random numbers: Philox4x32-10 (Salmon et al., SC 2011) ---

/// The four output words of one Philox block.
void fd_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
/// out[i], i < count: 53-bit uniforms in (0, 1); number i comes from block
/// first_block + i/2 of the stream (seed = key, stream = high counter words).
void fd_uniforms(double *out, size_t count, uint64_t seed, uint64_t stream, uint64_t first_block);
/// Standard normals by Box–Muller, two to a block, numbered as fd_uniforms; the same bits on every
/// processor. 5.4 times the speed of libm's functions called one after the other.
void fd_normals(double *out, size_t count, uint64_t seed, uint64_t stream, uint64_t first_block);

// --- Softmax and Gaussian quadratic forms, float64 ---
// Row i of x (n×d) is held against component k with mean shift[i]·mean_k and
// variance a[i]·lambda_k + b[i] in each coordinate; lambda is K×1 (isotropic) or
// K×d (diagonal); lambda_stride 0 means that all components share row 0.

void fd_isotropic_logits(size_t n, size_t d, size_t k, const double *x, const double *shift,
                         const double *a, const double *b, const double *means,
                         const double *lambda, size_t lambda_stride, const double *log_weights,
                         double *logits);
void fd_diagonal_logits(size_t n, size_t d, size_t k, const double *x, const double *shift,
                        const double *a, const double *b, const double *means,
                        const double *lambda, size_t lambda_stride, const double *log_weights,
                        double *logits);
/// In place: each row becomes its softmax; log_sum[i] is the row's log-sum-exp.
void fd_softmax_rows(size_t n, size_t k, double *logits, double *log_sum);
/// out_i = Σ_k γ_ik [ p·mean_k + e_ik ∘ (x_i − shift_i·mean_k) ],
/// e_ik = (e1_i·lambda_k + e0)/(a_i·lambda_k + b_i).
void fd_isotropic_combine(size_t n, size_t d, size_t k, const double *x, const double *shift,
                          const double *a, const double *b, const double *means,
                          const double *lambda, size_t lambda_stride, const double *gamma,
                          double p, const double *e1, double e0, double *out);
void fd_diagonal_combine(size_t n, size_t d, size_t k, const double *x, const double *shift,
                         const double *a, const double *b, const double *means,
                         const double *lambda, size_t lambda_stride, const double *gamma,
                         double p, const double *e1, double e0, double *out);
/// logits[i·logit_stride] = log_weight − ½ Σ_a (z_ia²/c_ia + log c_ia), c_ia = a_i·lambda_a + b_i.
void fd_rotated_logits(size_t n, size_t d, const double *z, const double *a, const double *b,
                       const double *lambda, double log_weight, double *logits,
                       size_t logit_stride);
/// z_ia ← γ_i (e1_i·lambda_a + e0)/(a_i·lambda_a + b_i) z_ia, γ_i = gamma[i·gamma_stride].
void fd_rotated_weights(size_t n, size_t d, double *z, const double *a, const double *b,
                        const double *lambda, const double *gamma, size_t gamma_stride,
                        const double *e1, double e0);
/// out_i = x_i + factor · w[i·w_stride] · m by rows of d; out may be x.
void fd_add_multiples(size_t n, size_t d, const double *x, const double *w, size_t w_stride,
                      double factor, const double *m, double *out);

// --- The tangent of the regular flow, float64: ProbabilityFlow's RegularState ---
// With w = δ/(1 + ρ²δ) by component and coordinate, h_k = μ_k + ρ w_k (y − ρμ_k) are the posterior
// means of the components, and J = ρ [Σ_k γ_k w_k + Cov_γ(h)] is the Jacobian of Σ_k γ_k h_k.

/// h (n×K×d), mean = Σ_k γ_k h_k and stretch = Σ_k γ_k w_k (both n×d) for the rows of y (n×d);
/// excess holds δ, K×1 or K×d, excess_stride 0 where all components share row 0.
void fd_component_means(size_t n, size_t d, size_t k, const double *y, const double *rho,
                        const double *means, const double *excess, size_t excess_columns,
                        size_t excess_stride, const double *gamma, double *h, double *mean,
                        double *stretch);
/// out += J v for the m vectors of d numbers that begin at v + i·v_stride, for each of n rows.
/// Replaces h by h − mean.
void fd_posterior_products(size_t n, size_t d, size_t k, size_t m, const double *gamma, double *h,
                           const double *mean, const double *stretch, const double *rho,
                           const double *v, size_t v_stride, double *out, size_t out_stride);

// --- The derivatives of the denoiser E[X_0|u], float64: ProbabilityFlow's DenoiserAdjoint ---
// For component j of k, mean mu, variances lambda and precisions q = 1/(α²λ + σ²), all of d numbers, rows
// u and cotangents w (n×d). Matrices over rows and components are n×k.

/// Column j of the logits, of ⟨e, w⟩, of ⟨e', w⟩ and of the logits' derivatives in the angle.
void fd_adjoint_moments(size_t n, size_t d, size_t k, size_t j, double alpha, double sigma,
                        const double *u, const double *w, const double *mu, const double *lambda,
                        const double *q, double offset, double trace, double *logits,
                        double *inner, double *inner_derivative, double *logit_derivative);
/// out (n×d) += γ αλq w − inner q(u − αμ), γ and inner being columns j.
void fd_adjoint_products(size_t n, size_t d, size_t k, size_t j, double alpha, const double *u,
                         const double *w, const double *mu, const double *lambda, const double *q,
                         const double *gamma, const double *inner, double *out);

// --- Runge–Kutta sums and distances, float64 ---

/// out_a = y_a + h_a Σ_s c_s k_s,a for `count` numbers; stage s begins at k + s·count.
/// Stages with c_s = 0 are not read. Without y (null) the sum alone.
void fd_runge_kutta_sum(size_t count, size_t stages, const double *y, const double *h,
                        const double *c, const double *k, double *out);

/// Squared Euclidean norms of the n rows of x.
void fd_row_squares(size_t n, size_t d, const double *x, double *squares);

/// Squared Euclidean distances of the n rows of x to the k rows of y: out n×k.
void fd_squared_distances(size_t n, size_t d, size_t k, const double *x, const double *y,
                          double *out);

#endif
