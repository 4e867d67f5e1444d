#include "CMachine.h"

// Twelve independent sums hide the latency of a fused multiply and add (4 cycles, two a cycle) and
// stay in registers. C, because Swift has no way to choose instructions at run time.
#define ACCUMULATORS 12
#define EACH(do) \
  do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7) do(8) do(9) do(10) do(11)

#define MAKE_LOOP(name, type, bytes, attributes)                     \
  attributes static double name(long iterations) {                   \
    typedef type vector __attribute__((vector_size(bytes)));         \
    volatile type factor = (type)0.999, term = (type)0.001;          \
    vector m = factor - (vector){0}, c = term - (vector){0};         \
    EACH(MAKE_SUM)                                                   \
    for (long i = 0; i < iterations; i++) { EACH(MAKE_STEP) }        \
    vector all = {0};                                                \
    EACH(MAKE_TOTAL)                                                 \
    volatile type sink = all[0];                                     \
    (void)sink;                                                      \
    return 2.0 * ACCUMULATORS * (bytes / sizeof(type)) * iterations; \
  }
#define MAKE_SUM(k) vector s##k = c * (type_of_sum)k;
#define MAKE_STEP(k) s##k = s##k * m + c;
#define MAKE_TOTAL(k) all += s##k;

#define type_of_sum float
#if defined(__x86_64__)
MAKE_LOOP(floats512, float, 64, __attribute__((target("avx512f"))))
MAKE_LOOP(floats256, float, 32, __attribute__((target("avx2,fma"))))
#endif
MAKE_LOOP(floats128, float, 16, )
#undef type_of_sum
#define type_of_sum double
#if defined(__x86_64__)
MAKE_LOOP(doubles512, double, 64, __attribute__((target("avx512f"))))
MAKE_LOOP(doubles256, double, 32, __attribute__((target("avx2,fma"))))
#endif
MAKE_LOOP(doubles128, double, 16, )

double bench_multiply_add_floats(long iterations) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return floats512(iterations);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return floats256(iterations);
#endif
  return floats128(iterations);
}

double bench_multiply_add_doubles(long iterations) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return doubles512(iterations);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return doubles256(iterations);
#endif
  return doubles128(iterations);
}
