#include "fd_transformer.h"

#include <math.h>
#include <stdint.h>

#include "fd_internal.h"

#define INLINE static inline __attribute__((always_inline))

// exp on (−∞, 0]: reduction by multiples of log 2 in two parts to |r| ≤ ½ log 2, then the Taylor
// polynomial of degree 7 (remainder below 6e-9). Branch-free, so that the compiler vectorises it;
// results below exp(−87) become 0, NaN stays NaN.
INLINE float exp_nonpositive_f(float x) {
  const float y = x < -87.0f ? -87.0f : x;
  const float shifter = 0x1.8p23f;
  const float t = y * 1.44269504f + shifter;
  const float n = t - shifter;
  float r = y - n * 0x1.62e4p-1f;
  r = r - n * 0x1.7f7d1cp-20f;
  float p = 1.98412698e-4f;
  p = p * r + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  union { float f; uint32_t i; } shifted = {t}, scale;
  scale.i = (shifted.i + 127) << 23;
  const float value = p * scale.f;
  return x < -87.0f ? 0.0f : value;
}

// Doubles are for checks: the library's functions.
INLINE double exp_nonpositive_d(double x) { return exp(x); }

// Φ(−a) for a ≥ 0 from e = exp(−a²/2): e times a polynomial in 1/(1 + 0.3 a), fitted by weighted
// least squares to a minimax relative error of 6e-8 on [0, 14]; 4e-7 in float arithmetic.
INLINE float lower_tail_f(float a, float e) {
  const float t = 1.0f / (1.0f + 0.3f * a);
  float p = 0.03837828066f;
  p = p * t - 0.1691660707f;
  p = p * t + 0.2286600018f;
  p = p * t - 0.07650639318f;
  p = p * t + 0.1425354708f;
  p = p * t + 0.09468354373f;
  p = p * t + 0.1219203374f;
  p = p * t + 0.1194876895f;
  p = p * t + 7.168845816e-6f;
  return e * p;
}

INLINE double lower_tail_d(double a, double e) {
  (void)e;
  return 0.5 * erfc(a * 0.70710678118654752440);
}

INLINE float square_root_f(float x) { return __builtin_elementwise_sqrt(x); }
INLINE double square_root_d(double x) { return __builtin_elementwise_sqrt(x); }

#define REAL float
#define NAME(name) name##_f
#include "fd_transformer_template.h"
#undef REAL
#undef NAME

#define REAL double
#define NAME(name) name##_d
#include "fd_transformer_template.h"
