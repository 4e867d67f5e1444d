import Arrays
import ProbabilityFlow
import RealModule

/// Least squares over grids: the interior times that make Σ‖sampler's end − true end‖² least, by
/// Levenberg and Marquardt's method from a given grid.
///
/// The unknowns are the logarithms of the gaps in `NoiseCoordinate`, relative to the first, so every
/// iterate is a grid. Derivatives are forward differences of whole runs, n − 1 an iteration, a small part of
/// what the true trajectories cost; their relative error, about 1e-6, is nothing to a descent.
struct GridLeastSquares {
  private let flow: ProbabilityFlow
  private let sampler: any FewStepSampler.Type
  private let coordinate: NoiseCoordinate
  private let start: Matrix<Double>
  private let target: Matrix<Double>
  private let ends: (start: Double, end: Double)
  /// Evaluations of the denoiser so far, over all samples.
  private(set) var evaluations = 0

  /// The problem of carrying `start` at the first time to `target` at the last.
  init(
    _ flow: ProbabilityFlow, _ sampler: any FewStepSampler.Type, from start: Matrix<Double>,
    to target: Matrix<Double>, between ends: (start: Double, end: Double)
  ) {
    (self.flow, self.sampler, self.start, self.target) = (flow, sampler, start, target)
    self.ends = ends
    coordinate = NoiseCoordinate(flow)
  }

  /// The sum of squares on a grid.
  mutating func value(_ times: [Double]) -> Double { squares(residual(times)) }

  /// A local minimum near a grid, after at most `limit` iterations, while `goesOn`.
  mutating func minimum(
    from times: [Double], limit: Int, while goesOn: () -> Bool
  ) -> (times: [Double], value: Double) {
    var gaps = self.gaps(times)
    let n = gaps.count
    var best = (times: times, value: value(times))
    guard n > 0, best.value.isFinite else { return best }
    var rest = residual(times)
    var damping = 1e-2
    for _ in 0..<limit where goesOn() {
      let columns = (0..<n).map { derivative(gaps, rest, $0) }
      guard columns.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return best }
      var gram = Matrix<Double>(rows: n, columns: n)
      for i in 0..<n {
        for j in 0...i {
          let inner = dot(columns[i], columns[j])
          (gram[i, j], gram[j, i]) = (inner, inner)
        }
      }
      let gradient = columns.map { dot($0, rest) }
      let before = best.value
      for _ in 0..<8 {
        guard let step = dampedStep(gram, gradient, damping) else { break }
        let moved = zip(gaps, step).map { $0 + $1 }
        let grid = self.times(moved)
        let found = residual(grid)
        let value = squares(found)
        if value < best.value {
          (best, gaps, rest) = ((grid, value), moved, found)
          damping = max(damping / 4, 1e-9)
          break
        }
        damping *= 4
      }
      if best.value >= before * (1 - 1e-4) { break }
    }
    return best
  }

  /// −(G + damping diag G)^{-1} g, no longer than 1 in any coordinate.
  private func dampedStep(
    _ gram: Matrix<Double>, _ gradient: [Double], _ damping: Double
  ) -> [Double]? {
    let n = gradient.count
    var matrix = gram
    let trace = (0..<n).reduce(0) { $0 + gram[$1, $1] }
    for i in 0..<n { matrix[i, i] += damping * gram[i, i] + 1e-12 * trace }
    guard var step = solve(matrix, gradient.map { -$0 }) else { return nil }
    let longest = step.reduce(0) { max($0, abs($1)) }
    guard longest.isFinite, longest > 0 else { return nil }
    if longest > 1 { step = step.map { $0 / longest } }
    return step
  }

  /// The errors at the end; not a number where times coincide, as gaps may round to nothing.
  private mutating func residual(_ times: [Double]) -> [Double] {
    guard zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else { return [.nan] }
    evaluations += start.rows * sampler.evaluations(flow, along: times)
    return sampler.run(flow, start, along: times).subtracting(target).elements
  }

  private mutating func derivative(_ gaps: [Double], _ rest: [Double], _ i: Int) -> [Double] {
    let h = 1e-6
    var above = gaps
    above[i] += h
    let moved = residual(times(above))
    return moved.count == rest.count ? zip(moved, rest).map { ($0 - $1) / h } : moved
  }

  /// The logarithms of the gaps relative to the first, from the horizon down.
  private func gaps(_ times: [Double]) -> [Double] {
    let q = times.map { coordinate($0) }
    let gaps = zip(q, q.dropFirst()).map { max($0 - $1, 1e-6 * (q[0] - q[q.count - 1])) }
    return gaps.dropFirst().map { .log($0 / gaps[0]) }
  }

  private func times(_ gaps: [Double]) -> [Double] {
    let largest = gaps.reduce(0, max)
    let widths = ([0] + gaps).map { Double.exp($0 - largest) }
    let total = widths.reduce(0, +)
    let (first, last) = (coordinate(ends.start), coordinate(ends.end))
    var sum = 0.0
    var times = [ends.start]
    for width in widths.dropLast() {
      sum += width
      times.append(coordinate.time(at: first + (last - first) * sum / total))
    }
    return times + [ends.end]
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

private func squares(_ values: [Double]) -> Double { dot(values, values) }

/// The solution of a positive definite system by Cholesky's factors; nil if it is not definite.
private func solve(_ matrix: Matrix<Double>, _ right: [Double]) -> [Double]? {
  let n = right.count
  var factor = matrix
  for j in 0..<n {
    for i in j..<n {
      var sum = factor[i, j]
      for k in 0..<j { sum -= factor[i, k] * factor[j, k] }
      if i == j {
        guard sum > 0, sum.isFinite else { return nil }
        factor[j, j] = sum.squareRoot()
      } else {
        factor[i, j] = sum / factor[j, j]
      }
    }
  }
  var x = right
  for i in 0..<n {
    for k in 0..<i { x[i] -= factor[i, k] * x[k] }
    x[i] /= factor[i, i]
  }
  for i in (0..<n).reversed() {
    for k in i + 1..<n { x[i] -= factor[k, i] * x[k] }
    x[i] /= factor[i, i]
  }
  return x
}
