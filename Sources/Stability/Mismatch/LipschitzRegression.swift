package import Arrays

/// The distance of weighted targets from the values that an M-Lipschitz map can take, bounded from
/// below by duality.
///
/// For points x_i with targets y_i and weights w_i the problem is
///
///     F = min Σ_i w_i ‖z_i − y_i‖²   subject to   ‖z_i − z_j‖ ≤ c_ij = M‖x_i − x_j‖ on the edges,
///
/// and every M-Lipschitz Ψ has Σ_i w_i ‖Ψ(x_i) − y_i‖² ≥ F, because z_i = Ψ(x_i) is feasible. With a
/// vector u_ij = −u_ji on each edge and D_i = Σ_j u_ij,
///
///     D(u) = Σ_{i<j} (⟨u_ij, y_i − y_j⟩ − c_ij‖u_ij‖) − ¼ Σ_i ‖D_i‖²/w_i  ≤  F   for all u
///
/// (derived: ⟨u, z_i − z_j⟩ ≤ c‖u‖ for feasible z, then minimise over z freely, z_i = y_i − D_i/2w_i).
/// So whatever iterate the ascent stops at is a proof. For two points the maximum is
/// w (R − Mδ)₊²/2, the pair bound of theory.md section 6. The ascent maximises D exactly over one edge
/// after the other, which is Dykstra's alternating projection and converges to F.
package struct LipschitzRegression: Sendable {
  /// A pair of points with the largest distance that their values may have.
  package struct Edge: Sendable {
    let i: Int
    let j: Int
    let limit: Double

    package init(_ i: Int, _ j: Int, limit: Double) { (self.i, self.j, self.limit) = (i, j, limit) }
  }

  private let targets: Matrix<Double>
  private let weights: [Double]
  private let edges: [Edge]
  /// Where an edge's vector lies in `vectors`; −1 while it is zero.
  private var slots: [Int]
  private var vectors: [Double] = []
  /// z_i = y_i − D_i/2w_i, row by row.
  private var values: [Double]

  /// The problem, with u = 0.
  ///
  /// - Precondition: weights are positive, one a row.
  package init(targets: Matrix<Double>, weights: [Double], edges: [Edge]) {
    precondition(weights.count == targets.rows, "\(weights.count) weights, \(targets.rows) targets")
    self.targets = targets
    self.weights = weights
    self.edges = edges
    slots = Array(repeating: -1, count: edges.count)
    values = targets.elements
  }

  /// The best value that the current directions of u prove, never negative: D(τu) at the best τ ≥ 0.
  package var lowerBound: Double {
    let d = targets.columns
    var divergence = [Double](repeating: 0, count: targets.elements.count)
    var (linear, magnitude) = (0.0, 0.0)
    for (edge, slot) in zip(edges, slots) where slot >= 0 {
      var (inner, square) = (0.0, 0.0)
      for a in 0..<d {
        let u = vectors[slot * d + a]
        inner += u * (targets[edge.i, a] - targets[edge.j, a])
        square += u * u
        divergence[edge.i * d + a] += u
        divergence[edge.j * d + a] -= u
      }
      let length = square.squareRoot()
      linear += inner - edge.limit * length
      magnitude += abs(inner) + edge.limit * length
    }
    // What rounding may have added to the sum.
    linear -= 1e-13 * magnitude * Double(8 + d)
    var quadratic = 0.0
    for i in 0..<targets.rows {
      let square = (i * d..<(i + 1) * d).reduce(0.0) { $0 + divergence[$1] * divergence[$1] }
      quadratic += 0.25 * square / weights[i]
    }
    return linear > 0 && quadratic > 0 ? linear * linear / (4 * quadratic) * (1 - 1e-12) : 0
  }

  /// w_i ‖z_i − y_i‖² by point: where the error of the best map lies, as far as the ascent has come.
  package var errorShares: [Double] {
    let d = targets.columns
    return weights.indices.map { i in
      (0..<d).reduce(0.0) { sum, a in
        let e = values[i * d + a] - targets[i, a]
        return sum + e * e
      } * weights[i]
    }
  }

  /// Starts from the vectors of a permutation σ: half the pair bound's on each edge {i, σ(i)},
  /// which proves ¼ Σ_i w_i (R − Mδ)₊² for equal weights.
  ///
  /// - Precondition: nothing has been set yet; all pairs are edges.
  package mutating func pair(_ permutation: [Int]) {
    var edgeOfPair: [Int: Int] = [:]
    let n = targets.rows
    for (e, edge) in edges.enumerated() { edgeOfPair[edge.i * n + edge.j] = e }
    for (i, j) in permutation.enumerated() where i != j {
      guard let e = edgeOfPair[min(i, j) * n + max(i, j)] else { continue }
      let (first, second) = (targets[row: edges[e].i], targets[row: edges[e].j])
      let difference = zip(first, second).map { $0 - $1 }
      let distance = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let excess = distance - edges[e].limit
      guard excess > 0 else { continue }
      move(e, by: difference.map { $0 * (0.5 * weights[i] * excess / distance) })
    }
  }

  /// Ascends until a round of sweeps gains less than `tolerance` of the value.
  package mutating func ascend(sweepLimit: Int = 400, tolerance: Double = 1e-4) {
    var value = lowerBound
    var sweeps = 0
    while sweeps < sweepLimit {
      // One look at every edge, then a few at those that matter.
      for inner in 0..<10 { sweep(onlyActive: inner > 0, backwards: inner % 2 == 1) }
      sweeps += 10
      let next = lowerBound
      if next <= value * (1 + tolerance) { break }
      value = next
    }
  }

  private mutating func sweep(onlyActive: Bool, backwards: Bool) {
    let count = edges.count
    for k in 0..<count {
      let e = backwards ? count - 1 - k : k
      if onlyActive && slots[e] < 0 { continue }
      improve(e)
    }
  }

  /// Maximises D over the vector of one edge: u = g (1 − c/‖g‖)₊/h, g = z_i − z_j + hu,
  /// h = ½(1/w_i + 1/w_j).
  private mutating func improve(_ e: Int) {
    let d = targets.columns
    let (edge, slot) = (edges[e], slots[e])
    let (first, second) = (edge.i * d, edge.j * d)
    let h = 0.5 * (1 / weights[edge.i] + 1 / weights[edge.j])
    var square = 0.0
    if slot < 0 {
      for a in 0..<d {
        let g = values[first + a] - values[second + a]
        square += g * g
      }
      if square <= edge.limit * edge.limit { return }
    } else {
      for a in 0..<d {
        let g = values[first + a] - values[second + a] + h * vectors[slot * d + a]
        square += g * g
      }
    }
    let length = square.squareRoot()
    let factor = length > edge.limit ? (1 - edge.limit / length) / h : 0
    var change = [Double](repeating: 0, count: d)
    for a in 0..<d {
      let old = slot < 0 ? 0 : vectors[slot * d + a]
      let g = values[first + a] - values[second + a] + h * old
      change[a] = factor * g - old
    }
    move(e, by: change)
  }

  private mutating func move(_ e: Int, by change: [Double]) {
    let d = targets.columns
    if slots[e] < 0 {
      slots[e] = vectors.count / d
      vectors.append(contentsOf: repeatElement(0, count: d))
    }
    let (edge, offset) = (edges[e], slots[e] * d)
    let (down, up) = (0.5 / weights[edge.i], 0.5 / weights[edge.j])
    for a in 0..<d {
      vectors[offset + a] += change[a]
      values[edge.i * d + a] -= down * change[a]
      values[edge.j * d + a] += up * change[a]
    }
  }
}
