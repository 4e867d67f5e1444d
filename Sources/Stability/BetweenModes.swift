import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// Importance sampling of what happens between two modes, for components of one isotropic variance.
///
/// Close to the data nearly every sample sits in its mode and the mean stability comes from a few
/// that do not: at 1e-6 of them, plain sampling sees nothing. Two samples in three are
/// therefore drawn where λ_max(Cov_γ) is, by pairs: in the unit of s, with the modes i and j at distance δ,
///
///     w_i w_j N_i N_j/(w_i N_i + w_j N_j) ∝ e^{−δ²/8} N(⊥) e^{−z²/2} sech((δz + log(w_j/w_i))/2),
///
/// z along the pair from its midpoint: a hyperbolic secant along the pair and a normal law across.
/// As λ_max ≤ Σ_{i<j} γ_iγ_j D_ij², the weighted λ_max is bounded by 3/2 of the sum of the pairs'
/// integrals where modes are apart (derived), so its variance is finite and its relative error hardly depends on t.
struct BetweenModes: Sendable {
  private let flow: ProbabilityFlow
  private let pairs: [Pair]

  private struct Pair: Sendable {
    let i, j: Int
    let distance: Double
    /// log(w_j/w_i).
    let logOdds: Double
    /// log(√(w_i w_j) D²).
    let logSize: Double
  }

  /// Draws with their importance weights p_t/q.
  struct Draw {
    let states: Matrix<Double>
    let weights: [Double]
  }

  /// Nil where plain sampling has to do: unequal or anisotropic covariances, or a single mode.
  init?(_ flow: ProbabilityFlow) {
    let mixture = flow.mixture
    guard mixture.sharedIsotropicVariance != nil else { return nil }
    self.flow = flow
    let distances = GaussianKernels.squaredDistances(mixture.means, mixture.means)
    var pairs: [Pair] = []
    for j in 0..<mixture.componentCount {
      for i in 0..<j where distances[i, j] > 0 {
        let (wi, wj) = (mixture.weights[i], mixture.weights[j])
        pairs.append(
          Pair(
            i: i, j: j, distance: distances[i, j].squareRoot(), logOdds: .log(wj / wi),
            logSize: 0.5 * .log(wi * wj) + .log(distances[i, j])))
      }
    }
    guard !pairs.isEmpty else { return nil }
    self.pairs = pairs
  }

  /// The number of draws of p_t, which come first; the others lie between modes if there is a
  /// between.
  static func plainCount(of count: Int) -> Int { (count + 2) / 3 }

  /// A pair's law at one time: the share of it, δ, the slope of its secant and the secant's centre.
  private struct Law {
    let i, j: Int
    let share, delta, slope, centre: Double
  }

  /// Draws at time t; draw i depends on the stream, the count and i only.
  func draw(_ count: Int, at t: Double, from stream: RandomStream) -> Draw {
    let (mixture, process) = (flow.mixture, flow.process)
    let (d, alpha, variance) = (mixture.dimension, process.alpha(t), mixture.smallestVariance)
    let scale = (alpha * alpha * variance + process.sigmaSquared(t)).squareRoot()
    let laws = laws(alpha / scale)
    guard !laws.isEmpty else {
      return Draw(
        states: flow.marginal(at: t).sample(count, from: stream.substream("plain")),
        weights: Array(repeating: 1, count: count))
    }
    let plain = BetweenModes.plainCount(of: count)
    var states = flow.marginal(at: t).sample(plain, from: stream.substream("plain")).elements
    var between = stream.substream("across").normals(rows: count - plain, columns: d)
    let which = stream.substream("pair").uniforms(count - plain)
    let along = stream.substream("along").uniforms(count - plain)
    var cumulative: [Double] = []
    for law in laws { cumulative.append((cumulative.last ?? 0) + law.share) }
    for row in 0..<between.rows {
      // Stratified: one draw in each of as many equal parts of the pairs.
      let u = (Double(row) + which[row]) / Double(between.rows)
      let law = laws[cumulative.firstIndex { u < $0 } ?? laws.count - 1]
      let (mi, mj) = (mixture.means[row: law.i], mixture.means[row: law.j])
      let length = zip(mi, mj).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }.squareRoot()
      let unit = zip(mi, mj).map { ($1 - $0) / length }
      let z = law.centre + .log(.tan(0.5 * .pi * along[row])) / law.slope
      let inner = (0..<d).reduce(0) { $0 + between[row, $1] * unit[$1] }
      for (a, (x, y)) in zip(mi, mj).enumerated() {
        let middle = 0.5 * (x + y) * alpha
        between[row, a] = middle + scale * (between[row, a] + (z - inner) * unit[a])
      }
    }
    states += between.elements
    let all = Matrix(rows: count, columns: d, elements: states)
    return Draw(
      states: all,
      weights: weights(all, laws, alpha, scale, Double(plain) / Double(count)))
  }

  private func laws(_ rho: Double) -> [Law] {
    // Modes that overlap need no help. In the paper's setting 3 keeps the relative error at most
    // 2.2 % over all times for 1000 draws; 2, or half of the draws plain, 2.7 %.
    let apart = pairs.filter { rho * $0.distance >= 3 }
    let sizes = apart.map { pair in
      let delta = rho * pair.distance
      return pair.logSize - delta * delta / 8 - .log(delta)
    }
    let top = sizes.reduce(-.infinity, max)
    let raw = sizes.map { Double.exp($0 - top) }
    let total = raw.reduce(0, +)
    return zip(apart, raw).compactMap { pair, size in
      // Never drawn in earnest.
      guard size > 1e-12 * total else { return nil }
      let delta = rho * pair.distance
      return Law(
        i: pair.i, j: pair.j, share: size / total, delta: delta, slope: 0.5 * delta,
        centre: min(0.5 * delta, max(-0.5 * delta, -pair.logOdds / delta)))
    }
  }

  /// p_t/q with q = plain · p_t + (1 − plain) Σ share · law, by the half squared distances a_k in the
  /// unit of s: z = (a_i − a_j)/δ, and a_i + a_j − δ²/4 is the squared distance to the midpoint.
  private func weights(
    _ x: Matrix<Double>, _ laws: [Law], _ alpha: Double, _ scale: Double, _ plain: Double
  ) -> [Double] {
    var modes = flow.mixture.means
    for i in modes.elements.indices { modes.elements[i] *= alpha }
    let distances = GaussianKernels.squaredDistances(x, modes)
    let logWeights = flow.mixture.weights.map { Double.log($0) }
    let blocks = Parallel.blocks(of: x.rows, grain: 64)
    return Parallel.map(blocks.count) { b in
      blocks[b].map { row in
        let halves = distances[row: row].map { 0.5 * $0 / (scale * scale) }
        let logits = zip(logWeights, halves).map { $0 - $1 }
        let top = logits.reduce(-.infinity, max)
        let logDensity = top + .log(logits.reduce(0) { $0 + .exp($1 - top) })
        var sum = 0.0
        for law in laws {
          let z = (halves[law.i] - halves[law.j]) / law.delta
          let across = halves[law.i] + halves[law.j] - 0.25 * law.delta * law.delta - z * z
          let v = abs(law.slope * (z - law.centre))
          let exponent = -0.5 * across - v - logDensity
          guard exponent > -60 else { continue }
          let secant = 2 * law.slope / .pi / (1 + .exp(-2 * v))
          sum += law.share * (2 * Double.pi).squareRoot() * secant * .exp(exponent)
        }
        return 1 / (plain + (1 - plain) * sum)
      }
    }.flatMap { $0 }
  }
}
