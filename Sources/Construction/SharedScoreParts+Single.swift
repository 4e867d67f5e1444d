import Arrays
import Mixtures
import Networks
import RealModule

extension SharedScoreParts {
  /// C^{-1}(u⁺ − u⁻) with u^± = max(±(Σ g_k m_k − x), 0), of signals of one layer: one layer more.
  ///
  /// In float32 the difference is exact near a mean (Sterbenz' lemma) where one g is 1 and the others
  /// are 0, as the closed form's is.
  func subtractedOutputs(
    _ x: [Signal], responsibilities: [Signal], in builder: inout NetworkBuilder
  ) -> [Signal] {
    let means = marginal.mixture.means
    let differences = x.indices.map { a in
      let sum = responsibilities.enumerated().reduce(-1 * x[a]) { sum, entry in
        sum + marginal.alpha * means[entry.offset, a] * entry.element
      }
      return builder.relu(sum) - builder.relu(-1 * sum)
    }
    return x.indices.map { a in
      x.indices.filter { precision.matrix[a, $0] != 0 }.reduce(
        Signal.constant(0, layer: differences[a].layer)
      ) { $0 + precision.matrix[a, $1] * differences[$1] }
    }
  }

  /// The outputs where γ = w everywhere, as differences before the division.
  func subtractedAffineOutputs(in builder: inout NetworkBuilder) -> [Signal] {
    let x = (0..<marginal.mixture.dimension).map { builder.input($0) }
    let certain = Signal.constant(1, layer: 0)
    let others = Signal.constant(0, layer: 0)
    let responsibilities = lengths.indices.map { $0 == centre ? certain : others }
    return subtractedOutputs(x, responsibilities: responsibilities, in: &builder)
  }

  /// A bound of the spectral norm of the matrix whose columns are C^{-1} m_k: with G their Gram matrix
  /// the largest eigenvalue is at most ‖G⁸‖_F^{1/8}, which exceeds it by K^{1/16} at most.
  var spectralNorm: Double {
    let longest = lengths.reduce(0, max)
    guard longest > 0 else { return 0 }
    let means = marginal.mixture.means
    let products = (0..<means.rows).map { k in
      precision.product(means[row: k].map { marginal.alpha * $0 })
    }
    let vectors = Matrix(products.map { $0.value.map { $0 / longest } })
    var power = Gemm.product(vectors, vectors.transposed)
    for _ in 0..<3 { power = Gemm.product(power, power) }
    // What the computed products lack moves the norm by at most the Frobenius norm of it.
    let lacking = Norms.length(products.map(\.error))
    return Double.pow(Norms.length(power.elements), 0.0625) * longest * (1 + 1e-9) + lacking
  }

  /// The error of stored coefficients in `subtractedOutputs` (derived).
  ///
  /// Σ g_k ≤ (1 + 2η) Σ γ̂_k ≤ 2, so that rounded α m_k shift the sum by at most twice their largest
  /// error, and ‖Σ g_k m_k − x‖ ≤ 2 max ‖m_k‖ + ‖x‖ meets the error of C^{-1}.
  static func subtractedError(
    farthest: Double, alpha: Double, _ precision: SharedPrecision
  ) -> LogitDifferences.Bound {
    let rounded = alpha == 1 ? 0 : 0x1p-53 * farthest
    let size = Norms.length(precision.matrix.elements)
    return .init(
      constant: 2 * (precision.error * farthest + size * rounded) * (1 + 1e-9),
      slope: precision.error)
  }
}

extension ConstructedScore {
  /// The layout `single`: responsibilities γ̂_k of all components, clipped to exactly 0 and 1, then
  /// differences before the division.
  ///
  /// Errors (derived): clipping is a function of each γ̂_k with slopes of at most 1 + 2η, so that the
  /// network is off by at most (1 + 2η) Σ |γ̂_k − γ_k| ‖C^{-1}m_k‖ and what clipping does to the exact
  /// γ. The first sum is the error of an average of vectors C^{-1}m_k in K orthogonal directions with
  /// lengths added, and the bounds of the other layouts hold in any norm.
  static func single(
    _ parts: SharedScoreParts, budget: Double
  ) -> (SparseNetwork, ScoreCertificate, stages: [(name: String, layers: Range<Int>)])? {
    var builder = NetworkBuilder(inputs: parts.marginal.mixture.dimension)
    if parts.isAffine {
      let outputs = parts.subtractedAffineOutputs(in: &builder)
      return (builder.network(outputs: outputs), parts.certificate([]), [("difference", 1..<2)])
    }
    guard let clip = ResponsibilityClip(parts, budget: 0.75 * budget) else { return nil }
    // A prevailing γ̂ is off by the reciprocal's error and what is left of K − 1 exponentials: each
    // stays below η/4, and η/2 is left for rounding.
    let rest = min(budget - clip.bound, 0.25 * clip.margin * parts.spread.radius)
    guard let blocks = ResponsibilityBlocks(parts.spread, budget: rest) else { return nil }
    let (network, stages) = blocks.build(parts, clip)
    let terms = blocks.terms + [.init(source: "clipping to 0 and 1", bound: clip.bound)]
    return (network, parts.certificate(terms), stages)
  }
}
