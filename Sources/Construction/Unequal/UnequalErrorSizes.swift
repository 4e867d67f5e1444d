import Arrays
import RealModule

/// What the errors of a network's parts do to the score, as numbers in one norm.
///
/// With stored logits off by δ the responsibilities are γ', with the exponentials' relative errors η
/// γ'', and with what is added to them ρ and the reciprocal's relative error E the network gives
/// v_j + (1 − E) Σ (γ''_k + …)(v_k − v_j), j the centre. Each step is bounded in turn (derived):
///
/// - logits: along τδ the score moves by Σ_{i<k} γ_i γ_k (δ_i − δ_k)(v_i − v_k), as γ' ≤ γ e^{range δ};
/// - exponentials: likewise with |η| ≤ h, h Σ_{i,k} γ_i γ_k ‖v_i − v_k‖, as γ'' ≤ γ' e^{2h};
/// - added ρ ≤ τ: τ Σ_k Σ_i γ_i ‖v_k − v_i‖ over the sum, which is at least e^{−h};
/// - reciprocal: E ‖s − v_j‖.
///
/// In L^p(p_t), by Minkowski's and Jensen's inequalities and γ_k p_t = w_k N_k, all are moments of
/// normal laws: E γ_i f = w_i E_{N_i} f, and E γ_i γ_k f by `PairOverlap`. The range of δ is bounded
/// where some ‖z_l‖ ≤ ρ only; elsewhere the network is an average of the v_k, and so the error
/// at most the largest ‖v_i − v_k‖, times a tail of χ² (Laurent and Massart, 2000).
struct UnequalErrorSizes: Sendable {
  /// The centre j.
  let centre: Int
  /// The bound of Σ_{i,k} γ_i γ_k ‖v_i − v_k‖.
  let pairs: Double
  /// The bound of Σ_k Σ_i γ_i ‖v_k − v_i‖.
  let towards: Double
  /// The bound of ‖s − v_j‖.
  let radius: Double
  /// The p-th power of a bound of ‖(s − v_j) 1[γ_k < 1 − c for all k]‖, times c; see `beyond`.
  private let mixed: Double
  private let power: Double
  /// The bound of what stored logits do.
  let logits: Double
  /// A bound of the range of δ where it is bounded.
  let range: Double
  /// The bound of all errors elsewhere.
  let far: Double
  /// The bound of ‖x − origin‖.
  let reach: Double

  /// The bound of ‖s − v_j‖ where no responsibility exceeds 1 − c.
  ///
  /// There γ_k ≤ γ_k (1 − γ_k)/c, so that the p-th power is at most Σ_{i≠k} E γ_i γ_k ‖v_k − v_j‖^p/c.
  func beyond(_ c: Double) -> Double {
    c > 0 ? min(radius, .pow(mixed / c, 1 / power) * (1 + 1e-9)) : radius
  }

  /// The sizes in the uniform norm where ‖x‖ ≤ `ball`.
  init(
    _ differences: PullDifferences, constants: Double, ball: Double, origin: [DoubleDouble]
  ) {
    let parts = differences.components
    let (count, d) = (parts.count, parts[0].mean.count)
    let zero = [DoubleDouble](repeating: DoubleDouble(0), count: d)
    var largest = Matrix<Double>(rows: count, columns: count)
    for i in 0..<count {
      for k in 0..<count where i != k {
        largest[i, k] =
          (Norms.length(differences.value(i, k, at: zero))
            + Norms.length(differences.slope(i, k).elements) * ball) * (1 + 1e-9)
      }
    }
    let farthest = (0..<count).map { largest[row: $0].reduce(0, max) }
    let worst = parts.reduce(0) { worst, part in
      let size =
        Norms.length((part.whitening * part.mean).map(\.value)) + part.whitening.length * ball
      return max(worst, part.exponentError(size: size, square: size * size))
    }
    range = (constants + 2 * worst) * (1 + 1e-9)
    centre = farthest.indices.min { farthest[$0] < farthest[$1] } ?? 0
    radius = farthest[centre]
    // Half of: a covariance is at most a quarter of the product of two ranges (Popoviciu).
    pairs = 0.5 * farthest.reduce(0, max)
    towards = farthest.reduce(0, +)
    (mixed, power) = (.infinity, 1)
    logits = 0.5 * pairs * range
    far = 0
    reach = ball + Norms.length(origin.map(\.value))
  }

