#include "fd_posterior.h"

#include <math.h>

#include "fd_internal.h"

#define INLINE static inline __attribute__((always_inline))

typedef double vector_d __attribute__((ext_vector_type(4)));
typedef int64_t integers_d __attribute__((ext_vector_type(4)));
typedef float vector_f __attribute__((ext_vector_type(8)));
typedef int32_t integers_f __attribute__((ext_vector_type(8)));

// exp on (−∞, 0] as in transformer.c, and 0 below `floor`; Taylor, in the order of shortest dependence:
// 1 + r + r² q(r).
#define SINGLE_EXPONENTIAL(name, vector, integers)                                         \
  INLINE void name(vector *x, float floor) {                                               \
    const vector y = *x < -87.0f ? (vector)-87.0f : *x;                                    \
    const vector t = y * 1.44269504f + 0x1.8p23f;                                          \
    const vector n = t - 0x1.8p23f;                                                        \
    vector r = y - n * 0x1.62e4p-1f;                                                       \
    r = r - n * 0x1.7f7d1cp-20f;                                                           \
    const vector r2 = r * r;                                                               \
    const vector q0 = r * 1.66666667e-1f + 0.5f, q1 = r * 8.33333333e-3f + 4.16666667e-2f; \
    const vector q2 = r * 1.98412698e-4f + 1.38888889e-3f;                                 \
    const vector q = (q2 * r2 + q1) * r2 + q0;                                             \
    const vector p = (q * r2 + r) + 1.0f;                                                  \
    const integers exponent = (__builtin_bit_cast(integers, t) + 127) << 23;               \
    const vector scale = __builtin_bit_cast(vector, exponent);                             \
    *x = *x < floor ? (vector)0.0f : p * scale;                                            \
  }

// exp on (−∞, 0] as in gaussian.c, the same way.
#define DOUBLE_EXPONENTIAL(name, vector, integers)                                 \
  INLINE void name(vector *x, double floor) {                                      \
    const vector y = *x < -708.0 ? (vector)-708.0 : *x;                            \
    const vector t = y * 1.4426950408889634074 + 0x1.8p52;                         \
    const vector n = t - 0x1.8p52;                                                 \
    vector r = y - n * 0x1.62e42fefa0000p-1;                                       \
    r = r - n * 0x1.cf79abc9e3b3ap-40;                                             \
    const vector r2 = r * r;                                                       \
    const vector q0 = r * 1.6666666666666666667e-01 + 0.5;                         \
    const vector q1 = r * 8.3333333333333333333e-03 + 4.1666666666666666667e-02;   \
    const vector q2 = r * 1.9841269841269841270e-04 + 1.3888888888888888889e-03;   \
    const vector q3 = r * 2.7557319223985890653e-06 + 2.4801587301587301587e-05;   \
    const vector q4 = r * 2.5052108385441718775e-08 + 2.7557319223985890653e-07;   \
    const vector q5 = r * 1.6059043836821614599e-10 + 2.0876756987868098979e-09;   \
    const vector r4 = r2 * r2;                                                     \
    const vector q = ((q5 * r2 + q4) * r4 + (q3 * r2 + q2)) * r4 + (q1 * r2 + q0); \
    const vector p = (q * r2 + r) + 1.0;                                           \
    const integers exponent = (__builtin_bit_cast(integers, t) + 1023) << 52;      \
    const vector scale = __builtin_bit_cast(vector, exponent);                     \
    *x = *x < floor ? (vector)0.0 : p * scale;                                     \
  }

// Transposes as many registers as one has lanes, in place: blocks of half the size change places, then those of a
// quarter, and so on.
#define SWAP(half, lanes, block, low, high)                                  \
  for (size_t i = 0; i < lanes; i++) {                                       \
    if (i & half) continue;                                                  \
    const __typeof__(block[0]) upper = block[i], lower = block[i + half];    \
    block[i] = __builtin_shufflevector(upper, lower, low);                   \
    block[i + half] = __builtin_shufflevector(upper, lower, high);           \
  }
#define LIST(...) __VA_ARGS__
#define TRANSPOSE_4(block)                                     \
  SWAP(2, 4, block, LIST(0, 1, 4, 5), LIST(2, 3, 6, 7))        \
  SWAP(1, 4, block, LIST(0, 4, 2, 6), LIST(1, 5, 3, 7))
#define TRANSPOSE_8(block)                                                               \
  SWAP(4, 8, block, LIST(0, 1, 2, 3, 8, 9, 10, 11), LIST(4, 5, 6, 7, 12, 13, 14, 15))    \
  SWAP(2, 8, block, LIST(0, 1, 8, 9, 4, 5, 12, 13), LIST(2, 3, 10, 11, 6, 7, 14, 15))    \
  SWAP(1, 8, block, LIST(0, 8, 2, 10, 4, 12, 6, 14), LIST(1, 9, 3, 11, 5, 13, 7, 15))
