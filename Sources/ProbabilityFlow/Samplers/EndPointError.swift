public import Arrays
import Mixtures
import RealModule

/// The error of a sampler's end points on fixed samples as a function of its grid, with exact gradients.
///
/// The relative mean squared error Σ‖ŷ_i − y_i‖² / Σ‖y_i‖² over the samples i, ŷ_i being where the sampler
/// takes the start x_i and y_i where it should arrive. As a function of the law it is an estimate; on the
/// given samples it is exact, and so is its gradient (one reverse pass: `DifferentiablePlan`).
public struct EndPointError: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The sampler.
  public let sampler: any FewStepSampler.Type
  /// The time at which the samples start.
  public let start: Double
  /// The time at which they arrive.
  public let end: Double
  /// In the frame and in units of √(α² + σ²).
  private let starts: Matrix<Double>
  private let targets: Matrix<Double>
  private let targetSquares: Double

  /// A value with its gradient.
  public struct Gradient: Sendable {
    /// The relative mean squared error.
    public let value: Double
    /// Its derivatives with respect to the angles θ = atan(σ/α) of the interior times.
    public let angles: [Double]
    /// Evaluations of the denoiser, over all samples; the reverse pass counts as many again.
    public let evaluations: Int
  }

  /// The error for starts x at time `start` that should arrive at y at time `end`, both N×d.
  public init(
    _ flow: ProbabilityFlow, _ sampler: any FewStepSampler.Type, from x: Matrix<Double>,
    at start: Double, to y: Matrix<Double>, at end: Double
  ) {
    precondition(
      x.rows == y.rows && x.columns == flow.mixture.dimension && y.columns == x.columns
        && x.rows > 0 && start > end && end >= 0 && start <= flow.process.horizon,
      "\(x.rows) x \(x.columns) starts at \(start), \(y.rows) x \(y.columns) targets at \(end)")
    (self.flow, self.sampler, self.start, self.end) = (flow, sampler, start, end)
    func framed(_ x: Matrix<Double>, _ t: Double) -> Matrix<Double> {
      var result = flow.mixture.spectrum.enteringFrame(x)
      let unit = flow.process.stateUnit(t)
      for i in result.elements.indices { result.elements[i] /= unit }
      return result
    }
    (starts, targets) = (framed(x, start), framed(y, end))
    targetSquares = targets.elements.reduce(0) { $0 + $1 * $1 }
  }

  /// The number of samples.
  public var sampleCount: Int { starts.rows }

  /// Evaluations of the denoiser for each sample on a grid of that many steps.
  public func evaluations(steps: Int) -> Int {
    sampler.evaluations(segments: steps, endsAtZero: end == 0)
  }

  /// The error of the first `count` samples alone.
  public func prefix(_ count: Int) -> EndPointError {
    EndPointError(self, rows: 0..<min(max(count, 1), sampleCount))
  }

  private init(_ other: EndPointError, rows: Range<Int>) {
    (flow, sampler, start, end) = (other.flow, other.sampler, other.start, other.end)
    (starts, targets) = (other.starts.rowBlock(rows), other.targets.rowBlock(rows))
    targetSquares = targets.elements.reduce(0) { $0 + $1 * $1 }
  }

  /// The error on a grid of times.
  ///
  /// - Precondition: the times descend strictly from `start` to `end`.
  public func value(along times: [Double]) -> Double { value(levels(times)) }

  /// The error on a grid of times as an estimate of that of the law: with the standard error of a ratio of
  /// means, by the delta method.
  ///
  /// Only on samples that did not choose the grid is it unbiased up to O(1/N).
  ///
  /// - Precondition: the times descend strictly from `start` to `end`.
  public func estimate(along times: [Double]) -> (value: Double, standardError: Double) {
    let execution = PlanExecution(flow, sampler.plan(levels(times)))
    let d = starts.columns
    let rows = forEachBlock { start, target, n in
      let values = execution.values(from: start, rows: n, keepingAll: false)
      let end = values[values.count - 1]
      return (0..<n).map { row in
        (row * d..<(row + 1) * d).reduce((error: 0.0, size: 0.0)) { sum, i in
          let difference = end[i] - target[i]
          return (sum.error + difference * difference, sum.size + target[i] * target[i])
        }
      }
    }.flatMap { $0 }
    let value = rows.reduce(0) { $0 + $1.error } / targetSquares
    let squares = rows.reduce(0) { sum, row in
      let residual = row.error - value * row.size
      return sum + residual * residual
    }
    return (value, squares.squareRoot() / targetSquares)
  }

  /// The error and its gradient on a grid of times.
  ///
  /// - Precondition: the times descend strictly from `start` to `end`.
  public func gradient(along times: [Double]) -> Gradient { gradient(levels(times)) }

  /// The error where the interior levels have these angles, descending, between those of `start` and `end`.
  public func value(interiorAngles angles: [Double]) -> Double { value(levels(angles: angles)) }

  /// The error and its gradient where the interior levels have these angles.
  public func gradient(interiorAngles angles: [Double]) -> Gradient {
    gradient(levels(angles: angles))
  }

  private func levels(_ times: [Double]) -> [NoiseLevel<Double>] {
    precondition(
      times.first == start && times.last == end, "times \(times) from \(start) to \(end)")
    return sampler.checkedLevels(flow, times)
  }

  private func levels(angles: [Double]) -> [NoiseLevel<Double>] {
    [NoiseLevel(flow.process, at: start)]
      + angles.map { NoiseLevel(sine: .sin($0), cosine: .cos($0)) }
      + [NoiseLevel(flow.process, at: end)]
  }

  private func value(_ levels: [NoiseLevel<Double>]) -> Double {
    let execution = PlanExecution(flow, sampler.plan(levels))
    let parts = forEachBlock { start, target, n in
      let values = execution.values(from: start, rows: n, keepingAll: false)
      return zip(values[values.count - 1], target).reduce(0) { sum, pair in
        sum + (pair.0 - pair.1) * (pair.0 - pair.1)
      }
    }
    return parts.reduce(0, +) / targetSquares
  }

  private func gradient(_ levels: [NoiseLevel<Double>]) -> Gradient {
    let plan = DifferentiablePlan(sampler, flow, levels)
    let parts = forEachBlock { start, target, n in
      let values = plan.execution.values(from: start, rows: n, keepingAll: true)
      var (cotangent, sum) = (target, 0.0)
      for (i, end) in values[values.count - 1].enumerated() {
        let difference = end - target[i]
        sum += difference * difference
        cotangent[i] = 2 * difference
      }
      return [sum] + plan.pullBack(values: values, cotangent: cotangent, rows: n)
    }
    var total = [Double](repeating: 0, count: max(levels.count - 1, 1))
    for part in parts { total.add(1 / targetSquares, part) }
    return Gradient(
      value: total[0], angles: Array(total.dropFirst()),
      evaluations: 2 * sampleCount * plan.execution.plan.evaluations)
  }

  /// The results of `body` for blocks of starts and targets, in order.
  private func forEachBlock<T: Sendable>(
    _ body: @Sendable (_ start: [Double], _ target: [Double], _ rows: Int) -> T
  ) -> [T] {
    let blocks = Parallel.blocks(of: sampleCount, grain: PlanExecution.grain)
    return Parallel.map(blocks.count) { b in
      body(
        starts.rowBlock(blocks[b]).elements, targets.rowBlock(blocks[b]).elements,
        blocks[b].count)
    }
  }
}
