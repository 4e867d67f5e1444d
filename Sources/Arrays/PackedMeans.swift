internal import _CKernels

/// The means of Gaussian components in the order in which the kernels of `PosteriorKernels` read them,
/// in float64 or float32.
///
/// Takes as much memory as two to three copies of the means.
public struct PackedMeans<Scalar: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
  /// The means themselves, K×d.
  public let means: Matrix<Double>
  let packed: [Scalar]
  /// The largest distance of a mean to the middle of all.
  let largest: Double
  /// The length of that middle.
  let reference: Double

  /// The number K of components.
  public var count: Int { means.rows }
  /// The dimension d.
  public var dimension: Int { means.columns }

  private init(_ means: Matrix<Double>, _ packed: [Scalar], _ extent: fd_means_extent) {
    (self.means, self.packed) = (means, packed)
    (largest, reference) = (extent.largest, extent.reference)
  }

  var extent: fd_means_extent { fd_means_extent(largest: largest, reference: reference) }
}

extension PackedMeans where Scalar == Double {
  /// Packs means (K×d) for the kernels in float64.
  public init(_ means: Matrix<Double>) {
    var packed = [Double](repeating: 0, count: fd_packed_means_count_d(means.columns, means.rows))
    var extent = fd_means_extent()
    unsafe fd_pack_means_d(means.columns, means.rows, means.elements, &packed, &extent)
    self.init(means, packed, extent)
  }
}

extension PackedMeans where Scalar == Float {
  /// Packs means (K×d) for the kernels in float32.
  public init(_ means: Matrix<Double>) {
    var packed = [Float](repeating: 0, count: fd_packed_means_count_f(means.columns, means.rows))
    var extent = fd_means_extent()
    unsafe fd_pack_means_f(means.columns, means.rows, means.elements, &packed, &extent)
    self.init(means, packed, extent)
  }
}
