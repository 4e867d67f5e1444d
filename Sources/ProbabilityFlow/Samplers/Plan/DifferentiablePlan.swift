import Arrays
import Mixtures

/// A plan together with the derivatives of its coefficients with respect to the grid's angles, and the adjoint
/// of its denoiser at every level: one reverse pass gives the exact gradient of any function of the end
/// states.
struct DifferentiablePlan: Sendable {
  let execution: PlanExecution
  private let plan: SamplerPlan<DualNumber>
  private let adjoints: [DenoiserAdjoint?]
  private let variables: Int

  /// The plan of a sampler on a grid whose levels, all but the first and the last, may move.
  init(
    _ sampler: any FewStepSampler.Type, _ flow: ProbabilityFlow, _ levels: [NoiseLevel<Double>]
  ) {
    variables = max(levels.count - 2, 0)
    let count = variables
    let plan = sampler.plan(
      levels.enumerated().map { k, level in
        NoiseLevel<DualNumber>(
          level, variable: (1...max(count, 1)).contains(k) && count > 0 ? k - 1 : nil, of: count)
      })
    self.plan = plan
    execution = PlanExecution(flow, plan.values)
    adjoints = plan.values.nodes.map { node in
      if case .denoised(_, let level) = node {
        DenoiserAdjoint(flow.mixture, at: level)
      } else {
        nil
      }
    }
  }

  /// The gradient with respect to the angles of the interior levels, summed over a block of rows, for
  /// cotangents of the end states; all in the frame and in units of √(α² + σ²).
  func pullBack(values: [[Double]], cotangent: [Double], rows n: Int) -> [Double] {
    var gradient = [Double](repeating: 0, count: variables)
    var bars = Array(repeating: [Double](), count: values.count)
    bars[bars.count - 1] = cotangent
    for (index, node) in plan.nodes.enumerated().reversed() {
      let bar = bars[index]
      guard !bar.isEmpty else { continue }
      bars[index] = []
      switch node {
      case .start: break
      case .combination(let terms):
        for term in terms {
          let slope = zip(bar, values[term.node]).reduce(0) { $0 + $1.0 * $1.1 }
          for (k, partial) in term.coefficient.partials.enumerated() {
            gradient[k] += slope * partial
          }
          guard term.node != SamplerPlan<DualNumber>.start else { continue }
          bars[term.node].accumulate(term.coefficient.value, bar)
        }
      case .denoised(let source, let level):
        guard let adjoint = adjoints[index] else { continue }
        if bars[source].isEmpty { bars[source] = Array(repeating: 0, count: bar.count) }
        let slope = adjoint.pull(bar, at: values[source], rows: n, into: &bars[source])
        for (k, partial) in level.anglePartials.enumerated() { gradient[k] += slope * partial }
      }
    }
    return gradient
  }
}

extension SamplerPlan where S == DualNumber {
  /// The plan in numbers.
  fileprivate var values: SamplerPlan<Double> {
    var result = SamplerPlan<Double>()
    for node in nodes.dropFirst() {
      switch node {
      case .start: preconditionFailure("a second start")
      case .combination(let terms):
        _ = result.combine(terms.map { ($0.node, $0.coefficient.value) })
      case .denoised(let source, let level):
        _ = result.denoise(
          source, at: NoiseLevel(sine: level.sine.value, cosine: level.cosine.value))
      }
    }
    return result
  }
}

extension Array where Element == Double {
  /// self += factor · other; an empty array counts as zeros.
  fileprivate mutating func accumulate(_ factor: Double, _ other: [Double]) {
    let fresh = isEmpty
    if fresh { self = other }
    add(factor, other, overwriting: fresh)
  }
}
