#include <sched.h>

#include "fd_kernels.h"

void fd_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void fd_yield(void) { sched_yield(); }