#define TRANSPOSE_16(block)                                                                       \
  SWAP(8, 16, block, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),                \
       LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))                        \
  SWAP(4, 16, block, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),              \
       LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))                          \
  SWAP(2, 16, block, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),              \
       LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))                          \
  SWAP(1, 16, block, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),             \
       LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))

// Which lanes of a register are set, as bits.
#define BITS(name, lanes, integer)                                              \
  typedef _Bool mask_##name __attribute__((ext_vector_type(lanes)));            \
  INLINE unsigned bits_##name(mask_##name mask) {                               \
    return (unsigned)__builtin_bit_cast(integer, mask) & ((1u << lanes) - 1);   \
  }
#define TRANSPOSE(name, lanes, vector) \
  INLINE void transpose_##name(vector block[lanes]) { TRANSPOSE_##lanes(block) }

SINGLE_EXPONENTIAL(exponential_f, vector_f, integers_f)
DOUBLE_EXPONENTIAL(exponential_d, vector_d, integers_d)
BITS(f, 8, uint8_t)
BITS(d, 4, uint8_t)
TRANSPOSE(f, 8, vector_f)
TRANSPOSE(d, 4, vector_d)

#if FD_HAS_WIDE
// Registers of twice the width, and twice as many.
typedef double vector_wd __attribute__((ext_vector_type(8)));
typedef int64_t integers_wd __attribute__((ext_vector_type(8)));
typedef float vector_wf __attribute__((ext_vector_type(16)));
typedef int32_t integers_wf __attribute__((ext_vector_type(16)));
SINGLE_EXPONENTIAL(exponential_wf, vector_wf, integers_wf)
DOUBLE_EXPONENTIAL(exponential_wd, vector_wd, integers_wd)
BITS(wf, 16, uint16_t)
BITS(wd, 8, uint8_t)
TRANSPOSE(wf, 16, vector_wf)
TRANSPOSE(wd, 8, vector_wd)
#endif

// --- float64 ---
#define REAL double
#define UNIT 0x1p-53
#define SMALLEST 0x1p-1074
#define TOLERANCE 0x1p-42
#define LOG_NEGLIGIBLE -69.3
#define LOG_SMALLEST -708.0

#define KERNEL FD_CLONES static
#define LANES_LOG2 2
#define VECTOR vector_d
#define NAME(name) name##_d
#include "fd_posterior_template.h"

#if FD_HAS_WIDE
#define KERNEL FD_WIDE static
#define LANES_LOG2 3
#define VECTOR vector_wd
#define NAME(name) name##_wd
#include "fd_posterior_template.h"
#endif
#undef UNIT
#undef SMALLEST
#undef TOLERANCE
#undef LOG_NEGLIGIBLE
#undef LOG_SMALLEST
#undef REAL

// --- float32 ---
#define REAL float
#define UNIT 0x1p-24
#define SMALLEST 0x1p-149
#define TOLERANCE 0x1p-12
#define LOG_NEGLIGIBLE -27.7f
#define LOG_SMALLEST -87.0f

#define KERNEL FD_CLONES static
#define LANES_LOG2 3
#define VECTOR vector_f
#define NAME(name) name##_f
#include "fd_posterior_template.h"

#if FD_HAS_WIDE
#define KERNEL FD_WIDE static
#define LANES_LOG2 4
#define VECTOR vector_wf
#define NAME(name) name##_wf
#include "fd_posterior_template.h"
#endif

// --- The kernels for this processor ---

#if FD_HAS_WIDE
#define CHOOSE(name, suffix) (fd_is_wide() ? name##_w##suffix : name##_##suffix)
#else
#define CHOOSE(name, suffix) name##_##suffix
#endif

#define DOORS(real, suffix)                                                                        \
  size_t fd_packed_means_count_##suffix(size_t d, size_t k) {                                      \
    return CHOOSE(packed_means_count, suffix)(d, k);                                               \
  }                                                                                                \
  void fd_pack_means_##suffix(size_t d, size_t k, const double *means, real *packed,               \
                              fd_means_extent *extent) {                                           \
    CHOOSE(pack_means, suffix)(d, k, means, packed, extent);                                       \
  }                                                                                                \
  size_t fd_posterior_work_count_##suffix(size_t n, size_t d, size_t k) {                          \
    return CHOOSE(work_count, suffix)(n, d, k);                                                    \
  }                                                                                                \
  size_t fd_posterior_list_count_##suffix(size_t k) { return CHOOSE(list_count, suffix)(k); }      \
  void fd_shared_posterior_##suffix(                                                               \
      size_t n, size_t d, size_t k, const real *x, const double *shift, const double *a,           \
      const double *b, const double *means, const real *packed, const fd_means_extent *extent,     \
      double lambda, const double *log_weights, double p, const double *e1, double e0, real *work, \
      uint32_t *lists, real *gamma, double *log_sum, real *out) {                                  \
    CHOOSE(shared_posterior, suffix)(n, d, k, x, shift, a, b, means, packed, extent, lambda,       \
                                     log_weights, p, e1, e0, work, lists, gamma, log_sum, out);    \
  }
DOORS(double, d)
DOORS(float, f)
