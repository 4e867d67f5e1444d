#include "fd_internal.h"
#include "fd_training.h"

// A tile is read and written along rows on both sides of the diagonal: mirrored one
// element at a time, a matrix of order 512 costs a cache line an element.
enum { side = 16 };

FD_CLONES
void fd_symmetric_combination(size_t n, size_t first, size_t last, float a, float b, float c,
                              const float *restrict g, float *s) {
  const __auto_type mode = fd_flush_subnormals();
  for (size_t i0 = first; i0 < last; i0 += side) {
    const size_t rows = last - i0 < side ? last - i0 : side;
    for (size_t j0 = i0; j0 < n; j0 += side) {
      const size_t columns = n - j0 < side ? n - j0 : side;
      float tile[side][side] = {{0}};
      for (size_t i = 0; i < rows; i++) {
        const float *square = s + (i0 + i) * n + j0;
        for (size_t j = 0; j < columns; j++) tile[i][j] = c * square[j];
        if (!g) continue;
        const float *from = g + (i0 + i) * n + j0;
        for (size_t j = 0; j < columns; j++) tile[i][j] += b * from[j];
      }
      if (i0 == j0) {
        for (size_t i = 0; i < rows; i++) {
          tile[i][i] += a;
          for (size_t j = 0; j < i; j++) tile[i][j] = tile[j][i];
        }
      }
      for (size_t i = 0; i < rows; i++) {
        float *to = s + (i0 + i) * n + j0;
        for (size_t j = 0; j < columns; j++) to[j] = tile[i][j];
      }
      if (i0 == j0) continue;
      for (size_t j = 0; j < columns; j++) {
        float *to = s + (j0 + j) * n + i0;
        for (size_t i = 0; i < rows; i++) to[i] = tile[i][j];
      }
    }
  }
  fd_restore_subnormals(mode);
}

FD_CLONES
double fd_symmetric_sum_of_squares(size_t n, const float *restrict s) {
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    const float *row = s + i * n;
    double right = 0;
    {
#pragma clang fp reassociate(on) contract(fast)
      for (size_t j = i + 1; j < n; j++) right += (double)row[j] * row[j];
    }
    sum += (double)row[i] * row[i] + 2 * right;
  }
  return sum;
}
