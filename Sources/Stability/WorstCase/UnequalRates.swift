import Arrays
import Mixtures
import RealModule

/// The bounds for components of different covariance.
///
/// Write W = ½g²(C_j^{-1} − C_k^{-1}) ⪰ 0 for a pair with Σ_j ⪯ Σ_k and κ for the largest value of
/// log γ_j/γ_k. Two components (exact, for every dimension):
///
///     sup λ_max(−∇v) = λ_max(−B_k + m(κ)W),  m(κ) = max_{ℓ ≤ κ} 2p(1−p)(κ − ℓ) − p,
///     sup λ_max(∇v) = λ_max(B_k + p(κ)W),    p = logistic.
///
/// More components: along a unit vector Σγ_k B_k and Cov_γ(g) are a mean over at most K − 1 pairs of
/// what two components would give, with shares π of the responsibility (lemma and proofs in
/// Documentation/worst-case-certificates.md), and `ConflictEdge` puts the pairs together.
struct UnequalRates: WorstCaseRates {
  let reason: String?
  let mixture: GaussianMixture
  let order: CovarianceOrder
  /// Σ_k − Σ_j for full covariances with Σ_j ⪯ Σ_k, at j·K + k.
  private let gaps: [Matrix<Double>?]

  init(_ mixture: GaussianMixture) {
    self.mixture = mixture
    let (order, k) = (CovarianceOrder(mixture), mixture.componentCount)
    self.order = order
    reason = order.reason
    gaps =
      mixture.spectrum.geometry == .full
      ? (0..<k * k).map {
        order.reach($0 / k, $0 % k) == nil ? nil : covarianceGap(mixture, $0 / k, $0 % k)
      } : Array(repeating: nil, count: k * k)
  }

  func ends(_ moment: FlowMoment) -> JacobianEnds {
    // At α = 0 all components are one Gaussian.
    if reason != nil && moment.alpha != 0 {
      let stretches = ComponentForms(mixture, moment).stretches
      return JacobianEnds(
        parting: .infinity, stretch: stretches.reduce(-.infinity) { max($0, $1.largest) })
    }
    return ends(PairConflicts(mixture, order, gaps, moment)) { _, _ in nil }
  }

  /// The bounds on a ball of given centre and radius.
  func ends(_ moment: FlowMoment, centre: [Double], radius: Double) -> JacobianEnds {
    let conflicts = PairConflicts(mixture, order, gaps, moment)
    return ends(conflicts) { conflicts.edge($0, $1, centre: centre, radius: radius) }
  }

  /// The bounds, with another bound on each pair that may be better.
  private func ends(
    _ conflicts: PairConflicts, other: @Sendable (Int, Int) -> ConflictEdge?
  ) -> JacobianEnds {
    let (count, stretches) = (mixture.componentCount, conflicts.forms.stretches)
    if conflicts.forms.moment.alpha == 0 {
      return JacobianEnds(parting: conflicts.single.base, stretch: stretches[0].largest)
    }
    if count == 2, var exact = conflicts.exact() {
      if let other = other(0, 1) { exact.parting = min(exact.parting, other.base) }
      return exact
    }
    let pairs = (0..<count).flatMap { j in (0..<j).map { (j, $0) } }
    let edges = Parallel.map(pairs.count) { p in
      let (j, k) = pairs[p]
      return ConflictEdge.better(conflicts.edge(j, k), other(j, k))
        ?? ConflictEdge(base: .infinity, slope: 0)
    }
    return JacobianEnds(
      parting: ConflictEdge.combined(edges + [conflicts.single], atMost: count - 1),
      stretch: largestStretch(conflicts.forms))
  }

  /// λ_max(∇v) ≤ max_k λ_max(B_k), since Cov_γ(g) ⪰ 0.
  private func largestStretch(_ forms: ComponentForms) -> Double {
    forms.stretches.reduce(-.infinity) { max($0, $1.largest) }
  }
}
