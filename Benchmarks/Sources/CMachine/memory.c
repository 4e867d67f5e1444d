#include "CMachine.h"

#if defined(__linux__)
#include <malloc.h>
#include <stdio.h>
#include <string.h>

// A field of /proc/self/status in bytes.
static long status_bytes(const char *field) {
  FILE *file = fopen("/proc/self/status", "r");
  if (!file) return -1;
  char line[256];
  long kilobytes = -1;
  size_t length = strlen(field);
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, field, length) == 0) sscanf(line + length, ": %ld", &kilobytes);
  }
  fclose(file);
  return kilobytes < 0 ? -1 : kilobytes * 1024;
}

long bench_reset_peak_memory(void) {
  malloc_trim(0);
  FILE *file = fopen("/proc/self/clear_refs", "w");
  if (!file) return -1;
  int failed = fputs("5", file) < 0;
  failed |= fclose(file) != 0;
  return failed ? -1 : status_bytes("VmRSS");
}

long bench_peak_memory(void) { return status_bytes("VmHWM"); }
#else
long bench_reset_peak_memory(void) { return -1; }
long bench_peak_memory(void) { return -1; }
#endif
