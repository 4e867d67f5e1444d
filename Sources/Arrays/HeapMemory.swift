internal import _CKernels

/// How the process deals with memory that it no longer uses.
public enum HeapMemory {
  /// Keeps freed memory for later use, whatever its size, until the process ends.
  ///
  /// For programs that make large matrices again and again, as the command line does. The most memory in use stays
  /// the same.
  ///
  /// A choice for the whole process, so that a library must not make it; it does nothing but with glibc.
  public static func keepFreed() { fd_keep_freed_memory() }
}
