import Arrays

/// An upper bound on the Lipschitz constant of a network in the Euclidean norm: proved from its
/// weights, for exact arithmetic.
public struct LipschitzCertificate: Sendable, Equatable {
  /// The product of the layers' spectral norms.
  public let productOfNorms: Double
  /// The layer-by-layer bound, never larger but for rounding.
  public let layerwise: Double
  /// Why the bounds are infinite, if they are.
  public let reason: String?

  /// The smaller of the two.
  public var value: Double { min(productOfNorms, layerwise) }
}

/// A box of inputs.
public struct InputBox: Sendable, Equatable {
  /// The least value of each coordinate.
  public let lower: [Double]
  /// The largest value of each coordinate.
  public let upper: [Double]

  /// A box.
  ///
  /// - Precondition: as many lower as upper values, none larger than its upper one.
  public init(lower: [Double], upper: [Double]) {
    precondition(
      lower.count == upper.count && zip(lower, upper).allSatisfy { $0 <= $1 }, "no box")
    (self.lower, self.upper) = (lower, upper)
  }
}

extension Network {
  /// A certified bound on Lip of this network, everywhere or on a box.
  ///
  /// A ReLU's slope lies in [0, 1], as does that of its smooth form; a ReQU's is twice its pre-activation, so only a box gives it a
  /// bound, by interval arithmetic through the layers. A layer whose slopes lie in [0, s_i] is one
  /// with slopes in [0, 1] after its row i is scaled by s_i. Then with M_0 = I and, at each hidden
  /// layer, S = W M^{-1}Wᵀ, λ = 2/λ_max(S), M' = λI − ¼λ²S,
  ///
  ///     ΔvᵀM'Δv ≤ ΔuᵀMΔu  for inputs and outputs of the layer, hence  Lip ≤ √λ_max(W M^{-1}Wᵀ)
  ///
  /// with the last layer's W: from Δvᵀ(WΔu − Δv) ≥ 0, true of slopes in [0, 1] (the closed form of
  /// ECLipsE, Xu and Sivaranjani, 2024; M' ⪰ I/λ_max(S) makes it at most the product of norms).
  /// A linear path adds its spectral norm.
  /// Eigenvalues are computed in double precision and raised by more than their rounding error.
  public func lipschitzCertificate(on box: InputBox? = nil) -> LipschitzCertificate {
    let certificate = layersCertificate(on: box)
    guard let path = linearPath?.inDoublePrecision else { return certificate }
    guard let square = spectralNormSquared(path) else { return .notFinite }
    let norm = square.squareRoot() * (1 + 4 * .ulpOfOne)
    return LipschitzCertificate(
      productOfNorms: certificate.productOfNorms + norm, layerwise: certificate.layerwise + norm,
      reason: certificate.reason)
  }

  private func layersCertificate(on box: InputBox?) -> LipschitzCertificate {
    var interval = box.map { (lower: $0.lower, upper: $0.upper) }
    var (product, squared) = (1.0, Double.infinity)
    // M^{-1} = FFᵀ; nil is the identity.
    var factor: Matrix<Double>?
    for (index, layer) in layers.enumerated() {
      var weights = layer.weights.inDoublePrecision
      let bounds = interval.map { layer.preactivations(weights, $0.lower, $0.upper) }
      guard let slopes = layer.slopes(bounds?.upper) else {
        return .infinite("a ReQU layer has no slope bound outside a box")
      }
      for i in 0..<weights.rows {
        for j in 0..<weights.columns { weights[i, j] *= slopes[i] }
      }
      interval = bounds.map { b in
        (
          lower: b.lower.map { layer.activation($0) }, upper: b.upper.map { layer.activation($0) }
        )
      }
      let carried = factor.map { Gemm.product(weights, $0) } ?? weights
      guard let norm = spectralNormSquared(weights), let gram = Gram(carried) else {
        return .notFinite
      }
      product *= norm.squareRoot()
      squared = gram.largest
      guard squared > 0 else { return LipschitzCertificate(constant: 0) }
      if index < depth - 1 { factor = gram.nextFactor }
    }
    guard product.isFinite, squared.isFinite else {
      return .infinite("the weights are too large for a finite bound")
    }
    // What the orthogonality of computed eigenvectors may lack, layer by layer.
    let allowance = 1 + 64 * Double(depth * width) * Double.ulpOfOne
    return LipschitzCertificate(
      productOfNorms: product * allowance, layerwise: squared.squareRoot() * allowance,
      reason: nil)
  }
}

