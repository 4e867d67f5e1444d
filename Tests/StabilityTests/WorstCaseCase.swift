import Arrays
import Mixtures
import ProbabilityFlow
import RealModule
import TestSupport

/// The kinds of covariances for which worst-case bounds differ.
enum WorstCaseKind: String, CaseIterable {
  case equal = "spherical, equal"
  case tied
  case spherical = "spherical, unequal"
  case orderedDiagonal = "diag, ordered"
  case orderedFull = "full, ordered"
  case dominated = "diag, one largest"
  case diagonal = "diag, any (ball)"
  case full = "full, any (ball)"

  /// Whether the case is looked at on a ball.
  var onBall: Bool { self == .diagonal || self == .full }
}

/// A random mixture of one kind under one of all catalogued processes; half have two components.
struct WorstCaseCase {
  let kind: WorstCaseKind
  let flow: ProbabilityFlow
  let stream: RandomStream

  init(_ seed: Int) throws {
    kind = WorstCaseKind.allCases[seed % WorstCaseKind.allCases.count]
    stream = RandomStream(seed: 517).substream(UInt64(seed))
    let u = stream.substream("shape").uniforms(4)
    let k = u[0] < 0.5 ? 2 : 3 + Int(3 * u[1])
    let d = 1 + Int(u[2] * 5) + (kind.onBall ? 1 : 0)
    let raw = stream.substream("weights").uniforms(k).map { 0.1 + $0 }
    let total = raw.reduce(0, +)
    var means = stream.substream("means").normals(rows: k, columns: d)
    for i in means.elements.indices { means.elements[i] *= 0.5 + 3 * u[3] }
    let mixture = try GaussianMixture(
      weights: raw.map { $0 / total }, means: means,
      covariances: WorstCaseCase.covariances(kind, k, d, stream))
    let index = (seed / WorstCaseKind.allCases.count) % ProcessCatalog.all.count
    let type = ProcessCatalog.all[index]
    flow = ProbabilityFlow(
      mixture,
      try type.init(
        parameters: type.parameterDefaults.map { $0.value }, horizon: min(5, type.defaultHorizon)))
  }

  private static func covariances(
    _ kind: WorstCaseKind, _ k: Int, _ d: Int, _ stream: RandomStream
  ) -> Covariances {
    func variances(_ name: String, _ columns: Int) -> Matrix<Double> {
      let u = stream.substream(name).uniforms(k * columns)
      return Matrix(rows: k, columns: columns, elements: u.map { 0.05 * .exp(3.7 * $0) })
    }
    func matrix(_ j: Int) -> Matrix<Double> {
      let g = stream.substream("gram").substream(UInt64(j)).normals(rows: d, columns: d)
      var result = Gemm.product(g, transposed: g)
      for i in result.elements.indices { result.elements[i] *= 0.5 / Double(d) }
      for a in 0..<d { result[a, a] += 0.05 }
      return result
    }
    var rows = variances("rows", d)
    switch kind {
    case .equal: return .spherical(Array(repeating: variances("one", 1)[0, 0], count: k))
    case .tied: return .tied(matrix(0))
    case .spherical: return .spherical(variances("variances", 1).elements)
    case .orderedDiagonal:
      for j in 1..<k {
        for a in 0..<d { rows[j, a] += rows[j - 1, a] }
      }
      return .diagonal(rows)
    case .dominated:
      for a in 0..<d { rows[k - 1, a] += (0..<k - 1).reduce(0) { max($0, rows[$1, a]) } }
      return .diagonal(rows)
    case .diagonal: return .diagonal(rows)
    case .full: return .full((0..<k).map(matrix))
    case .orderedFull:
      var sum = matrix(0)
      return .full(
        (0..<k).map { j in
          if j > 0 { sum.elements = zip(sum.elements, matrix(j).elements).map { $0 + $1 } }
          return sum
        })
    }
  }

