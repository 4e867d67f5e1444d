#include "fd_posterior.h"

#include <math.h>

#include "fd_internal.h"
#include "fd_transpose.h"

#define INLINE static inline __attribute__((always_inline))

typedef double vector_d __attribute__((ext_vector_type(4)));
typedef int64_t integers_d __attribute__((ext_vector_type(4)));
typedef float vector_f __attribute__((ext_vector_type(8)));
typedef int32_t integers_f __attribute__((ext_vector_type(8)));

// exp on (−∞, 0] as in transformer.c, and 0 below `floor`, whatever comes of the exponent there; Taylor, in the order
// of shortest dependence: 1 + r + r² q(r). The bias of the exponent is added with the number that rounds.
#define SINGLE_EXPONENTIAL(name, vector, integers)                                         \
  INLINE void name(vector *x, float floor) {                                               \
    const vector t = *x * 1.44269504f + (0x1.8p23f + 127);                                 \
    const vector n = t - (0x1.8p23f + 127);                                                \
    vector r = *x - n * 0x1.62e4p-1f;                                                      \
    r = r - n * 0x1.7f7d1cp-20f;                                                           \
    const vector r2 = r * r;                                                               \
    const vector q0 = r * 1.66666667e-1f + 0.5f, q1 = r * 8.33333333e-3f + 4.16666667e-2f; \
    const vector q2 = r * 1.98412698e-4f + 1.38888889e-3f;                                 \
    const vector q = (q2 * r2 + q1) * r2 + q0;                                             \
    const vector p = (q * r2 + r) + 1.0f;                                                  \
    const vector scale = __builtin_bit_cast(vector, __builtin_bit_cast(integers, t) << 23);\
    *x = *x < floor ? (vector)0.0f : p * scale;                                            \
  }

// exp on (−∞, 0] as in gaussian.c, the same way, with the q whose largest relative error is least, 2^-57.9: two terms
// fewer than Taylor's, 3 of 100 of the time for 128 × 19 × 20.
#define DOUBLE_EXPONENTIAL(name, vector, integers)                                         \
  INLINE void name(vector *x, double floor) {                                              \
    const vector t = *x * 1.4426950408889634074 + (0x1.8p52 + 1023);                       \
    const vector n = t - (0x1.8p52 + 1023);                                                \
    vector r = *x - n * 0x1.62e42fefa0000p-1;                                              \
    r = r - n * 0x1.cf79abc9e3b3ap-40;                                                     \
    const vector r2 = r * r;                                                               \
    const vector q0 = r * 0x1.55555555554fap-3 + 0x1.000000000000ap-1;                     \
    const vector q1 = r * 0x1.1111111127b9bp-7 + 0x1.555555555088cp-5;                     \
    const vector q2 = r * 0x1.a01a012a69dd7p-13 + 0x1.6c16c18426751p-10;                   \
    const vector q3 = r * 0x1.71df2539bd573p-19 + 0x1.a0199a16cadccp-16;                   \
    const vector q4 = r * 0x1.ad7f7bcc0defdp-26 + 0x1.28ad68b905918p-22;                   \
    const vector r4 = r2 * r2;                                                             \
    const vector q = (q4 * r4 + (q3 * r2 + q2)) * r4 + (q1 * r2 + q0);                     \
    const vector p = (q * r2 + r) + 1.0;                                                   \
    const vector scale = __builtin_bit_cast(vector, __builtin_bit_cast(integers, t) << 52);\
    *x = *x < floor ? (vector)0.0 : p * scale;                                             \
  }

// Which lanes of a register are set, as bits.
#define BITS(name, lanes, integer)                                              \
  typedef _Bool mask_##name __attribute__((ext_vector_type(lanes)));            \
  INLINE unsigned bits_##name(mask_##name mask) {                               \
    return (unsigned)__builtin_bit_cast(integer, mask) & ((1u << lanes) - 1);   \
  }
#define TRANSPOSE(name, lanes, vector) \
  INLINE void transpose_##name(vector block[lanes]) { FD_TRANSPOSE_##lanes(block) }

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

// Sums by differences are a function apart in wide kernels: inside they took registers from all else, 3 of 100 of the
// time for 1,024 × 64 × 20 in float32.
//
// Posterior sums in registers are 6 rows × 2 vectors, or 8 × 3 where registers are wide and twice as many: a tile is
// whole groups of 8, whose addresses fit one register. There 4 × 4 take up to 3 of 100 more, though 4 of 100 less for
// 1,024 × 784 × 1,000 in float32; 6 × 4 have six addresses and do not fit: 130 of 100.

// --- float64 ---
#define REAL double
#define UNIT 0x1p-53
#define SMALLEST 0x1p-1074
#define TOLERANCE 0x1p-42
#define LOG_NEGLIGIBLE -69.3
#define LOG_SMALLEST -708.0

#define KERNEL FD_CLONES static
#define ROW_GROUP 6
#define MOST_VECTORS 2
#define VECTOR vector_d
#define NAME(name) name##_d
#include "fd_posterior_template.h"

#if FD_HAS_WIDE
#define KERNEL FD_WIDE __attribute__((noinline)) static
#define ROW_GROUP 8
#define MOST_VECTORS 3
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
#define ROW_GROUP 6
#define MOST_VECTORS 2
#define VECTOR vector_f
#define NAME(name) name##_f
#include "fd_posterior_template.h"

#if FD_HAS_WIDE
#define KERNEL FD_WIDE __attribute__((noinline)) static
#define ROW_GROUP 8
#define MOST_VECTORS 3
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
      uint32_t *lists, real *gamma, double *log_sum, int past_caches, real *out) {                 \
    CHOOSE(shared_posterior, suffix)(n, d, k, x, shift, a, b, means, packed, extent, lambda,       \
                                     log_weights, p, e1, e0, work, lists, gamma, log_sum,          \
                                     past_caches, out);                                            \
  }
DOORS(double, d)
DOORS(float, f)
