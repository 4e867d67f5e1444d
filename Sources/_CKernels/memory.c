#include <limits.h>

#include "fd_kernels.h"

// limits.h says whether this is glibc.
#if defined(__GLIBC__)
#include <malloc.h>

void fd_keep_freed_memory(void) {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}
#else
void fd_keep_freed_memory(void) {}
#endif
