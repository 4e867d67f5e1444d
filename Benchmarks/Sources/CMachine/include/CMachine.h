// What this machine can do and what a process holds: the measures that results are set against.
#ifndef C_MACHINE_H
#define C_MACHINE_H

/// Multiplies and adds in registers for a while, single precision, on the caller's thread.
/// Returns the number of operations done (a fused multiply and add counts two).
double bench_multiply_add_floats(long iterations);

/// The same in double precision.
double bench_multiply_add_doubles(long iterations);

/// Gives freed memory back and forgets the peak so far. Returns the resident memory in bytes, or -1
/// where the system has no such service.
long bench_reset_peak_memory(void);

/// The largest resident memory in bytes since the last reset, or -1.
long bench_peak_memory(void);

#endif
