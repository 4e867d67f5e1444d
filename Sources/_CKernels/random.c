#include <math.h>

#include "fd_kernels.h"

static inline void round_once(uint32_t c[4], uint32_t k0, uint32_t k1) {
  const uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
  const uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
  const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k0;
  const uint32_t n2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
  c[1] = (uint32_t)p1;
  c[3] = (uint32_t)p0;
  c[0] = n0;
  c[2] = n2;
}

static inline void block(uint32_t c[4], uint32_t k0, uint32_t k1) {
  for (int r = 0; r < 10; r++) {
    round_once(c, k0, k1);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

void fd_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  for (int i = 0; i < 4; i++) out[i] = counter[i];
  block(out, key[0], key[1]);
}

// The centre of one of 2^52 equal cells of (0, 1): never 0, never 1.
static inline double unit(uint32_t high, uint32_t low) {
  const uint64_t bits = (((uint64_t)high << 32) | low) >> 12;
  return ((double)bits + 0.5) * 0x1p-52;
}

static inline void two_uniforms(uint64_t seed, uint64_t stream, uint64_t index, double u[2]) {
  uint32_t c[4] = {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream,
                   (uint32_t)(stream >> 32)};
  block(c, (uint32_t)seed, (uint32_t)(seed >> 32));
  u[0] = unit(c[0], c[1]);
  u[1] = unit(c[2], c[3]);
}

void fd_uniforms(double *out, size_t count, uint64_t seed, uint64_t stream, uint64_t first_block) {
  for (size_t i = 0; i < count; i += 2) {
    double u[2];
    two_uniforms(seed, stream, first_block + i / 2, u);
    out[i] = u[0];
    if (i + 1 < count) out[i + 1] = u[1];
  }
}

void fd_normals(double *out, size_t count, uint64_t seed, uint64_t stream, uint64_t first_block) {
  for (size_t i = 0; i < count; i += 2) {
    double u[2];
    two_uniforms(seed, stream, first_block + i / 2, u);
    const double radius = sqrt(-2.0 * log(u[0]));
    const double angle = 6.283185307179586476925 * u[1];
    out[i] = radius * cos(angle);
    if (i + 1 < count) out[i + 1] = radius * sin(angle);
  }
}
