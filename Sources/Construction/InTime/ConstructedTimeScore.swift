public import Mixtures
public import Networks
import RealModule

/// The score ∇log p_t as one explicit ReLU–ReQU network on (x, t) with its certificate.
public struct ConstructedTimeScore: Sendable {
  /// The network, R^{d+1} → R^d; t is the last coordinate.
  public let network: SparseNetwork
  /// Its proof.
  public let certificate: TimeScoreCertificate
  /// The hidden layers of each part of the network, in order.
  public let stages: [(name: String, layers: Range<Int>)]

  /// The network for a mixture whose components share one isotropic covariance.
  ///
  /// α by the exponential block, s² = σ∞² + (σ_0² − σ∞²) α², 1/s² by a spline and Goldschmidt's
  /// products, beside them the gaps of (μ_k)ᵀx − ½α‖μ_k‖² to the largest; their product with α/s²,
  /// responsibilities and output. `TimeErrorBound` has the proof.
  ///
  /// - Parameters:
  ///   - mixture: p_0.
  ///   - process: the noising process.
  ///   - start: the smallest time t_min; the largest is the horizon.
  ///   - tolerance: the error to stay below in L^p(p_t), p = 1, 2, 4, at all those times.
  ///   - relative: whether the tolerance is in units of ‖s‖_{L^p(p_t)}.
  /// - Throws: `ConstructionError` if the tolerance cannot be certified.
  public init(
    _ mixture: GaussianMixture, _ process: OrnsteinUhlenbeck, from start: Double = 0,
    tolerance: Double, relative: Bool = true
  ) throws(ConstructionError) {
    guard tolerance > 0, tolerance.isFinite else { throw .badTolerance(tolerance) }
    guard mixture.hasSharedCovariance, mixture.spectrum.geometry == .isotropic else {
      throw .anisotropicCovariance
    }
    precondition(start >= 0 && start < process.horizon, "times from \(start)")
    let parts = TimeScoreParts(mixture, process, from: start)
    let bound = parts.errorBound(relative: relative)
    let rounding = bound.largest(
      alphaError: 1e-16, reciprocalError: 1e-16, tolerance: tolerance
    ).error
    guard rounding < tolerance / 2 else {
      throw .unreachable(tolerance: tolerance, rounding: rounding)
    }
    func largest(_ goal: Double, _ error: (Double) -> Double) -> Double? {
      (2...30).map { .pow(10, -0.5 * Double($0)) }.first { error($0) <= goal }
    }
    let alphaGoal = largest(tolerance / 3) {
      bound.largest(alphaError: $0, reciprocalError: 1e-16, tolerance: tolerance).error
    }
    guard let alphaGoal else { throw .tooFine(tolerance: tolerance) }
    var builder = NetworkBuilder(inputs: mixture.dimension + 1)
    let time = builder.input(mixture.dimension, in: start...process.horizon)
    var alpha = try builder.exponential(minus: process.beta * time, tolerance: alphaGoal)
    alpha = ApproximateSignal(
      signal: alpha.signal.within(
        max(0, process.alpha(process.horizon) - alpha.error)...process.alpha(start) + alpha.error),
      error: alpha.error)
    let reciprocalGoal = largest(tolerance / 2) {
      bound.largest(alphaError: alpha.error, reciprocalError: $0, tolerance: tolerance).error
    }
    guard let reciprocalGoal,
      let reciprocal = parts.reciprocal(alphaError: alpha.error, tolerance: reciprocalGoal)
    else { throw .tooFine(tolerance: tolerance) }
    let left = bound.largest(
      alphaError: alpha.error, reciprocalError: reciprocal.error, tolerance: tolerance * (1 - 1e-6)
    ).left
    var blocks: ResponsibilityBlocks?
    if parts.spread.diameter > 0 {
      blocks = ResponsibilityBlocks(parts.spread, budget: left)
      if blocks == nil { throw .tooFine(tolerance: tolerance) }
    }
    let average = blocks?.terms.reduce(0) { $0 + $1.bound } ?? 0
    (network, stages) = parts.build(
      alpha, builder, (reciprocal.block, reciprocal.products), blocks)
    certificate = TimeScoreCertificate(
      times: start...process.horizon, isRelative: relative,
      bounds: bound.bounds(
        alphaError: alpha.error, reciprocalError: reciprocal.error, average: average),
      alphaError: alpha.error, reciprocalError: reciprocal.error, averageError: average)
  }
}
