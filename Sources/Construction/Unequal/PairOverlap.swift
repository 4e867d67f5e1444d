import Arrays
import RealModule

/// The normal law proportional to √(N_i N_k), under which two components share samples.
struct PairOverlap: Sendable {
  /// A bound of E_{p_t}[γ_i γ_k f] / E_law[f] for any f ≥ 0.
  let mass: Double
  /// The law: precision ½(C_i^{-1} + C_k^{-1}).
  let law: NormalLaw

  /// The overlap of two components of these weights (derived).
  ///
  /// γ_i γ_k p ≤ w_i N_i w_k N_k/(w_i N_i + w_k N_k) ≤ ½ √(w_i w_k) √(N_i N_k), and √(N_i N_k) is
  /// Bhattacharyya's coefficient, √(det Q/√(det P_i det P_k))^{-1} e^{−r/4} with Q = ½(P_i + P_k)
  /// and r the smallest value of ‖z_i‖² + ‖z_k‖², times the density of N(q, Q^{-1}).
  init?(_ i: WhitenedComponent, _ k: WhitenedComponent, weights: (Double, Double)) {
    let d = i.mean.count
    var sum = i.precision
    for n in sum.elements.indices {
      sum.elements[n] = 0.5 * (i.precision.elements[n] + k.precision.elements[n])
    }
    guard let root = sum.cholesky else { return nil }
    let inverse = root.inverseOfLower
    // From m_i the mean lies (P_i + P_k)^{-1} P_k (m_k − m_i) away.
    let push = k.pull(at: i.mean)
    let step = inverse.transposed * (inverse * push)
    let mean = zip(i.mean, step).map { $0 + 0.5 * $1 }
    law = NormalLaw(mean: mean, factor: inverse.transposed.rounded)
    let (u, v) = (
      i.whitening * zip(mean, i.mean).map { $0 - $1 },
      k.whitening * zip(mean, k.mean).map { $0 - $1 }
    )
    let distance = (u + v).reduce(0) { $0 + $1.value * $1.value }
    var logarithm = -distance / 4
    for a in 0..<d {
      logarithm +=
        .log((i.whitening[a, a].value * k.whitening[a, a].value).squareRoot() / root[a, a].value)
    }
    mass = 0.5 * (weights.0 * weights.1).squareRoot() * .exp(logarithm) * (1 + 1e-6)
  }

  /// The overlaps of all pairs i < k.
  static func all(_ components: [WhitenedComponent], _ weights: [Double]) -> [[PairOverlap?]] {
    let count = components.count
    return (0..<count).map { i in
      (0..<count).map { k in
        i < k
          ? PairOverlap(components[i], components[k], weights: (weights[i], weights[k])) : nil
      }
    }
  }
}
