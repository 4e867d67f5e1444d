// Matrix products in which one side is small, float32, row-major.
// As in fd_kernels.h: nothing here allocates, keeps state or starts threads.
#ifndef FD_PRODUCTS_H
#define FD_PRODUCTS_H

#include <stddef.h>

/// Whether `fd_small_product` is faster than BLAS on this processor: op(B) k×n with a side of at most
/// 256, or A transposed, with AVX2 and without AVX-512.
///
/// Shares of the FMA peak, OpenBLAS 0.3.21 in parentheses, m = 256: A Bᵀ with n = k = 32, 64, 128, 256
/// 83 (49), 90 (66), 92 (75), 92 % (85 %); n = 512, k = 64 90 % (70 %); Aᵀ B of 512 columns each 88 %
/// (85 %). OpenBLAS packs both operands, this one only the small one.
int fd_small_product_suits(int transpose_a, int n, int k);
/// C = alpha op(A) op(B) + beta C as `fd_sgemm`, on 150 KiB of the caller's stack; C is not read where
/// beta = 0.
void fd_small_product(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha,
                      const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c,
                      size_t ldc);

#endif
