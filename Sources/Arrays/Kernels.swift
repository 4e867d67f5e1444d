internal import _CKernels

/// The per-row scalars of a batch of Gaussian mixtures: row i is held against components
/// N(shift[i] μ_k, scale[i] Λ_k + offset[i] I).
public struct GaussianRows: Sendable {
  /// Factors of the means.
  public var shift: [Double]
  /// Factors of the components' variances Λ_k.
  public var scale: [Double]
  /// Variances added to every component.
  public var offset: [Double]

  /// Per-row scalars from three arrays of the same length.
  public init(shift: [Double], scale: [Double], offset: [Double]) {
    precondition(shift.count == scale.count && scale.count == offset.count, "rows of scalars")
    self.shift = shift
    self.scale = scale
    self.offset = offset
  }

  /// The number of rows.
  public var count: Int { shift.count }
}

/// Safe doors to the C kernels on Gaussian quadratic forms; every size is checked.
public enum GaussianKernels {
  /// The shape of the variances that the kernels see.
  public enum Geometry: Sendable, Equatable {
    /// One variance per component (`lambda` is K×1, or 1×1 if shared).
    case isotropic
    /// One variance per component and coordinate (`lambda` is K×d, or 1×d if shared).
    case diagonal
  }

  /// logits[i, k] = logWeights[k] − ½ Σ_a (z²/c + log c), z = x_i − shift_i μ_k, c = scale_i λ_k + offset_i.
  public static func logits(
    _ geometry: Geometry, _ x: Span<Double>, rows: GaussianRows, means: Matrix<Double>,
    lambda: Matrix<Double>, logWeights: [Double], into logits: inout MutableSpan<Double>
  ) {
    let (n, d, k) = (rows.count, means.columns, means.rows)
    check(geometry, x.count, n, means, lambda)
    precondition(logits.count == n * k && logWeights.count == k, "logits of \(logits.count)")
    let stride = lambda.rows == 1 ? 0 : lambda.columns
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      unsafe x.withUnsafeBufferPointer { x in
        guard let x = x.baseAddress, let logits = logits.baseAddress else { return }
        switch geometry {
        case .isotropic:
          unsafe fd_isotropic_logits(
            n, d, k, x, rows.shift, rows.scale, rows.offset, means.elements, lambda.elements,
            stride, logWeights, logits)
        case .diagonal:
          unsafe fd_diagonal_logits(
            n, d, k, x, rows.shift, rows.scale, rows.offset, means.elements, lambda.elements,
            stride, logWeights, logits)
        }
      }
    }
  }

  /// Turns each row of n×k logits into its softmax, in place, and returns the log-sum-exps.
  public static func softmax(rows n: Int, columns k: Int, _ logits: inout MutableSpan<Double>)
    -> [Double]
  {
    precondition(logits.count == n * k && k > 0, "logits of \(logits.count) for \(n) x \(k)")
    var logSum = [Double](repeating: 0, count: n)
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      guard let logits = logits.baseAddress else { return }
      unsafe fd_softmax_rows(n, k, logits, &logSum)
    }
    return logSum
  }

  /// out_i = Σ_k γ_ik [p μ_k + e ∘ (x_i − shift_i μ_k)], e = (e1_i λ_k + e0)/(scale_i λ_k + offset_i).
  public static func combine(
    _ geometry: Geometry, _ x: Span<Double>, rows: GaussianRows, means: Matrix<Double>,
    lambda: Matrix<Double>, responsibilities: Span<Double>, p: Double, e1: [Double], e0: Double,
    into out: inout MutableSpan<Double>
  ) {
    let (n, d, k) = (rows.count, means.columns, means.rows)
    check(geometry, x.count, n, means, lambda)
    precondition(
      responsibilities.count == n * k && out.count == n * d && e1.count == n, "combine shapes")
    let stride = lambda.rows == 1 ? 0 : lambda.columns
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe responsibilities.withUnsafeBufferPointer { gamma in
          guard let x = x.baseAddress, let gamma = gamma.baseAddress, let out = out.baseAddress
          else { return }
          switch geometry {
          case .isotropic:
            unsafe fd_isotropic_combine(
              n, d, k, x, rows.shift, rows.scale, rows.offset, means.elements, lambda.elements,
              stride, gamma, p, e1, e0, out)
          case .diagonal:
            unsafe fd_diagonal_combine(
              n, d, k, x, rows.shift, rows.scale, rows.offset, means.elements, lambda.elements,
              stride, gamma, p, e1, e0, out)
          }
        }
      }
    }
  }

  /// The logits of component `k` from already rotated differences z (n×d): column k of `logits`.
  public static func rotatedLogits(
    _ z: Span<Double>, rows: GaussianRows, lambda: Span<Double>, logWeight: Double, column k: Int,
    of columns: Int, into logits: inout MutableSpan<Double>
  ) {
    let (n, d) = (rows.count, lambda.count)
    precondition(z.count == n * d && logits.count == n * columns && k < columns, "rotated logits")
    unsafe logits.withUnsafeMutableBufferPointer { logits in
      unsafe z.withUnsafeBufferPointer { z in
        unsafe lambda.withUnsafeBufferPointer { lambda in
          guard let z = z.baseAddress, let lambda = lambda.baseAddress,
            let logits = logits.baseAddress
          else { return }
          unsafe fd_rotated_logits(
            n, d, z, rows.scale, rows.offset, lambda, logWeight, logits + k, columns)
        }
      }
    }
  }

  /// z_i ← γ_ik (e1_i λ + e0)/(scale_i λ + offset_i) ∘ z_i for component `k`.
  public static func rotatedWeights(
    _ z: inout MutableSpan<Double>, rows: GaussianRows, lambda: Span<Double>,
    responsibilities: Span<Double>, column k: Int, of columns: Int, e1: [Double], e0: Double
  ) {
    let (n, d) = (rows.count, lambda.count)
    precondition(
      z.count == n * d && responsibilities.count == n * columns && k < columns && e1.count == n,
      "rotated weights")
    unsafe z.withUnsafeMutableBufferPointer { z in
      unsafe lambda.withUnsafeBufferPointer { lambda in
        unsafe responsibilities.withUnsafeBufferPointer { gamma in
          guard let z = z.baseAddress, let lambda = lambda.baseAddress,
            let gamma = gamma.baseAddress
          else { return }
          unsafe fd_rotated_weights(
            n, d, z, rows.scale, rows.offset, lambda, gamma + k, columns, e1, e0)
        }
      }
    }
  }

  /// z_i = x_i − shift_i m: a batch's differences to a component's shifted mean.
  public static func differences(
    _ x: Span<Double>, rows: GaussianRows, mean: Span<Double>, into z: inout MutableSpan<Double>
  ) {
    let (n, d) = (rows.count, mean.count)
    precondition(x.count == n * d && z.count == n * d, "differences to a mean")
    unsafe z.withUnsafeMutableBufferPointer { z in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe mean.withUnsafeBufferPointer { mean in
          guard let z = z.baseAddress, let x = x.baseAddress, let mean = mean.baseAddress
          else { return }
          unsafe fd_add_multiples(n, d, x, rows.shift, 1, -1, mean, z)
        }
      }
    }
  }

  /// out_i ← out_i + p γ_ik m for component `k`.
  public static func addMean(
    _ mean: Span<Double>, times p: Double, responsibilities: Span<Double>, column k: Int,
    of columns: Int, to out: inout MutableSpan<Double>
  ) {
    let (n, d) = (responsibilities.count / columns, mean.count)
    precondition(out.count == n * d && k < columns, "weighted means")
    unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe mean.withUnsafeBufferPointer { mean in
        unsafe responsibilities.withUnsafeBufferPointer { gamma in
          guard let out = out.baseAddress, let mean = mean.baseAddress,
            let gamma = gamma.baseAddress
          else { return }
          unsafe fd_add_multiples(n, d, out, gamma + k, columns, p, mean, out)
        }
      }
    }
  }

  /// Squared Euclidean distances between the rows of `x` and the rows of `y`: x.rows × y.rows.
  public static func squaredDistances(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Matrix<Double> {
    precondition(x.columns == y.columns, "\(x.columns) against \(y.columns) columns")
    var out = Matrix<Double>(rows: x.rows, columns: y.rows)
    out.forEachRowBlock(grain: 256) { range, block in
      let part = x.elements.span.extracting(
        range.lowerBound * x.columns..<range.upperBound * x.columns)
      unsafe block.withUnsafeMutableBufferPointer { block in
        unsafe part.withUnsafeBufferPointer { part in
          guard let part = part.baseAddress, let block = block.baseAddress else { return }
          unsafe fd_squared_distances(
            range.count, x.columns, y.rows, part, y.elements, block)
        }
      }
    }
    return out
  }

  private static func check(
    _ geometry: Geometry, _ count: Int, _ n: Int, _ means: Matrix<Double>, _ lambda: Matrix<Double>
  ) {
    precondition(count == n * means.columns, "\(count) numbers are not \(n) rows")
    let columns = geometry == .isotropic ? 1 : means.columns
    precondition(
      lambda.columns == columns && (lambda.rows == 1 || lambda.rows == means.rows),
      "variances \(lambda.rows) x \(lambda.columns) for \(means.rows) x \(means.columns) means")
  }
}
