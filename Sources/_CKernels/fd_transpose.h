#ifndef FD_TRANSPOSE_H
#define FD_TRANSPOSE_H

// Transposes as many registers as one has lanes, in place: blocks of half the size change places, then those of a
// quarter, and so on. Loops over a block are unrolled by order: clang leaves those of 16, and the block in memory, for
// twice the time.
#define FD_SWAP(half, lanes, block, low, high)                                                                 \
  _Pragma("clang loop unroll(full)")                                                                           \
  for (size_t i = 0; i < lanes; i++) {                                                                         \
    if (i & half) continue;                                                                                    \
    const __typeof__(block[0]) upper = block[i], lower = block[i + half];                                      \
    block[i] = __builtin_shufflevector(upper, lower, low);                                                     \
    block[i + half] = __builtin_shufflevector(upper, lower, high);                                             \
  }
#define FD_LIST(...) __VA_ARGS__
#define FD_TRANSPOSE_4(block)                                                                                  \
  FD_SWAP(2, 4, block, FD_LIST(0, 1, 4, 5), FD_LIST(2, 3, 6, 7))                                               \
  FD_SWAP(1, 4, block, FD_LIST(0, 4, 2, 6), FD_LIST(1, 5, 3, 7))
#define FD_TRANSPOSE_8(block)                                                                                  \
  FD_SWAP(4, 8, block, FD_LIST(0, 1, 2, 3, 8, 9, 10, 11), FD_LIST(4, 5, 6, 7, 12, 13, 14, 15))                 \
  FD_SWAP(2, 8, block, FD_LIST(0, 1, 8, 9, 4, 5, 12, 13), FD_LIST(2, 3, 10, 11, 6, 7, 14, 15))                 \
  FD_SWAP(1, 8, block, FD_LIST(0, 8, 2, 10, 4, 12, 6, 14), FD_LIST(1, 9, 3, 11, 5, 13, 7, 15))
#define FD_TRANSPOSE_16(block)                                                                                 \
  FD_SWAP(8, 16, block, FD_LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),                       \
       FD_LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))                                  \
  FD_SWAP(4, 16, block, FD_LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),                     \
       FD_LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))                                    \
  FD_SWAP(2, 16, block, FD_LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),                     \
       FD_LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))                                    \
  FD_SWAP(1, 16, block, FD_LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),                    \
       FD_LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))

#endif
