import Arrays
public import Mixtures
public import Networks
import RealModule

/// The score ∇log p_t at one time as an explicit ReLU–ReQU network with its certificate.
public struct ConstructedScore: Sendable {
  /// The network, R^d → R^d.
  public let network: SparseNetwork
  /// Its proof.
  public let certificate: ScoreCertificate
  /// The hidden layers of each part of the network, in order.
  public let stages: [(name: String, layers: Range<Int>)]

  /// The network for a marginal and a tolerance.
  ///
  /// Shared covariances: logit differences, affine in x → gaps to the largest → e^{−gap}, cut off at R
  /// → their sum's reciprocal → responsibilities γ̂ → C^{-1}(m̄ − x), centred at one of the means.
  /// Errors (derived): logits off by δ move the score by at most ¼ D (max δ − min δ), D the largest
  /// distance of two C^{-1} m_k, since the derivative along δ is a covariance under γ, at most a
  /// quarter of the product of two ranges (Popoviciu); the exponentials' relative errors count as
  /// such δ, and where they are large, by γ_k |δ_k| Σ_k ‖C^{-1}(m_k − m_j)‖; cutting off moves the
  /// sum towards the means by at most what stays of e^{−R} times Σ_k ‖C^{-1}(m_k − m_j)‖ for some j;
  /// the reciprocal's error scales the centred sum.
  ///
  /// Unequal covariances: the logits are sums of squares of whitened coordinates, and the γ̂_k are
  /// multiplied by coordinates of x before the last sum; see `UnequalErrorSizes`.
  ///
  /// - Parameters:
  ///   - marginal: p_t; its α and σ² are taken as exact.
  ///   - tolerance: the error to stay below.
  ///   - relative: whether the tolerance is in units of ‖s‖_{L²(p_t)}.
  ///   - norm: where the error is certified; by default uniformly for one shared covariance, within
  ///     50 standard deviations of the means, and in L²(p_t) otherwise.
  ///   - variant: the network's layout; the certificate covers each. Unequal covariances have `mixed`
  ///     only, and `single` serves coarse tolerances, or L^p(p_t) where components are apart.
  /// - Throws: `ConstructionError` if the tolerance cannot be certified.
  public init(
    _ marginal: Marginal, tolerance: Double, relative: Bool = true, norm: ErrorNorm? = nil,
    variant: NetworkVariant = .mixed
  ) throws(ConstructionError) {
    guard tolerance > 0, tolerance.isFinite else { throw .badTolerance(tolerance) }
    if marginal.mixture.hasSharedCovariance {
      try self.init(shared: marginal, tolerance, relative, norm ?? .uniform, variant)
    } else {
      guard variant == .mixed else { throw .unequalCovariances(variant) }
      try self.init(unequal: marginal, tolerance, relative, norm ?? .l2)
    }
  }

  private init(
    shared marginal: Marginal, _ tolerance: Double, _ relative: Bool, _ norm: ErrorNorm,
    _ variant: NetworkVariant
  ) throws(ConstructionError) {
    let parts = SharedScoreParts(marginal, norm, isCentred: variant != .single)
    let absolute = relative ? tolerance * parts.scoreNorm : tolerance
    let rounding = parts.roundingBound
    guard rounding < absolute / 2 else {
      throw .unreachable(
        tolerance: tolerance, rounding: rounding / (relative ? parts.scoreNorm : 1))
    }
    let budget = absolute - rounding
    if variant == .single {
      guard let single = ConstructedScore.single(parts, budget: budget) else {
        throw .tooFine(tolerance: tolerance)
      }
      (network, certificate, stages) = single
      return
    }
    if parts.isAffine {
      var builder = NetworkBuilder(inputs: marginal.mixture.dimension)
      network = builder.network(outputs: parts.affineOutputs(in: builder))
      (certificate, stages) = (parts.certificate([]), [])
      return
    }
    let averaged = parts.averaged.flatMap {
      variant == .logLog
        ? nil
        : ResponsibilityBlocks(
          $0, count: parts.spread.count, dimension: parts.spread.dimension, budget: budget)
    }
    guard let choice = averaged ?? ResponsibilityBlocks(parts.spread, budget: budget, variant)
    else {
      throw .tooFine(tolerance: tolerance)
    }
    (network, stages) = choice.build(parts, variant)
    certificate = parts.certificate(choice.terms)
  }

  private init(
    unequal marginal: Marginal, _ tolerance: Double, _ relative: Bool, _ norm: ErrorNorm
  ) throws(ConstructionError) {
    guard let parts = UnequalScoreParts(marginal, norm) else {
      throw .unreachable(tolerance: tolerance, rounding: .infinity)
    }
    let unit = relative ? parts.scoreNorm : 1
    let rounding = parts.roundingBound
    guard rounding < tolerance * unit / 2 else {
      throw .unreachable(tolerance: tolerance, rounding: rounding / unit)
    }
    if parts.isAffine {
      var builder = NetworkBuilder(inputs: marginal.mixture.dimension)
      network = builder.network(outputs: parts.affineOutputs(in: builder))
      (certificate, stages) = (parts.certificate([]), [])
      return
    }
    let blocks = ResponsibilityBlocks(
      parts.sizes, count: marginal.mixture.componentCount, dimension: marginal.mixture.dimension,
      budget: tolerance * unit - rounding)
    guard let blocks else { throw .tooFine(tolerance: tolerance) }
    (network, stages) = parts.build(blocks)
    certificate = parts.certificate(blocks.terms)
  }
}

extension GaussianMixture {
  /// Whether all components have the same covariance.
  public var hasSharedCovariance: Bool { spectrum.isShared }
}
