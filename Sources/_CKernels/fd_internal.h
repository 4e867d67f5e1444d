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
