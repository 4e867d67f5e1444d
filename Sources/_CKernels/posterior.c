#include "fd_posterior.h"

#include <math.h>

#include "fd_internal.h"

#define INLINE static inline __attribute__((always_inline))

typedef double vector_d __attribute__((ext_vector_type(4)));
typedef int64_t integers_d __attribute__((ext_vector_type(4)));
typedef float vector_f __attribute__((ext_vector_type(8)));
typedef int32_t integers_f __attribute__((ext_vector_type(8)));

// exp on (−∞, 0] as in transformer.c, and 0 below `floor`.
INLINE void exponential_f(vector_f *x, float floor) {
  const vector_f y = *x < -87.0f ? (vector_f)-87.0f : *x;
  const vector_f t = y * 1.44269504f + 0x1.8p23f;
  const vector_f n = t - 0x1.8p23f;
  vector_f r = y - n * 0x1.62e4p-1f;
  r = r - n * 0x1.7f7d1cp-20f;
  // Taylor, in the order of shortest dependence: 1 + r + r² q(r).
  const vector_f r2 = r * r;
  const vector_f q0 = r * 1.66666667e-1f + 0.5f, q1 = r * 8.33333333e-3f + 4.16666667e-2f;
  const vector_f q2 = r * 1.98412698e-4f + 1.38888889e-3f;
  const vector_f q = (q2 * r2 + q1) * r2 + q0;
  const vector_f p = (q * r2 + r) + 1.0f;
  const integers_f exponent = (__builtin_bit_cast(integers_f, t) + 127) << 23;
  const vector_f scale = __builtin_bit_cast(vector_f, exponent);
  *x = *x < floor ? (vector_f)0.0f : p * scale;
}

// exp on (−∞, 0] as in gaussian.c.
INLINE void exponential_d(vector_d *x, double floor) {
  const vector_d y = *x < -708.0 ? (vector_d)-708.0 : *x;
  const vector_d t = y * 1.4426950408889634074 + 0x1.8p52;
  const vector_d n = t - 0x1.8p52;
  vector_d r = y - n * 0x1.62e42fefa0000p-1;
  r = r - n * 0x1.cf79abc9e3b3ap-40;
  const vector_d r2 = r * r;
  const vector_d q0 = r * 1.6666666666666666667e-01 + 0.5;
  const vector_d q1 = r * 8.3333333333333333333e-03 + 4.1666666666666666667e-02;
  const vector_d q2 = r * 1.9841269841269841270e-04 + 1.3888888888888888889e-03;
  const vector_d q3 = r * 2.7557319223985890653e-06 + 2.4801587301587301587e-05;
  const vector_d q4 = r * 2.5052108385441718775e-08 + 2.7557319223985890653e-07;
  const vector_d q5 = r * 1.6059043836821614599e-10 + 2.0876756987868098979e-09;
  const vector_d r4 = r2 * r2;
  const vector_d q = ((q5 * r2 + q4) * r4 + (q3 * r2 + q2)) * r4 + (q1 * r2 + q0);
  const vector_d p = (q * r2 + r) + 1.0;
  const integers_d exponent = (__builtin_bit_cast(integers_d, t) + 1023) << 52;
  const vector_d scale = __builtin_bit_cast(vector_d, exponent);
  *x = *x < floor ? (vector_d)0.0 : p * scale;
}

#define REAL double
#define LANES_LOG2 2
#define VECTOR vector_d
#define NAME(name) name##_d
#define UNIT 0x1p-53
#define SMALLEST 0x1p-1074
#define TOLERANCE 0x1p-42
#define LOG_NEGLIGIBLE -69.3
#define LOG_SMALLEST -708.0
#include "fd_panel_template.h"
// In the order of their use.
#include "fd_difference_template.h"
#include "fd_posterior_template.h"
#undef LANES
#undef LOAD
#undef STORE
#undef REAL
#undef LANES_LOG2
#undef VECTOR
#undef NAME
#undef UNIT
#undef SMALLEST
#undef TOLERANCE
#undef LOG_NEGLIGIBLE
#undef LOG_SMALLEST

#define REAL float
#define LANES_LOG2 3
#define VECTOR vector_f
#define NAME(name) name##_f
#define UNIT 0x1p-24
#define SMALLEST 0x1p-149
#define TOLERANCE 0x1p-12
#define LOG_NEGLIGIBLE -27.7f
#define LOG_SMALLEST -87.0f
#include "fd_panel_template.h"
// In the order of their use.
#include "fd_difference_template.h"
#include "fd_posterior_template.h"
#undef LANES
#undef LOAD
#undef STORE
