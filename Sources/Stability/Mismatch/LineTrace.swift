import Arrays

/// Φ at points of one line, in order.
struct LineTrace: Sendable {
  /// P(S ≤ s) at each point.
  let levels: [Double]
  /// The places s.
  let places: [Double]
  /// The values of Φ.
  let values: Matrix<Double>
  /// The teacher's error estimates.
  let errors: [Double]

  /// All points of both, in order.
  func merged(with other: LineTrace) -> LineTrace {
    let all = levels + other.levels
    let order = all.indices.sorted { (all[$0], $0) < (all[$1], $1) }
    let (s, e) = (places + other.places, errors + other.errors)
    let rows = Matrix(
      rows: all.count, columns: values.columns, elements: values.elements + other.values.elements)
    return LineTrace(
      levels: order.map { all[$0] }, places: order.map { s[$0] },
      values: rows.gatheringRows(order), errors: order.map { e[$0] })
  }

  /// ‖Φ(x_{i+1}) − Φ(x_i)‖.
  private func spread(_ i: Int) -> Double {
    zip(values[row: i], values[row: i + 1]).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
      .squareRoot()
  }

  private var size: Double { places.reduce(0) { max($0, abs($1)) } }

  /// The largest difference quotient between neighbours, less the teacher's error.
  var steepest: Double {
    (0..<max(0, places.count - 1)).reduce(0) { top, i in
      let distance = places[i + 1] - places[i]
      guard distance > 1e-6 * size else { return top }
      return max(top, (spread(i) - errors[i] - errors[i + 1]) / distance)
    }
  }

  /// A density on [0, 1] with half its mass where Φ is steep, by ∫‖Φ'‖².
  ///
  /// Not by the excess over the budget: a jump inside a wide cell may show none yet.
  func jumps() -> Monitor {
    let energy = (0..<levels.count - 1).map { i in
      let moved = spread(i)
      return moved * moved / max(places[i + 1] - places[i], 1e-300)
    }
    return Monitor(edges: [0] + levels + [1], masses: [0] + energy + [0])
  }

  /// A density on [0, 1] with half its mass where the best M-Lipschitz map errs.
  func errorMonitor(_ problem: MismatchProblem) -> Monitor {
    let middles = zip(levels, levels.dropFirst()).map { 0.5 * ($0 + $1) }
    let edges = [0] + middles + [1]
    let weights = zip(edges, edges.dropFirst()).map { max($1 - $0, 1e-15) }
    var regression = regression(problem, weights: weights)
    regression.ascend(sweepLimit: 100, tolerance: 1e-2)
    return Monitor(edges: edges, masses: regression.errorShares)
  }

  /// The regression on these points; besides neighbours, points 2, 4, 8, … apart are tied, so that
  /// the ascent travels fast.
  func regression(_ problem: MismatchProblem, weights: [Double]) -> LipschitzRegression {
    var edges: [LipschitzRegression.Edge] = []
    var step = 1
    while step < places.count {
      for i in 0..<places.count - step {
        let limit = problem.limit(distance: places[i + step] - places[i], size: size)
        edges.append(.init(i, i + step, limit: limit))
      }
      step *= 2
    }
    return LipschitzRegression(targets: values, weights: weights, edges: edges)
  }
}

/// A density on [0, 1]: half of it uniform, half piecewise constant with given masses.
struct Monitor: Sendable {
  private let edges: [Double]
  private let cumulative: [Double]

  /// - Precondition: edges from 0 to 1 in order; one mass for each piece.
  init(edges: [Double], masses: [Double]) {
    self.edges = edges
    let total = masses.reduce(0, +)
    var sum = 0.0
    cumulative =
      [0]
      + masses.indices.map { i in
        sum += total > 0 ? masses[i] / total : edges[i + 1] - edges[i]
        return 0.5 * (edges[i + 1] + sum)
      }
  }

  /// The points at the levels (i + ½)/n.
  func midpoints(_ n: Int) -> [Double] {
    (0..<n).map { quantile((Double($0) + 0.5) / Double(n)) }
  }

  /// The edges of n pieces of equal mass; pieces too small for floating point are left out.
  func edges(_ n: Int) -> [Double] {
    (1..<n).reduce(into: [0.0]) { result, i in
      let edge = quantile(Double(i) / Double(n))
      if edge > result[result.count - 1] + 1e-15 && edge < 1 - 1e-15 { result.append(edge) }
    } + [1]
  }

  private func quantile(_ level: Double) -> Double {
    var (low, high) = (0, edges.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if cumulative[middle] <= level { low = middle } else { high = middle }
    }
    let mass = cumulative[high] - cumulative[low]
    let share = mass > 0 ? min(1, max(0, (level - cumulative[low]) / mass)) : 0.5
    return edges[low] + share * (edges[high] - edges[low])
  }
}
