import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule
import Schedules
import Stability

extension Evaluation {
  /// Evaluates a chain on `count` samples.
  ///
  /// - Parameter isCertified: whether certified amplifications are computed, which takes long for many components
  ///   of unequal covariance.
  /// - Throws: `FlowError` if the teacher cannot carry the students' states.
  public init(
    _ chain: StudentChain, plan: DistillationPlan, samples count: Int, seed: UInt64,
    isCertified: Bool = true,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FlowError) {
    precondition(count > 0, "\(count) samples")
    let flow = plan.distilled
    func carry(
      _ x: Matrix<Double>, from start: Double, to end: Double
    ) throws(FlowError) -> Transport {
      try flow.transport(x, from: start, to: end, tolerance: flow.referenceTolerance).orThrow()
    }
    let segments = plan.grid.segments
    let x = try flow.sample(
      count, at: plan.grid.times[0], tolerance: flow.referenceTolerance,
      from: RandomStream(seed: seed).substream("evaluation"))
    let states = chain.states(from: x)
    let reference = try carry(x, from: plan.grid.times[0], to: 0)
    progress(1, segments.count + 1)

    // arrivals[k] = Φ_{0←t_k}(z_k); the first is the teacher's sample, the last the students'.
    var arrivals = [reference.states]
    var locals: [(rms: Double, relative: Estimate)] = []
    for (k, segment) in segments.enumerated() {
      let local = try carry(states[k], from: segment.from, to: segment.to)
      let errors = states[k + 1].rowSquares(minus: local.states)
      locals.append(
        (
          rms: (errors.reduce(0, +) / Double(count)).squareRoot(),
          relative: Estimate(ratioOf: errors, to: local.states.rowSquares)
        ))
      arrivals.append(
        segment.to == 0
          ? states[k + 1]
          : try carry(states[k + 1], from: segment.to, to: 0).states)
      progress(k + 2, segments.count + 1)
    }

    let error = difference(states[segments.count], reference.states)
    let total = error.elements.reduce(0) { $0 + $1 * $1 }
    let bound = isCertified ? flow.closedForm.map { StabilityBound($0) } : nil
    var budget: [SegmentBudget] = []
    var sum = Matrix<Double>(rows: x.rows, columns: x.columns)
    for (k, segment) in segments.enumerated() {
      let contribution = difference(arrivals[k + 1], arrivals[k])
      for i in sum.elements.indices { sum.elements[i] += contribution.elements[i] }
      let square = contribution.elements.reduce(0) { $0 + $1 * $1 }
      let inner = zip(contribution.elements, error.elements).reduce(0) { $0 + $1.0 * $1.1 }
      let rms = (square / Double(count)).squareRoot()
      budget.append(
        SegmentBudget(
          from: segment.from, to: segment.to, localError: locals[k].rms,
          localRelativeError: locals[k].relative,
          measuredAmplification: locals[k].rms > 0 ? rms / locals[k].rms : 1,
          certifiedAmplification: bound.map { .exp($0.logAmplification(from: segment.to, to: 0)) },
          share: total > 0 ? inner / total : 0))
    }
    let defect = difference(sum, error).elements.reduce(0) { $0 + $1 * $1 }
    let data = flow.closedForm?.marginal(at: 0)
    let scale = reference.states.elements.reduce(0) { $0 + $1 * $1 }
    self.init(
      relativeError: Estimate(
        ratioOf: states[segments.count].rowSquares(minus: reference.states),
        to: reference.states.rowSquares),
      negativeLogLikelihood: data.map { data in
        Estimate(meanOf: data.logDensity(states[segments.count]).map { -$0 })
      },
      teacherNegativeLogLikelihood: data.map { data in
        Estimate(meanOf: data.logDensity(reference.states).map { -$0 })
      },
      segments: budget,
      budgetDefect: total > 0 ? (defect / total).squareRoot() : 0, sampleCount: count,
      teacherError: (reference.errorEstimates.reduce(0) { $0 + $1 * $1 } / scale).squareRoot())
  }
}

private func difference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  var result = a
  for i in result.elements.indices { result.elements[i] -= b.elements[i] }
  return result
}
