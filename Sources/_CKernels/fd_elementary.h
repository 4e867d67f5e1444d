#ifndef FD_ELEMENTARY_H
#define FD_ELEMENTARY_H

#include <stdint.h>

// Elementary functions without branches, so that the compiler vectorises loops over them.

typedef union {
  uint64_t i;
  double d;
} fd_word;

// log u of a positive normal number: fdlibm's reduction and polynomial (e_log.c; Sun Microsystems,
// 1993), error below 1 ulp. Nothing is fused: the same bits on every processor.
static inline __attribute__((always_inline)) double fd_log(double u) {
#pragma clang fp contract(off)
  const uint64_t root_half = 0x3FE6A09E667F3BCDu;
  const fd_word w = {.d = u};
  // The mantissa is taken in [√½, √2): above that the sum carries into the exponent.
  const uint64_t shifted = w.i + (0x3FF0000000000000u - root_half);
  const fd_word exponent = {.i = (shifted >> 52) | 0x4330000000000000u};
  const double k = exponent.d - (0x1p52 + 1023.0);
  const fd_word mantissa = {.i = (shifted & 0x000FFFFFFFFFFFFFu) + root_half};
  const double f = mantissa.d - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double v = z * z;
  const double even = v * (3.999999999940941908e-01 +
                           v * (2.222219843214978396e-01 + v * 1.531383769920937332e-01));
  const double odd =
      z * (6.666666666666735130e-01 +
           v * (2.857142874366239149e-01 +
                v * (1.818357216161805012e-01 + v * 1.479819860511658591e-01)));
  const double half = 0.5 * f * f;
  return k * 6.93147180369123816490e-01 -
         ((half - (s * (half + (even + odd)) + k * 1.90821492927058770002e-10)) - f);
}

#endif
