import Arrays
import Mixtures
import RealModule

/// Bounds on what each pair of components contributes to λ_max(−∇v) at one time.
///
/// Everywhere along a unit vector u, for Σ_j ⪯ Σ_k and y = u·(g_j − g_k): ½g²y² ≤ 2(κ − ℓ) uᵀWu, because
/// ℓ = log γ_j/γ_k = κ − ½(x−x*)ᵀA(x−x*) and g_j − g_k = −A(x − x*) with A = C_j^{-1} − C_k^{-1}.
struct PairConflicts: Sendable {
  let forms: ComponentForms
  private let mixture: GaussianMixture
  private let order: CovarianceOrder
  /// For Σ_j ⪯ Σ_k at j·K + k.
  private let excesses: [Excess?]
  /// λ_max(W) there; infinite for others.
  private let largestExcess: [Double]
  private let contractions: [SymmetricForm]
  /// λ_max(−B_k).
  private let largest: [Double]

  /// W and κ of a pair.
  private struct Excess: Sendable {
    let form: SymmetricForm
    let largest: Double
    let kappa: Double
    /// max_q 4q(1−q)(κ − log q)₊ − q: the pair's share seen from its larger component.
    let star: Double
  }

  init(
    _ mixture: GaussianMixture, _ order: CovarianceOrder, _ gaps: [Matrix<Double>?],
    _ moment: FlowMoment
  ) {
    self.mixture = mixture
    self.order = order
    let (forms, count) = (ComponentForms(mixture, moment), mixture.componentCount)
    self.forms = forms
    let contractions = forms.stretches.map { $0.scaled(by: -1) }
    self.contractions = contractions
    largest = Parallel.map(count) { contractions[$0].largest }
    let excesses = Parallel.map(count * count) { index -> Excess? in
      let (j, k) = (index / count, index % count)
      guard let reach = order.reach(j, k) else { return nil }
      let form = forms.difference(j, k, gap: gaps[index]).scaled(by: moment.drive)
      let kappa = forms.largestLogRatio(j, k, reach: reach)
      return Excess(
        form: form, largest: form.largest, kappa: kappa,
        star: ConflictMaxima.manyComponents(kappa, factor: 4))
    }
    self.excesses = excesses
    largestExcess = excesses.map { $0?.largest ?? .infinity }
  }

  private func excess(_ j: Int, _ k: Int) -> Excess? { excesses[j * contractions.count + k] }

  /// No conflict: one component has all the responsibility, or several agree.
  var single: ConflictEdge {
    ConflictEdge(base: largest.reduce(-.infinity, max), slope: 0)
  }

  /// The exact ends for two components of different, comparable covariances.
  func exact() -> JacobianEnds? {
    for (j, k) in [(0, 1), (1, 0)] {
      guard let excess = excess(j, k) else { continue }
      let m = ConflictMaxima.twoComponents(excess.kappa)
      return JacobianEnds(
        parting: contractions[k].adding(excess.form, times: m).largest,
        stretch: forms.stretches[k].adding(
          excess.form, times: 1 / (1 + .exp(-excess.kappa))
        ).largest)
    }
    return nil
  }

  /// The best bound for a pair that holds for all x; nil if none is finite.
  func edge(_ j: Int, _ k: Int) -> ConflictEdge? {
    var best = direct(j, k)
    for r in contractions.indices where r != j && r != k {
      best = ConflictEdge.better(star(j, k, around: r, ifBetterThan: best), best)
    }
    return best
  }

  /// The bound from the pair alone.
  ///
  /// One covariance: λ_max(−B + ⅛g² ddᵀ), d = C^{-1}α(μ_j − μ_k), whatever π.
  /// Otherwise log γ_j/γ_k ≥ log(πq), q the share of j in π, and 2q(1−q)(κ − log πq)₊ − q is at most its
  /// value at π = 1 plus ½ log(1/π).
  private func direct(_ j: Int, _ k: Int) -> ConflictEdge? {
    if order[j, k] == .equal {
      let base = contractions[j].largest(
        adding: 0.25 * forms.moment.drive, outer: forms.whitened(shift(j, k), j))
      return ConflictEdge(base: base, slope: 0)
    }
    let inner = excess(j, k) == nil ? k : j
    let outer = inner == j ? k : j
    guard let excess = excess(inner, outer) else { return nil }
    let m = ConflictMaxima.manyComponents(excess.kappa, factor: 2)
    return ConflictEdge(
      base: contractions[outer].adding(excess.form, times: m).largest,
      slope: 0.5 * excess.largest)
  }

  /// The bound seen from a component r of larger covariance than both.
  ///
  /// (y_j − y_k)² ≤ 2y_j² + 2y_k² with y
  /// relative to r, and log γ_j/γ_r ≥ log(πq).
  private func star(
    _ j: Int, _ k: Int, around r: Int, ifBetterThan best: ConflictEdge?
  ) -> ConflictEdge? {
    let count = largest.count
    let slope = largestExcess[j * count + r] + largestExcess[k * count + r]
    // What is added to −B_r is positive semidefinite: it cannot be better than this.
    guard slope < .infinity, ConflictEdge(base: largest[r], slope: slope).isBetter(than: best),
      let first = excess(j, r), let second = excess(k, r)
    else { return nil }
    if case .diagonal(let b) = contractions[r], case .diagonal(let w) = first.form,
      case .diagonal(let z) = second.form
    {
      let base = b.indices.reduce(-.infinity) {
        max($0, b[$1] + first.star * w[$1] + second.star * z[$1])
      }
      return ConflictEdge(base: base, slope: slope)
    }
    // Weyl's inequality saves a decomposition a triple.
    return ConflictEdge(
      base: largest[r] + first.star * first.largest + second.star * second.largest,
      slope: slope)
  }

  /// On a ball: ‖g_j − g_k‖ is at most its value at the centre plus ‖C_j^{-1} − C_k^{-1}‖ radius.
  func edge(_ j: Int, _ k: Int, centre: [Double], radius: Double) -> ConflictEdge {
    let moment = forms.moment
    let gap =
      mixture.spectrum.geometry == .full ? covarianceGap(mixture, j, k) : nil
    let difference = forms.difference(j, k, gap: gap)
    let offset = centre.indices.map { moment.alpha * mixture.means[j, $0] - centre[$0] }
    // (g_j − g_k)/α = C_k^{-1}(μ_j − μ_k) + α C_j^{-1}(Σ_k − Σ_j)C_k^{-1}(αμ_j − centre).
    let pull = zip(forms.whitened(shift(j, k), k), difference.applied(to: offset)).map {
      $0 + moment.alpha * $1
    }
    let force = norm(pull) + moment.alpha * difference.spectralNorm * radius
    return ConflictEdge(
      base: max(largest[j], largest[k])
        + 0.25 * moment.drive * force * force, slope: 0)
  }

  private func shift(_ j: Int, _ k: Int) -> [Double] {
    zip(mixture.means[row: j], mixture.means[row: k]).map { $0 - $1 }
  }
}