extension LipschitzCertificate {
  init(constant: Double) {
    self.init(productOfNorms: constant, layerwise: constant, reason: nil)
  }

  static var notFinite: LipschitzCertificate {
    infinite("the weights are not finite or an eigenvalue computation did not converge")
  }

  static func infinite(_ reason: String) -> LipschitzCertificate {
    LipschitzCertificate(productOfNorms: .infinity, layerwise: .infinity, reason: reason)
  }
}

/// ‖W‖², from the smaller of WWᵀ and WᵀW.
private func spectralNormSquared(_ weights: Matrix<Double>) -> Double? {
  Gram(weights.rows <= weights.columns ? weights : weights.transposed)?.largest
}

/// GGᵀ with its eigenvalues, each raised by more than its rounding error.
private struct Gram {
  let largest: Double
  private let eigen: SymmetricEigen
  private let allowance: Double

  init?(_ g: Matrix<Double>) {
    guard g.isFinite else { return nil }
    guard let eigen = SymmetricEigen(Gemm.product(g, transposed: g)) else { return nil }
    let trace = g.elements.reduce(0) { $0 + $1 * $1 }
    // |fl(GGᵀ) − GGᵀ| ≤ γ_k|G||G|ᵀ, whose norm is at most γ_k‖G‖_F²; LAPACK's error is of the order
    // of n ulp of the norm.
    allowance = 8 * Double(g.rows + g.columns) * Double.ulpOfOne * trace
    self.eigen = eigen
    largest = max(0, eigen.values[eigen.values.count - 1]) + allowance
  }

  /// F' with F'F'ᵀ = M'^{-1}: eigenvectors scaled by 1/√(λ − ¼λ²s).
  var nextFactor: Matrix<Double> {
    let lambda = 2 / largest
    var factor = eigen.vectorRows.transposed
    let scales = eigen.values.map { value in
      let s = min(largest, max(0, value) + allowance)
      return 1 / (lambda - 0.25 * lambda * lambda * s).squareRoot()
    }
    for i in 0..<factor.rows {
      for j in 0..<factor.columns { factor[i, j] *= scales[j] }
    }
    return factor
  }
}

extension Network.Layer {
  /// The interval of each pre-activation, widened by more than its rounding error.
  fileprivate func preactivations(
    _ weights: Matrix<Double>, _ lower: [Double], _ upper: [Double]
  ) -> (lower: [Double], upper: [Double]) {
    var low = biases.map(Double.init)
    var high = low
    for i in 0..<weights.rows {
      var magnitude = abs(low[i])
      for j in 0..<weights.columns {
        let (a, b) = (weights[i, j] * lower[j], weights[i, j] * upper[j])
        low[i] += min(a, b)
        high[i] += max(a, b)
        magnitude += max(abs(a), abs(b))
      }
      let rounding = Double(weights.columns + 2) * Double.ulpOfOne * magnitude
      low[i] -= rounding
      high[i] += rounding
    }
    return (low, high)
  }

  /// The largest slope of each activation; nil if there is none.
  fileprivate func slopes(_ upper: [Double]?) -> [Double]? {
    switch activation {
    case .identity, .squareplus: Array(repeating: 1, count: biases.count)
    case .relu: upper.map { $0.map { $0 > 0 ? 1 : 0 } } ?? Array(repeating: 1, count: biases.count)
    case .requ: upper.map { $0.map { 2 * max($0, 0) } }
    }
  }
}
