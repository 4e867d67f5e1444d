internal import _CKernels

/// A precision in which the kernels of transformers exist: `Float` for training, `Double` for
/// checks.
public protocol TransformerScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The C kernels of this precision.
  static var functions: TransformerFunctions<Self> { get }
}

/// The C kernels of one precision; `TransformerScalar` has the safe doors to them.
@safe public struct TransformerFunctions<T>: Sendable {
  typealias Source = UnsafePointer<T>?
  typealias Target = UnsafeMutablePointer<T>?

  let multiplyMatrices:
    @Sendable (
      Int32, Int32, Int32, Int32, Int32, T, Source, Int32, Source, Int32, T, Target, Int32
    ) -> Void
  let addBias: @Sendable (Int, Int, Source, Target) -> Void
  let addColumnSums: @Sendable (Int, Int, Source, Target) -> Void
  let clear: @Sendable (Int, Target) -> Void
  let add: @Sendable (Int, Source, Target) -> Void
  let multiply: @Sendable (Int, Source, Target) -> Void
  let layerNorm: @Sendable (Int, Int, Source, Source, Source, Target, Target, Target) -> Void
  let affine: @Sendable (Int, Int, Source, Source, Source, Target) -> Void
  let layerNormBackward:
    @Sendable (Int, Int, Source, Source, Source, Source, Target, Target, Target) -> Void
  let gelu: @Sendable (Int, Target, Target) -> Void
  let softmax: @Sendable (Int, Int, Target) -> Void
  let softmaxBackward: @Sendable (Int, Int, Source, Target) -> Void
}

extension Float: TransformerScalar {
  public static let functions = unsafe TransformerFunctions<Float>(
    multiplyMatrices: fd_sgemm, addBias: fd_add_bias_f, addColumnSums: fd_add_column_sums_f,
    clear: fd_clear_f, add: fd_add_f, multiply: fd_multiply_f, layerNorm: fd_layer_norm_f,
    affine: fd_affine_f,
    layerNormBackward: fd_layer_norm_backward_f, gelu: fd_gelu_f, softmax: fd_softmax_f,
    softmaxBackward: fd_softmax_backward_f)
}

extension Double: TransformerScalar {
  public static let functions = unsafe TransformerFunctions<Double>(
    multiplyMatrices: fd_dgemm, addBias: fd_add_bias_d, addColumnSums: fd_add_column_sums_d,
    clear: fd_clear_d, add: fd_add_d, multiply: fd_multiply_d, layerNorm: fd_layer_norm_d,
    affine: fd_affine_d,
    layerNormBackward: fd_layer_norm_backward_d, gelu: fd_gelu_d, softmax: fd_softmax_d,
    softmaxBackward: fd_softmax_backward_d)
}

/// Where a kernel reads and writes: the pointers behind slices and arrays, sizes checked by the
/// caller.
func withPointer<T>(_ slice: ArraySlice<T>, _ body: (UnsafePointer<T>?) -> Void) {
  unsafe slice.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
}

/// The pointer to element `start` of an array that has `count` more.
func withPointer<T>(
  _ array: inout [T], from start: Int = 0, count: Int, _ body: (UnsafeMutablePointer<T>) -> Void
) {
  precondition(
    start >= 0 && count >= 0 && start + count <= array.count,
    "\(count) elements from \(start) of \(array.count)")
  unsafe array.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    unsafe body(base + start)
  }
}
