import Arrays
import Mixtures
import RealModule

/// Closed-form bounds on the mutual information I_t = I(k; X_t) at one time.
///
/// Kolchinsky and Tracey (Entropy 19, 2017): −Σ_i w_i log Σ_j w_j e^{−BD_ij} ≤ I_t ≤
/// −Σ_i w_i log Σ_j w_j e^{−KL_ij}. The pairwise ones are derived from
/// H(γ) ≤ Σ_{i<j} (γ_i + γ_j) h(γ_i/(γ_i + γ_j)) and 4 log 2 · p(1−p) ≤ h(p) ≤ 2 log 2 √(p(1−p)) in
/// Documentation/information-certificate.md.
struct InformationBrackets {
  private let pairs: ComponentPairs
  private let entropy: Double
  private let moments: SecondMoments?
  private let alpha: Double
  private let sigmaSquared: Double
  private let distances: [Double]

  init(
    _ pairs: ComponentPairs, _ entropy: Double, _ moments: SecondMoments?, _ alpha: Double,
    _ sigmaSquared: Double
  ) {
    self.pairs = pairs
    self.entropy = entropy
    self.moments = moments
    self.alpha = alpha
    self.sigmaSquared = sigmaSquared
    distances = pairs.bhattacharyya(alpha: alpha, sigmaSquared: sigmaSquared)
  }

  /// −Σ_i w_i log Σ_j w_j e^{−BD_ij}.
  var kolchinskyTracey: Double {
    var sums = pairs.weights
    for (p, (i, j)) in pairs.indices.enumerated() {
      let affinity = Double.exp(-distances[p])
      sums[i] += pairs.weights[j] * affinity
      sums[j] += pairs.weights[i] * affinity
    }
    return max(0, -zip(pairs.weights, sums).reduce(0) { $0 + $1.0 * .log($1.1) })
  }

  var lower: Double {
    let equivocation = pairs.indices.enumerated().reduce(0) { sum, pair in
      let (p, (i, j)) = (pair.offset, pair.element)
      return sum + (pairs.weights[i] * pairs.weights[j]).squareRoot() * .exp(-distances[p])
    }
    return max(kolchinskyTracey, entropy - 2 * .log(2) * equivocation)
  }

  var upper: Double {
    var least = min(entropy, divergenceBound, entropy - matchedEquivocation)
    if let moments {
      least = min(least, moments.information(pairs, alpha: alpha, sigmaSquared: sigmaSquared))
    }
    return max(0, least)
  }

  /// −Σ_i w_i log Σ_j w_j e^{−KL_ij}.
  private var divergenceBound: Double {
    let (alpha, sigmaSquared, pairs) = (alpha, sigmaSquared, pairs)
    let terms = Parallel.map(pairs.weights.count) { i in
      let sum = pairs.weights.indices.reduce(0) { sum, j in
        let divergence =
          i == j ? 0 : pairs.divergence(i, j, alpha: alpha, sigmaSquared: sigmaSquared)
        return sum + pairs.weights[j] * .exp(-divergence)
      }
      return -pairs.weights[i] * .log(sum)
    }
    return terms.reduce(0, +)
  }

  /// A lower bound on H(k | X): being told which of several disjoint pairs holds k leaves the doubt
  /// within that pair.
  ///
  /// The pairs are chosen greedily.
  private var matchedEquivocation: Double {
    let doubts = pairs.indices.enumerated().map { p, pair in
      let (v, w) = (pairs.weights[pair.i], pairs.weights[pair.j])
      return 4 * .log(2) * v * w / (v + w) * .exp(-2 * distances[p])
    }
    var free = Array(repeating: true, count: pairs.weights.count)
    var total = 0.0
    for p in doubts.indices.sorted(by: { doubts[$0] > doubts[$1] }) {
      let (i, j) = pairs.indices[p]
      guard free[i], free[j] else { continue }
      (free[i], free[j]) = (false, false)
      total += doubts[p]
    }
    return total
  }
}
