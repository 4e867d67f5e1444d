#include "fd_internal.h"
#include "fd_training.h"

// z < 0 ? 0 : z, and not z > 0 ? z : 0: a NaN must be seen, not turned into 0.
static inline __attribute__((always_inline)) float positive_part(float z) {
  return z < 0.0f ? 0.0f : z;
}

FD_CLONES
void fd_bias_rectify(size_t rows, size_t columns, const float *restrict bias, int kind,
                     float *restrict z) {
  for (size_t i = 0; i < rows; i++) {
    float *row = z + i * columns;
    switch (kind) {
      case FD_RECTIFY_LINEAR:
        for (size_t j = 0; j < columns; j++) row[j] = positive_part(row[j] + bias[j]);
        break;
      case FD_RECTIFY_QUADRATIC:
        for (size_t j = 0; j < columns; j++) {
          const float r = positive_part(row[j] + bias[j]);
          row[j] = r * r;
        }
        break;
      case FD_RECTIFY_SMOOTH:
        for (size_t j = 0; j < columns; j++) {
          const float x = row[j] + bias[j];
          const float root = __builtin_elementwise_sqrt(x * x + 1.0f);
          // Below 0 the sum would cancel: (x + root)(root − x) = 1.
          row[j] = x < 0.0f ? 0.5f / (root - x) : 0.5f * (x + root);
        }
        break;
      default:
        for (size_t j = 0; j < columns; j++) row[j] += bias[j];
    }
  }
}

FD_CLONES
void fd_rectify_backward(size_t count, int kind, const float *restrict a,
                         float *restrict gradient) {
  switch (kind) {
    case FD_RECTIFY_LINEAR:
      for (size_t i = 0; i < count; i++) gradient[i] = a[i] <= 0.0f ? 0.0f : gradient[i];
      break;
    case FD_RECTIFY_QUADRATIC:
      // The builtin, because sqrtf may set errno, which keeps the loop scalar.
      for (size_t i = 0; i < count; i++)
        gradient[i] *= 2.0f * __builtin_elementwise_sqrt(a[i]);
      break;
    case FD_RECTIFY_SMOOTH:
      for (size_t i = 0; i < count; i++) {
        const float square = 4.0f * a[i] * a[i];
        gradient[i] *= square / (square + 1.0f);
      }
      break;
    default:
      break;
  }
}

FD_CLONES
void fd_column_sums(size_t rows, size_t columns, const float *restrict x, float *restrict sums) {
  for (size_t j = 0; j < columns; j++) sums[j] = 0;
  for (size_t i = 0; i < rows; i++) {
    const float *row = x + i * columns;
    for (size_t j = 0; j < columns; j++) sums[j] += row[j];
  }
}

FD_CLONES
double fd_squared_error(size_t count, const float *restrict prediction,
                        const float *restrict target, float scale, float *restrict gradient) {
  double sum = 0;
  {
#pragma clang fp reassociate(on) contract(fast)
    for (size_t i = 0; i < count; i++) {
      const float difference = prediction[i] - target[i];
      gradient[i] = scale * difference;
      sum += (double)difference * difference;
    }
  }
  return sum;
}