  /// The sizes in L^p(p_t), p = 1, 2 or 4.
  init(
    _ differences: PullDifferences, _ overlaps: [[PairOverlap?]], weights: [Double],
    constants: Double, power p: Double, origin: [DoubleDouble], centre fixed: Int? = nil
  ) {
    let parts = differences.components
    let count = parts.count
    let half = max(1, Int((p / 2).rounded(.up)))
    // w_i E_{N_i} ‖v_i − v_k‖^p.
    var shares = Matrix<Double>(rows: count, columns: count)
    for i in 0..<count {
      let law = NormalLaw(mean: parts[i].mean, factor: parts[i].factor)
      for k in 0..<count where i != k {
        shares[i, k] =
          weights[i] * .pow(differences.moments(i, k, law, highest: half).norm(p), p)
      }
    }
    let distances = (0..<count).map { k in
      Double.pow((0..<count).reduce(0) { $0 + shares[$1, k] }, 1 / p)
    }
    let sharp = UnequalErrorSizes.radii(differences, overlaps, weights)
    let radii = zip(distances, sharp).map { p <= 2 ? min($0, $1) : $0 }
    let j = fixed ?? radii.indices.min { radii[$0] < radii[$1] } ?? 0
    centre = j
    radius = radii[j] * (1 + 1e-9)
    towards = distances.reduce(0, +) * (1 + 1e-9)
    power = p
    var (pairSum, logitSum, mixedSum) = (0.0, 0.0, 0.0)
    for i in 0..<count {
      for k in i + 1..<count {
        let most = min(shares[i, k], shares[k, i])
        for a in [i, k] where a != j {
          let under = overlaps[i][k].map { overlap in
            overlap.mass
              * .pow(differences.moments(a, j, overlap.law, highest: half).norm(p), p)
          }
          mixedSum += min(under ?? .infinity, shares[a, j])
        }
        guard let overlap = overlaps[i][k] else {
          pairSum += 2 * most
          logitSum = .infinity
          continue
        }
        let moments = differences.moments(i, k, overlap.law, highest: Int(2 * p) / 2)
        pairSum += 2 * min(most, overlap.mass * .pow(moments.norm(p), p))
        var error = constants
        for part in [parts[i], parts[k]] {
          let z = GaussianMoments(
            (part.whitening * zip(overlap.law.mean, part.mean).map { $0 - $1 }).map(\.value),
            slope: part.whitening.rounded, overlap.law.factor, highest: Int(2 * p))
          error += part.exponentError(size: z.norm(2 * p), square: .pow(z.norm(4 * p), 2))
        }
        logitSum += 2 * overlap.mass * .pow(error * moments.norm(2 * p), p)
      }
    }
    mixed = mixedSum
    pairs = .pow(pairSum, 1 / p) * (1 + 1e-9)
    var identity = Matrix<Double>(rows: origin.count, columns: origin.count)
    for a in origin.indices { identity[a, a] = 1 }
    let radiusOfBulk = UnequalErrorSizes.bulk(parts[0].mean.count, p)
    var (worst, farSum, reachSum) = (0.0, 0.0, 0.0)
    for l in 0..<count {
      let law = parts[l]
      for part in parts {
        let size =
          Norms.length((part.whitening * zip(law.mean, part.mean).map { $0 - $1 }).map(\.value))
          + Norms.length(SparseProduct.of(part.whitening.rounded, law.factor).elements)
          * radiusOfBulk
        worst = max(worst, part.exponentError(size: size, square: size * size))
      }
      var sum = 0.0
      for i in 0..<count {
        for k in i + 1..<count { sum += differences.crude(i, k, under: l) }
      }
      farSum += weights[l] * .pow(sum, p)
      let y = GaussianMoments(
        zip(law.mean, origin).map { ($0 - $1).value }, slope: identity, law.factor, highest: half)
      reachSum += weights[l] * .pow(y.norm(p), p)
    }
    range = (constants + 2 * worst) * (1 + 1e-9)
    logits = 0.5 * .pow(logitSum, 1 / p) * .exp(2 * range) * (1 + 1e-9)
    far = .pow(farSum, 1 / p) * .exp(-100) * (1 + 1e-9)
    reach = .pow(reachSum, 1 / p) * (1 + 1e-9)
  }

  /// The ρ beyond which ‖z‖ lies with a probability of at most e^{−200p}, whose 2p-th root is e^{−100}:
  /// P(χ² ≥ d + 2√(ds) + 2s) ≤ e^{−s}.
  static func bulk(_ dimension: Int, _ p: Double) -> Double {
    let (d, s) = (Double(dimension), 200 * p)
    return (d + 2 * (d * s).squareRoot() + 2 * s).squareRoot()
  }

  /// For each j a bound of ‖s − v_j‖_{L²(p_t)} that stays near it where components overlap (derived).
  ///
  /// E‖s − v_j‖² = Σ_k w_k E_{N_k} ‖v_k − v_j‖² − Σ_{i<k} E γ_i γ_k f, f = ‖v_i − v_k‖², and by Cauchy
  /// and Schwarz E γ_i γ_k f ≥ (∫ √(w_i N_i w_k N_k) f)²/E f: moments of normal laws again.
  private static func radii(
    _ differences: PullDifferences, _ overlaps: [[PairOverlap?]], _ weights: [Double]
  ) -> [Double] {
    let parts = differences.components
    let laws = parts.map { NormalLaw(mean: $0.mean, factor: $0.factor) }
    var squares = [Double](repeating: 0, count: parts.count)
    var shared = 0.0
    for i in parts.indices {
      for k in i + 1..<parts.count {
        let under = laws.map { law in
          Double.pow(differences.moments(i, k, law, highest: 1).norm(2), 2)
        }
        squares[k] += weights[i] * under[i]
        squares[i] += weights[k] * under[k]
        guard let overlap = overlaps[i][k] else { continue }
        let mean = zip(weights, under).reduce(0) { $0 + $1.0 * $1.1 }
        let common =
          2 * overlap.mass * differences.moments(i, k, overlap.law, highest: 1).leastSquare
        if mean > 0 { shared += common * common / mean }
      }
    }
    // The mass of an overlap is a bound from above that is good to 2e-6.
    return squares.map { max(0, $0 * (1 + 1e-9) - shared * (1 - 8e-6)).squareRoot() }
  }
}
