#include "fd_elementary.h"
#include "fd_internal.h"
#include "fd_kernels.h"

// Nothing is fused here: the numbers are the same bits on every processor, and whether a loop takes
// them in vectors or one at a time.
#pragma clang fp contract(off)

// Blocks of the cipher computed together.
enum { lanes = 16 };

// Words 0 to 3 of the blocks first … first + n − 1, n ≤ lanes; the cipher's ten rounds.
static inline __attribute__((always_inline)) void blocks(size_t n, uint64_t seed, uint64_t stream,
                                                         uint64_t first, uint32_t c[4][lanes]) {
  for (size_t j = 0; j < n; j++) {
    const uint64_t index = first + j;
    c[0][j] = (uint32_t)index;
    c[1][j] = (uint32_t)(index >> 32);
    c[2][j] = (uint32_t)stream;
    c[3][j] = (uint32_t)(stream >> 32);
  }
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int r = 0; r < 10; r++) {
    for (size_t j = 0; j < n; j++) {
      const uint64_t p0 = (uint64_t)0xD2511F53u * c[0][j];
      const uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2][j];
      const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c[1][j] ^ k0;
      const uint32_t n2 = (uint32_t)(p0 >> 32) ^ c[3][j] ^ k1;
      c[1][j] = (uint32_t)p1;
      c[3][j] = (uint32_t)p0;
      c[0][j] = n0;
      c[2][j] = n2;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

void fd_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  const uint64_t index = (uint64_t)counter[1] << 32 | counter[0];
  const uint64_t stream = (uint64_t)counter[3] << 32 | counter[2];
  uint32_t c[4][lanes];
  blocks(1, (uint64_t)key[1] << 32 | key[0], stream, index, c);
  for (int i = 0; i < 4; i++) out[i] = c[i][0];
}

// The centre of one of 2^52 equal cells of (0, 1): never 0, never 1.
static inline __attribute__((always_inline)) double unit(uint32_t high, uint32_t low) {
  // 1 + cell · 2^-52 by its bits; both steps from there are exact.
  const fd_word one = {.i = (((uint64_t)high << 32 | low) >> 12) | 0x3FF0000000000000u};
  return (one.d - 1.0) + 0x1p-53;
}

static inline __attribute__((always_inline)) void uniform_pairs(size_t n, uint64_t seed,
                                                                uint64_t stream, uint64_t first,
                                                                double u[2][lanes]) {
  uint32_t c[4][lanes];
  blocks(n, seed, stream, first, c);
  for (size_t j = 0; j < n; j++) {
    u[0][j] = unit(c[0][j], c[1][j]);
    u[1][j] = unit(c[2][j], c[3][j]);
  }
}

// Box–Muller: √(−2 log u) times the cosine and the sine of `turn` turns. The quarter turns are taken
// off exactly; sine and cosine of what is left are fdlibm's polynomials (k_sin.c, k_cos.c). Errors
// below 4e-16 of the radius, measured on 4 million numbers against extended precision.
static inline __attribute__((always_inline)) void normal_pair(double u, double turn, double *x,
                                                              double *y) {
  const double radius = __builtin_elementwise_sqrt(-2.0 * fd_log(u));
  const double shifter = 0x1.8p52;
  const fd_word quarters = {.d = 4.0 * turn + shifter};
  const double angle = 6.283185307179586476925 * (turn - 0.25 * (quarters.d - shifter));
  const double z = angle * angle;
  const double sine_tail =
      z * (-1.66666666666666324348e-01 +
           z * (8.33333333332248946124e-03 +
                z * (-1.98412698298579493134e-04 +
                     z * (2.75573137070700676789e-06 +
                          z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
  const double cosine_tail =
      z * z *
      (4.16666666666666019037e-02 +
       z * (-1.38888888888741095749e-03 +
            z * (2.48015872894767294178e-05 +
                 z * (-2.75573143513906633035e-07 +
                      z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  const double sine = angle + angle * sine_tail;
  const double half = 0.5 * z;
  const double near_one = 1.0 - half;
  const double cosine = near_one + (((1.0 - near_one) - half) + cosine_tail);
  // Odd quarters swap the two; quarters 1 and 2 have a negative cosine, 2 and 3 a negative sine.
  const int swap = (int)(quarters.i & 1);
  fd_word c = {.d = swap ? sine : cosine};
  fd_word s = {.d = swap ? cosine : sine};
  c.i ^= ((quarters.i + 1) & 2) << 62;
  s.i ^= (quarters.i & 2) << 62;
  *x = radius * c.d;
  *y = radius * s.d;
}

static inline __attribute__((always_inline)) void normal_pairs(size_t n, uint64_t seed,
                                                               uint64_t stream, uint64_t first,
                                                               double x[2][lanes]) {
  double u[2][lanes];
  uniform_pairs(n, seed, stream, first, u);
  for (size_t j = 0; j < n; j++) normal_pair(u[0][j], u[1][j], &x[0][j], &x[1][j]);
}

typedef void pair_maker(size_t n, uint64_t seed, uint64_t stream, uint64_t first,
                        double x[2][lanes]);

// Fills `out` with the pairs that `make` makes, as many at a time as there is room for.
static inline __attribute__((always_inline)) void fill(pair_maker make, double *out, size_t count,
                                                       uint64_t seed, uint64_t stream,
                                                       uint64_t first) {
  double x[2][lanes];
  size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    make(lanes, seed, stream, first + i / 2, x);
    for (size_t j = 0; j < lanes; j++) {
      out[i + 2 * j] = x[0][j];
      out[i + 2 * j + 1] = x[1][j];
    }
  }
  for (; i < count; i += 2) {
    make(1, seed, stream, first + i / 2, x);
    out[i] = x[0][0];
    if (i + 1 < count) out[i + 1] = x[1][0];
  }
}

FD_CLONES
void fd_uniforms(double *out, size_t count, uint64_t seed, uint64_t stream, uint64_t first_block) {
  fill(uniform_pairs, out, count, seed, stream, first_block);
}

FD_CLONES
void fd_normals(double *out, size_t count, uint64_t seed, uint64_t stream, uint64_t first_block) {
  fill(normal_pairs, out, count, seed, stream, first_block);
}
