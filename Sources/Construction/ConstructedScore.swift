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

  /// The network for a marginal whose components share one covariance.
  ///
  /// Logit differences, affine in x → gaps to the largest → e^{−gap}, cut off at R → their sum's
  /// reciprocal → responsibilities γ̂ → C^{-1}(m̄ − x), centred at one of the means. Errors (derived):
  /// logits off by δ move the score by at most ¼ D (max δ − min δ), D the largest distance of two
  /// C^{-1} m_k, since the derivative along δ is a covariance under γ, at most a quarter of the
  /// product of two ranges (Popoviciu); the exponentials' relative errors count as such δ, and where
  /// they are large, by γ_k |δ_k| Σ_k ‖C^{-1}(m_k − m_j)‖; cutting off moves the sum towards the means by at most what stays of e^{−R} times Σ_k
  /// ‖C^{-1}(m_k − m_j)‖ for some j; the reciprocal's error scales the centred sum.
  ///
  /// - Parameters:
  ///   - marginal: p_t; its α and σ² are taken as exact.
  ///   - tolerance: the error to stay below, in the uniform norm within 50 standard deviations of
  ///     the means.
  ///   - relative: whether the tolerance is in units of ‖s‖_{L²(p_t)}.
  ///   - norm: where the error is certified.
  ///   - variant: the network's layout; the certificate covers each.
  /// - Throws: `ConstructionError` if the tolerance cannot be certified.
  public init(
    _ marginal: Marginal, tolerance: Double, relative: Bool = true, norm: ErrorNorm = .uniform,
    variant: NetworkVariant = .mixed
  ) throws(ConstructionError) {
    guard tolerance > 0, tolerance.isFinite else { throw .badTolerance(tolerance) }
    guard marginal.mixture.hasSharedCovariance else { throw .unequalCovariances }
    let parts = SharedScoreParts(marginal, norm)
    let absolute = relative ? tolerance * parts.scoreNorm : tolerance
    let rounding = parts.roundingBound
    guard rounding < absolute / 2 else {
      throw .unreachable(
        tolerance: tolerance, rounding: rounding / (relative ? parts.scoreNorm : 1))
    }
    if parts.isAffine {
      var builder = NetworkBuilder(inputs: marginal.mixture.dimension)
      network = builder.network(outputs: parts.affineOutputs(in: builder))
      (certificate, stages) = (parts.certificate([]), [])
      return
    }
    guard
      let choice = ResponsibilityBlocks(
        parts.spread, budget: absolute - rounding, variant)
    else {
      throw .tooFine(tolerance: tolerance)
    }
    (network, stages) = choice.build(parts, variant)
    certificate = parts.certificate(choice.terms)
  }
}

extension GaussianMixture {
  /// Whether all components have the same covariance.
  public var hasSharedCovariance: Bool { spectrum.isShared }
}
