#ifndef FD_INTERNAL_H
#define FD_INTERNAL_H

// One source, several instruction sets, chosen when the program is loaded: no
// build flags needed. Measured on two-core AVX2: exp 8 times, dot products 13
// times the speed of the plain Swift loop.
#if defined(__x86_64__) && defined(__linux__)
#define FD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FD_CLONES
#endif

// Functions for registers of 512 bits, where a source has some apart: fd_is_wide() says whether the processor
// takes them. Not arch=x86-64-v4, with which clang prefers registers of half the width.
#if defined(__x86_64__) && defined(__linux__)
#define FD_HAS_WIDE 1
#define FD_WIDE __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma")))
static inline int fd_is_wide(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
}
#else
#define FD_HAS_WIDE 0
#endif

// Float32 numbers below 2^-126 count as 0 from here to fd_restore_subnormals. Momentum of weights that no sample
// reaches any more decays to such numbers and stays there, and on Intel each costs an assist of some 150 cycles:
// training of `best` took 16 times as long a step once neurons had died.
#if defined(__x86_64__)
static inline unsigned fd_flush_subnormals(void) {
  const unsigned mode = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(mode | 0x8040);
  return mode;
}
static inline void fd_restore_subnormals(unsigned mode) { __builtin_ia32_ldmxcsr(mode); }
#elif defined(__aarch64__)
static inline unsigned long fd_flush_subnormals(void) {
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | 1ul << 24) : "memory");
  return mode;
}
static inline void fd_restore_subnormals(unsigned long mode) {
  __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory");
}
#else
static inline unsigned fd_flush_subnormals(void) { return 0; }
static inline void fd_restore_subnormals(unsigned mode) { (void)mode; }
#endif

// Bytes that processors fetch at once, or half of them.
#define FD_LINE 64

// On x86 stores past the caches are not kept in order with others: they must be finished before another thread is told.
static inline void fd_finish_streams(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

// A vector from and to memory of any alignment. Macros, since a function that returns a vector has another
// calling convention on each processor.
#define FD_LOAD(type, p)                         \
  ({                                             \
    type loaded;                                 \
    __builtin_memcpy(&loaded, p, sizeof loaded); \
    loaded;                                      \
  })
#define FD_STORE(type, p, v)                     \
  do {                                           \
    const type stored = v;                       \
    __builtin_memcpy(p, &stored, sizeof stored); \
  } while (0)

#endif
