import FlowDistill

#if canImport(Glibc)
  import Glibc
#endif

/// Starts the program over with kernels that fit the processor, where OpenBLAS did not find them.
enum FasterKernels {
  private static let variable = "OPENBLAS_CORETYPE"

  /// Replaces the process by itself with the variable set; returns if there is no need or no way.
  ///
  /// The same machine always ends with the same kernels, so results stay the same to the last bit.
  /// Whoever sets the variable keeps what is set.
  static func startOverIfNeeded() {
    #if os(Linux)
      guard unsafe getenv(variable) == nil, let name = BLAS.betterCoreType,
        unsafe setenv(variable, name, 1) == 0
      else { return }
      _ = unsafe execv("/proc/self/exe", CommandLine.unsafeArgv)
    #endif
  }
}
