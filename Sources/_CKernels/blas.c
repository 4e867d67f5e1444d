#include "fd_internal.h"
#include "fd_kernels.h"
#include "fd_products.h"

#if defined(__APPLE__)
#include <Accelerate/Accelerate.h>
#else
#include <cblas.h>
#include <string.h>
// Debian's OpenBLAS has the Fortran symbols but no LAPACKE.
extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda,
                    double *w, double *work, const int *lwork, int *iwork, const int *liwork,
                    int *info, size_t jobz_length, size_t uplo_length);
#endif

void fd_blas_single_thread(void) {
#if !defined(__APPLE__)
  openblas_set_num_threads(1);
#endif
}

const char *fd_blas_description(void) {
#if defined(__APPLE__)
  return "Accelerate";
#else
  return openblas_get_config();
#endif
}

// OpenBLAS 0.3.21 (Debian 12) does not know the model numbers of later Intel
// processors and takes its oldest kernels there: sgemm on 512 columns then runs
// at a fifth of the speed (measured on model 207, with AVX-512).
const char *fd_blas_better_core(void) {
#if defined(__x86_64__) && !defined(__APPLE__)
  if (strcmp(openblas_get_corename(), "Prescott") != 0) return NULL;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return NULL;
}

void fd_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
              int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  const __auto_type mode = fd_flush_subnormals();
  if (fd_small_product_suits(transpose_a, n, k)) {
    fd_small_product(transpose_a, transpose_b, (size_t)m, (size_t)n, (size_t)k, alpha, a,
                     (size_t)lda, b, (size_t)ldb, beta, c, (size_t)ldc);
  } else {
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                transpose_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c,
                ldc);
  }
  fd_restore_subnormals(mode);
}

void fd_dgemm(int transpose_a, int transpose_b, int m, int n, int k, double alpha, const double *a,
              int lda, const double *b, int ldb, double beta, double *c, int ldc) {
  cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
              transpose_b ? CblasTrans : CblasNoTrans, m, n, k, alpha, a, lda, b, ldb, beta, c,
              ldc);
}

void fd_ssyrk_upper(int transpose, int n, int k, float alpha, const float *a, int lda, float *c,
                    int ldc) {
  const __auto_type mode = fd_flush_subnormals();
  cblas_ssyrk(CblasRowMajor, CblasUpper, transpose ? CblasTrans : CblasNoTrans, n, k, alpha, a, lda,
              0, c, ldc);
  fd_restore_subnormals(mode);
}

int fd_dsyevd(int n, int vectors, double *a, double *values, double *work, int work_count,
              int *integers, int integer_count) {
  // Column-major LAPACK returns eigenvectors in columns: rows in our order.
  const char *job = vectors ? "V" : "N";
  int info = 0;
#if defined(__APPLE__)
  __LAPACK_int order = n, count = work_count, integer = integer_count, result = 0;
  dsyevd_((char *)job, "U", &order, a, &order, values, work, &count, integers, &integer, &result);
  info = (int)result;
#else
  dsyevd_(job, "U", &n, a, &n, values, work, &work_count, integers, &integer_count, &info, 1, 1);
#endif
  return info;
}
