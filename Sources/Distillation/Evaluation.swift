import Arrays
public import Formats
import Mixtures
public import ProbabilityFlow
import RealModule
import Stability

/// One segment's part in the end-to-end error of a chain of students.
public struct SegmentBudget: Sendable, Equatable {
  /// The time at which the segment starts.
  public let from: Double
  /// The time at which it ends.
  public let to: Double
  /// The root mean square over samples of ‖Ψ_k(z_{k−1}) − Φ_k(z_{k−1})‖, on the student's own states.
  public let localError: Double
  /// The same as a relative mean squared error: Σ‖Ψ_k − Φ_k‖²/Σ‖Φ_k‖², an estimate.
  public let localRelativeError: Estimate
  /// The root mean square of the contribution c_k over that of the local error: what the rest of
  /// the flow makes of it.
  public let measuredAmplification: Double
  /// The one-sided certificate Lip(Φ_{0←t_k}); infinite if none is known.
  public let certifiedAmplification: Double
  /// ⟨c_k, e⟩/‖e‖²: the signed share of the end-to-end error. Shares add to 1.
  public let share: Double
}

/// How well a chain of students reproduces the flow map Φ_{0←T}: all estimates, from fresh samples
/// of p_T.
public struct Evaluation: Sendable {
  /// Σ‖ŷ − y‖²/Σ‖y‖², the end-to-end relative mean squared error, with its delta-method error.
  public let relativeError: Estimate
  /// −E log p_0(ŷ), in nats.
  public let negativeLogLikelihood: Estimate
  /// The same for the teacher's samples: what is attainable.
  public let teacherNegativeLogLikelihood: Estimate
  /// The error by segment, exact up to the teacher's own error: by the telescoping identity
  /// e = Σ_k c_k with c_k = Φ_{0←t_k}(z_k) − Φ_{0←t_{k−1}}(z_{k−1}).
  public let segments: [SegmentBudget]
  /// ‖Σ_k c_k − e‖/‖e‖ over all samples: how well the budget adds up numerically.
  public let budgetDefect: Double
  /// The number of samples.
  public let sampleCount: Int
  /// Estimated error of the teacher, relative to E‖y‖ (root mean square).
  public let teacherError: Double

  /// Evaluates a chain on `count` samples.
  ///
  /// - Throws: `FlowError` if the teacher cannot carry the students' states.
  public init(
    _ chain: StudentChain, plan: DistillationPlan, samples count: Int, seed: UInt64,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FlowError) {
    precondition(count > 0, "\(count) samples")
    let flow = plan.flow
    let teacher = Teacher(flow, tolerance: 1e-8)
    let segments = plan.grid.segments
    let x = flow.marginal(at: plan.grid.times[0])
      .sample(count, from: RandomStream(seed: seed).substream("evaluation"))
    let states = chain.states(from: x)
    let reference = try teacher.transport(x, from: plan.grid.times[0], to: 0).orThrow()
    progress(1, segments.count + 1)

    // arrivals[k] = Φ_{0←t_k}(z_k); the first is the teacher's sample, the last the students'.
    var arrivals = [reference.states]
    var locals: [(rms: Double, relative: Estimate)] = []
    for (k, segment) in segments.enumerated() {
      let local = try teacher.transport(states[k], from: segment.from, to: segment.to).orThrow()
      let errors = rowSquares(states[k + 1], minus: local.states)
      locals.append(
        (
          rms: (errors.reduce(0, +) / Double(count)).squareRoot(),
          relative: Estimate(ratioOf: errors, to: rowSquares(local.states))
        ))
      arrivals.append(
        segment.to == 0
          ? states[k + 1]
          : try teacher.transport(states[k + 1], from: segment.to, to: 0).orThrow().states)
      progress(k + 2, segments.count + 1)
    }

    let error = difference(states[segments.count], reference.states)
    let total = error.elements.reduce(0) { $0 + $1 * $1 }
    let bound = try? StabilityBound(flow)
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
          certifiedAmplification: bound.map { .exp($0.logAmplification(from: segment.to, to: 0)) }
            ?? .infinity,
          share: total > 0 ? inner / total : 0))
    }
    let defect = difference(sum, error).elements.reduce(0) { $0 + $1 * $1 }
    budgetDefect = total > 0 ? (defect / total).squareRoot() : 0
    self.segments = budget
    sampleCount = count
    relativeError = Estimate(
      ratioOf: rowSquares(states[segments.count], minus: reference.states),
      to: rowSquares(reference.states))
    let data = flow.marginal(at: 0)
    negativeLogLikelihood = Estimate(
      meanOf: data.logDensity(states[segments.count]).map { -$0 })
    teacherNegativeLogLikelihood = Estimate(
      meanOf: data.logDensity(reference.states).map { -$0 })
    let scale = reference.states.elements.reduce(0) { $0 + $1 * $1 }
    teacherError =
      (reference.errorEstimates.reduce(0) { $0 + $1 * $1 } / scale).squareRoot()
  }

  /// The evaluation as `evaluate --json` prints it.
  public var json: JSON {
    [
      "relative_mse": .number(relativeError.value),
      "standard_error": .number(relativeError.standardError),
      "negative_log_likelihood": .number(negativeLogLikelihood.value),
      "negative_log_likelihood_standard_error": .number(negativeLogLikelihood.standardError),
      "teacher_negative_log_likelihood": .number(teacherNegativeLogLikelihood.value),
      "teacher_negative_log_likelihood_standard_error": .number(
        teacherNegativeLogLikelihood.standardError),
      "samples": .integer(sampleCount), "teacher_error_estimate": .number(teacherError),
      "budget_defect": .number(budgetDefect),
      "segments": .array(segments.map(\.json)),
      "kinds": [
        "relative_mse": "estimate", "negative_log_likelihood": "estimate",
        "local_error": "estimate", "measured_amplification": "estimate", "share": "estimate",
        "certified_amplification": "certificate",
      ],
    ]
  }
}

extension SegmentBudget {
  /// The segment as `evaluate --json` prints it.
  var json: JSON {
    var object = JSONObject([
      ("from", .number(from)), ("to", .number(to)), ("local_error", .number(localError)),
      ("local_relative_mse", .number(localRelativeError.value)),
      ("local_relative_mse_standard_error", .number(localRelativeError.standardError)),
      ("measured_amplification", .number(measuredAmplification)),
      ("certified_amplification", .number(certifiedAmplification)), ("share", .number(share)),
    ])
    if certifiedAmplification.isInfinite {
      object["reason"] = "no finite bound is known for components of unequal covariance"
    }
    return .object(object)
  }
}

private func difference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Matrix<Double> {
  var result = a
  for i in result.elements.indices { result.elements[i] -= b.elements[i] }
  return result
}

/// ‖a_i − b_i‖² for each row.
private func rowSquares(_ a: Matrix<Double>, minus b: Matrix<Double>? = nil) -> [Double] {
  (0..<a.rows).map { i in
    var sum = 0.0
    for j in 0..<a.columns {
      let value = a[i, j] - (b.map { $0[i, j] } ?? 0)
      sum += value * value
    }
    return sum
  }
}