  /// Draws of p_t, points between and around modes near and far, and the stationary points of the
  /// log-ratios of pairs.
  func probes(_ count: Int, at t: Double) -> Matrix<Double> {
    let (mixture, marginal) = (flow.mixture, flow.marginal(at: t))
    let (k, d) = (mixture.componentCount, mixture.dimension)
    let alpha = marginal.alpha
    let draws = stream.substream("draws").substream(UInt64(1e6 * t))
    var rows = marginal.sample(count / 4, from: draws).elements
    let u = draws.substream("u").uniforms(4 * count)
    let normals = draws.substream("normals").normals(rows: count, columns: d)
    for i in count / 4..<count {
      let (a, b) = (Int(u[4 * i] * Double(k)), Int(u[4 * i + 1] * Double(k)))
      let share = 1.6 * u[4 * i + 2] - 0.3
      let spread = 0.02 * Double.exp(7 * u[4 * i + 3])
      for c in 0..<d {
        let middle = share * mixture.means[a, c] + (1 - share) * mixture.means[b, c]
        rows.append(alpha * middle + (i % 3 == 0 ? 0 : spread) * normals[i, c])
      }
    }
    // Far out one component alone is left, where λ_max(∇v) comes near its supremum.
    for i in 0..<2 * d {
      var far = [Double](repeating: 0, count: d)
      far[i / 2] = i % 2 == 0 ? 1e4 : -1e4
      rows += far
    }
    for j in 0..<k {
      for l in 0..<j { rows += conflicts(j, l, marginal.alpha, marginal.sigmaSquared) }
    }
    return Matrix(rows: rows.count / d, columns: d, elements: rows)
  }

  /// Points around the stationary point x* of a pair's log-ratio ℓ.
  ///
  /// Along each eigenvector of A = C_j^{-1} − C_k^{-1} those with ℓ between −4 and 2; none if A is not
  /// definite.
  private func conflicts(_ j: Int, _ k: Int, _ alpha: Double, _ noise: Double) -> [Double] {
    let (mixture, d) = (flow.mixture, flow.mixture.dimension)
    let parts = [j, k].map { component in
      var c = mixture.covariance(component)
      for i in c.elements.indices { c.elements[i] *= alpha * alpha }
      for a in 0..<d { c[a, a] += noise }
      let factor = Cholesky(c)
      let mean = mixture.means[row: component].map { alpha * $0 }
      return (
        factor: factor, mean: mean, pull: factor.solve(mean),
        logWeight: Double.log(mixture.weights[component])
      )
    }
    var a = Matrix<Double>(rows: d, columns: d)
    for b in 0..<d {
      var axis = [Double](repeating: 0, count: d)
      axis[b] = 1
      let columns = parts.map { $0.factor.solve(axis) }
      for c in 0..<d { a[c, b] = columns[0][c] - columns[1][c] }
    }
    guard let eigen = SymmetricEigen(a) else { return [] }
    let size = eigen.values.map { abs($0) }.reduce(0, max)
    guard size > 1e-9, eigen.values.allSatisfy({ $0 * eigen.values[0] > 1e-9 * size * size })
    else { return [] }
    let force = zip(parts[0].pull, parts[1].pull).map { $0 - $1 }
    var centre = [Double](repeating: 0, count: d)
    for (e, value) in eigen.values.enumerated() {
      let share = zip(eigen.vectorRows[row: e], force).reduce(0) { $0 + $1.0 * $1.1 } / value
      for c in 0..<d { centre[c] += share * eigen.vectorRows[e, c] }
    }
    let logits = parts.map { part in
      let offset = zip(centre, part.mean).map { $0 - $1 }
      let square = zip(offset, part.factor.solve(offset)).reduce(0) { $0 + $1.0 * $1.1 }
      return part.logWeight - 0.5 * (square + part.factor.logDeterminant)
    }
    let kappa = logits[0] - logits[1]
    var rows = centre
    for (e, value) in eigen.values.enumerated() {
      for step in 0..<13 {
        let square = 2 * (kappa - (0.5 * Double(step) - 4) * (value > 0 ? 1 : -1)) / value
        guard square > 0 else { continue }
        for sign in [1.0, -1] {
          rows += centre.indices.map {
            centre[$0] + sign * square.squareRoot() * eigen.vectorRows[e, $0]
          }
        }
      }
      // Beyond κ the ratio never gets: the smallest conflict is near the stationary point.
      for step in 0..<8 {
        let reach = (0.5 * Double(step + 1) / abs(value)).squareRoot()
        rows += centre.indices.map { centre[$0] + reach * eigen.vectorRows[e, $0] }
      }
    }
    return rows
  }
}
