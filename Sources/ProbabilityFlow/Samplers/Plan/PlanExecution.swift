import Arrays
import Mixtures
import RealModule

/// Runs a sampler's plan on a mixture.
struct PlanExecution: Sendable {
  let flow: ProbabilityFlow
  let plan: SamplerPlan<Double>
  private let logWeights: [Double]
  /// The nodes that are not needed after each node.
  private let expiring: [[Int]]

  /// Rows evaluated together; results do not depend on it.
  static let grain = 64

  init(_ flow: ProbabilityFlow, _ plan: SamplerPlan<Double>) {
    (self.flow, self.plan) = (flow, plan)
    logWeights = flow.mixture.weights.map { .log($0) }
    var lastUse = Array(plan.nodes.indices)
    for (i, node) in plan.nodes.enumerated() {
      switch node {
      case .start: break
      case .combination(let terms): for term in terms { lastUse[term.node] = i }
      case .denoised(let source, _): lastUse[source] = i
      }
    }
    var expiring = Array(repeating: [Int](), count: plan.nodes.count)
    for (node, use) in lastUse.enumerated().dropLast() { expiring[use].append(node) }
    self.expiring = expiring
  }

  /// The states at the last of the times for rows x at the first.
  func run(_ x: Matrix<Double>, from times: [Double]) -> Matrix<Double> {
    let (process, spectrum, d) = (flow.process, flow.mixture.spectrum, x.columns)
    precondition(
      d == flow.mixture.dimension, "\(d) columns for dimension \(flow.mixture.dimension)")
    let (unit, target) = (process.stateUnit(times[0]), process.stateUnit(times[times.count - 1]))
    var result = spectrum.enteringFrame(x)
    result.forEachRowBlock(grain: PlanExecution.grain) { range, block in
      var start = [Double](repeating: 0, count: block.count)
      for i in start.indices { start[i] = block[i] / unit }
      let end = values(from: start, rows: range.count, keepingAll: false)
      guard let end = end.last else { return }
      for i in end.indices { block[i] = end[i] * target }
    }
    return spectrum.leavingFrame(result)
  }

  /// The value of every node for a block of rows in the frame, states in units of √(α² + σ²); those that no
  /// later node needs are empty unless all are kept.
  func values(from start: [Double], rows n: Int, keepingAll: Bool) -> [[Double]] {
    var values = Array(repeating: [Double](), count: plan.nodes.count)
    var pool: [[Double]] = []
    var scratch = EvaluationScratch()
    for (index, node) in plan.nodes.enumerated() {
      var target = pool.popLast() ?? Array(repeating: 0, count: start.count)
      switch node {
      case .start: target = start
      case .combination(let terms):
        for (i, term) in terms.enumerated() {
          target.add(term.coefficient, values[term.node], overwriting: i == 0)
        }
      case .denoised(let source, let level):
        let input = values[source]
        var span = target.mutableSpan
        denoise(input.span, at: level, rows: n, into: &span, scratch: &scratch)
      }
      values[index] = target
      guard !keepingAll else { continue }
      for node in expiring[index] {
        pool.append(values[node])
        values[node] = []
      }
    }
    return values
  }

  private func denoise(
    _ u: Span<Double>, at level: NoiseLevel<Double>, rows n: Int,
    into out: inout MutableSpan<Double>, scratch: inout EvaluationScratch
  ) {
    let (spectrum, alpha, sigma) = (flow.mixture.spectrum, level.cosine, level.sine)
    let rows = GaussianRows(
      shift: Array(repeating: alpha, count: n), scale: Array(repeating: alpha * alpha, count: n),
      offset: Array(repeating: sigma * sigma, count: n))
    _ = spectrum.evaluate(
      u, rows: rows, lambda: spectrum.lambda, logWeights: logWeights,
      sum: .posteriorMean(shift: rows.shift), into: &out, scratch: &scratch)
  }
}

extension ForwardProcess {
  /// √(α² + σ²), the unit in which a state becomes variance-preserving.
  func stateUnit(_ t: Double) -> Double {
    let alpha = alpha(t)
    return (alpha * alpha + sigmaSquared(t)).squareRoot()
  }
}

extension Array where Element == Double {
  /// self += factor · other, or self = factor · other.
  mutating func add(_ factor: Double, _ other: [Double], overwriting: Bool = false) {
    precondition(count == other.count, "\(other.count) numbers added to \(count)")
    if overwriting {
      for i in indices { self[i] = factor * other[i] }
    } else {
      for i in indices { self[i] += factor * other[i] }
    }
  }
}
