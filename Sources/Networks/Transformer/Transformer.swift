public import Arrays

/// The transformer of experiment 3 of arXiv:2606.03820, a map R^d → R^d, as data.
///
/// Each coordinate is one token with one feature. With attention of all heads by softmax(QKᵀ/√h) V,
/// h the width of a head, and the exact GELU:
/// ```
/// s_t = embedding x_t + bias + position_t
/// s ← s + attention(norm(s))                            pre-layer-norm, each block
/// s ← s + contraction gelu(expansion norm(s))
/// y_t = readOut · s_t + bias                            no last norm
/// ```
/// All parameters are one flat array in the order that `TransformerArchitecture` documents, so that
/// `AdamW` and checkpoints treat it as they treat a `Network`. `Float` is for use and training,
/// `Double` for checks.
public struct Transformer<Scalar: TransformerScalar>: Sendable, Equatable {
  /// The shape.
  public let architecture: TransformerArchitecture
  /// All parameters, placed by `architecture`, which fixes their count.
  public var parameters: [Scalar]

  /// A transformer of this shape with these parameters.
  ///
  /// - Precondition: as many parameters as the architecture has.
  public init(_ architecture: TransformerArchitecture, parameters: [Scalar]) {
    precondition(
      parameters.count == architecture.parameterCount,
      "\(parameters.count) parameters for \(architecture.parameterCount)")
    self.architecture = architecture
    self.parameters = parameters
  }

  /// The number of parameters.
  public var parameterCount: Int { parameters.count }

  /// The transformer's values at the rows of `x`.
  ///
  /// Rows go through in blocks of fixed size, in parallel: the same bits for every number of
  /// threads.
  ///
  /// - Parameter x: samples × dimension.
  /// - Returns: samples × dimension.
  public func callAsFunction(_ x: Matrix<Scalar>) -> Matrix<Scalar> {
    precondition(
      x.columns == architecture.dimension,
      "\(x.columns) columns for \(architecture.dimension) tokens")
    var lanes = TransformerLane<Scalar>.all(architecture, samples: x.rows, backward: false)
    let parameters = parameters
    lanes.forEachElement { _, lane in
      for block in lane.blocks { lane.forward(parameters, x, block) }
    }
    var result = Matrix<Scalar>(rows: x.rows, columns: x.columns)
    for lane in lanes { result.replaceRows(from: lane.samples.lowerBound, by: lane.output) }
    return result
  }
}

extension Transformer<Float> {
  /// The same numbers in double precision.
  public var inDoublePrecision: Transformer<Double> {
    Transformer<Double>(architecture, parameters: parameters.map(Double.init))
  }
}

extension Matrix where Element: TransformerScalar {
  /// Copies whole rows over those from row `start` on.
  mutating func replaceRows(from start: Int, by rows: [Element]) {
    let range = start * columns..<start * columns + rows.count
    var span = elements.mutableSpan
    span.withRange(range) { $0.copy(rows.span) }
  }
}
