import Arrays
import Mixtures
import RealModule

/// What the construction needs to know of a marginal with a shared covariance.
struct SharedScoreParts: Sendable {
  let marginal: Marginal
  let precision: SharedPrecision
  let logits: LogitDifferences?
  /// The component whose mean is the centre of the output.
  let centre: Int
  /// C^{-1}(m_k − m_centre) as stored.
  let steps: [[Double]]
  /// C^{-1} m_centre as stored.
  let offset: [Double]
  /// The distances of the C^{-1} m_k.
  let spread: MeanSpread
  /// The largest ‖C^{-1}(m_i − m_j)‖.
  var diameter: Double { spread.diameter }
  let scoreNorm: Double
  /// The radius that holds 50 standard deviations about each mean.
  let ball: Double
  /// In L^p(p_t) what errors do as moments of normal laws, where those are known.
  let averaged: UnequalErrorSizes?
  private let outputError: LogitDifferences.Bound
  private let logitError: LogitDifferences.Bound

  /// Whether the responsibilities do not depend on x.
  let isAffine: Bool

  /// Bounds of ‖C^{-1} m_k‖.
  let lengths: [Double]
  let norm: ErrorNorm
  /// What an error range of 1 in the logits makes of the score at most, in the norm.
  private let sensitivity: Double
  /// The size of x at which slopes count: `ball`, or a bound of (E‖x‖⁴)^{1/4}.
  private let reach: Double

  /// - Parameter isCentred: whether the outputs are those of `outputs`, sums about one mean, or
  ///   those of `subtractedOutputs`, sums about the origin of clipped responsibilities.
  init(_ marginal: Marginal, _ norm: ErrorNorm, isCentred: Bool = true) {
    self.norm = norm
    let mixture = marginal.mixture
    let precision = SharedPrecision(marginal)
    let count = mixture.componentCount
    var distances = Matrix<Double>(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count {
        let step = Norms.difference(mixture.means[row: i], mixture.means[row: j])
          .map { marginal.alpha * $0 }
        distances[i, j] = Norms.length(precision.product(step).value) * (1 + 1e-9)
      }
    }
    let centre =
      (0..<count).min {
        distances[row: $0].reduce(0, max) < distances[row: $1].reduce(0, max)
      } ?? 0
    let origin = mixture.means[row: centre].map { marginal.alpha * $0 }
    let products = (0..<count).map { k in
      precision.product(
        Norms.difference(mixture.means[row: k], mixture.means[row: centre])
          .map { marginal.alpha * $0 })
    }
    let base = precision.product(origin)
    (self.marginal, self.precision, self.centre) = (marginal, precision, centre)
    (steps, offset) = (products.map(\.value), base.value)
    isAffine = distances.elements.allSatisfy { $0 == 0 }
    let lengths = (0..<count).map { k in
      let (value, error) = precision.product(
        mixture.means[row: k].map { marginal.alpha * $0 })
      return Norms.length(value) * (1 + 1e-9) + error
    }
    self.lengths = lengths
    if !isCentred { distances = ResponsibilityClip.distances(lengths) }
    let spread = MeanSpread(
      dimension: mixture.dimension, distances: distances, centre: centre, weights: nil,
      radius: isCentred ? nil : ResponsibilityClip.steepest * lengths.reduce(0, max))
    self.spread = spread
    scoreNorm = ScoreNorm.lowerBound(marginal, precision)
    let farthest = (0..<count).reduce(0) { max($0, Norms.length(mixture.means[row: $1])) }
    ball =
      marginal.alpha * farthest
      + 50 * precision.largestDeviation * Double(mixture.dimension).squareRoot()
    outputError =
      isCentred
      ? .init(
        constant: base.error + 0x1p-52 * Norms.length(base.value)
          + products.reduce(0) { max($0, $1.error + 0x1p-52 * Norms.length($1.value)) },
        slope: precision.error)
      : SharedScoreParts.subtractedError(
        farthest: marginal.alpha * farthest, alpha: marginal.alpha, precision)
    reach =
      norm == .uniform
      ? ball
      : marginal.alpha * farthest + precision.largestDeviation
        * Double(mixture.dimension * (mixture.dimension + 2)).squareRoot().squareRoot()
    sensitivity = min(
      0.25 * spread.diameter,
      norm.power.map { Overlap.sensitivity(marginal, precision, distances, $0) }
        ?? .infinity)
    let logits = isAffine ? nil : LogitDifferences(marginal, precision)
    self.logits = logits
    var scratch = NetworkBuilder(inputs: mixture.dimension)
    let logitError = logits?.gaps(in: &scratch).error ?? .init()
    self.logitError = logitError
    averaged =
      isCentred && !isAffine
      ? norm.power.flatMap {
        UnequalErrorSizes(shared: marginal, logitError, centre: centre, power: $0)
      } : nil
  }

  /// The size of the coordinates of samples.
  var typicalSize: Double {
    marginal.mixture.means.elements.reduce(0) { max($0, abs(marginal.alpha * $1)) }
      + 3 * precision.largestDeviation
  }

  /// The error that stored coefficients make in the logits and the output, in the norm.
  var roundingBound: Double { logitTerm + outputTerm + (averaged?.far ?? 0) }

  private var logitTerm: Double { min(generalLogitTerm, averaged?.logits ?? .infinity) }

  private var generalLogitTerm: Double {
    sensitivity * logitError.constant * .exp(2 * logitError.constant) + 0.25 * diameter
      * logitError.slope * reach
  }

  private var outputTerm: Double { outputError.constant + outputError.slope * reach }

  /// The certificate with these terms beside those of rounding.
  func certificate(_ terms: [ScoreCertificate.Term]) -> ScoreCertificate {
    ScoreCertificate(
      norm: norm, ball: ball, growth: 0.25 * diameter * logitError.slope + outputError.slope,
      terms: terms + [
        .init(source: "stored logits", bound: logitTerm),
        .init(source: "stored output", bound: outputTerm),
      ] + (averaged.map { [.init(source: "far tail", bound: $0.far)] } ?? []), scoreNorm: scoreNorm)
  }

  /// The outputs where γ = w everywhere: C^{-1}(m̄ − x) with m̄ one mean.
  func affineOutputs(in builder: NetworkBuilder) -> [Signal] {
    let x = (0..<marginal.mixture.dimension).map { builder.input($0) }
    return outputs(x, responsibilities: [])
  }

  /// C^{-1}(m_centre + Σ γ_k (m_k − m_centre) − x) of signals of one layer.
  func outputs(_ x: [Signal], responsibilities: [Signal]) -> [Signal] {
    x.indices.map { a in
      var sum = Signal.constant(offset[a], layer: x[a].layer)
      for b in x.indices where precision.matrix[a, b] != 0 {
        sum = sum + -precision.matrix[a, b] * x[b]
      }
      for (k, gamma) in responsibilities.enumerated() where k != centre {
        sum = sum + steps[k][a] * gamma
      }
      return sum
    }
  }
}
