public import Arrays
import Mixtures
public import ProbabilityFlow
import Schedules
public import ScoreMatching

/// The flow that a plan distils: what its samples are drawn from and what carries them.
public enum DistilledFlow: Sendable {
  /// That of a mixture, in closed form: with densities and certificates.
  case closedForm(ProbabilityFlow)
  /// That of a learned score: draws and a flow map, nothing proved.
  case learned(LearnedFlow)

  /// The number of coordinates d.
  public var dimension: Int {
    switch self {
    case .closedForm(let flow): flow.mixture.dimension
    case .learned(let flow): flow.dimension
    }
  }

  /// The flow of a mixture; nil for a learned one.
  public var closedForm: ProbabilityFlow? {
    if case .closedForm(let flow) = self { flow } else { nil }
  }

  /// The flow of a learned score; nil for that of a mixture.
  public var learned: LearnedFlow? {
    if case .learned(let flow) = self { flow } else { nil }
  }

  /// The tolerance of the teacher that students are measured against.
  public var referenceTolerance: Double {
    closedForm == nil ? LearnedFlow.referenceTolerance : 1e-8
  }

  /// Draws from p_t; those of a learned flow come along it from the horizon, with this tolerance.
  ///
  /// - Throws: `FlowError.unfinished` if a sample does not arrive.
  public func sample(
    _ count: Int, at t: Double, tolerance: Double, from stream: RandomStream
  ) throws(FlowError) -> Matrix<Double> {
    switch self {
    case .closedForm(let flow): flow.marginal(at: t).sample(count, from: stream)
    case .learned(let flow):
      try flow.sample(count, at: t, tolerance: tolerance, from: stream)
    }
  }

  /// Φ_{end←start} with error control, and with estimates of the errors that are left if asked for.
  public func transport(
    _ x: Matrix<Double>, from start: Double, to end: Double, tolerance: Double,
    estimatingErrors: Bool = true
  ) -> Transport {
    switch self {
    case .closedForm(let flow):
      Teacher(flow, tolerance: tolerance)
        .transport(x, from: start, to: end, estimatingErrors: estimatingErrors)
    case .learned(let flow):
      flow.transport(
        x, from: start, to: end, tolerance: tolerance, estimatingErrors: estimatingErrors)
    }
  }

  /// The velocity v(x, t) of each row.
  ///
  /// A learned score tells nothing of the data where α = 0, where pure noise begins; there its velocity is
  /// that of a moment later.
  /// - Precondition: t is positive for a learned flow.
  func velocity(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    guard case .learned(let flow) = self else {
      return closedForm?.velocity(x, at: t) ?? x
    }
    let process = flow.process
    let t = process.alpha(t) > 0 ? t : t * (1 - 1e-6)
    var v = flow.score(x, at: t)
    let (f, half) = (process.drift(t), 0.5 * process.diffusionSquared(t))
    for i in v.elements.indices { v.elements[i] = f * x.elements[i] - half * v.elements[i] }
    return v
  }

  /// ∇ log p_t.
  ///
  /// - Precondition: t is positive for a learned flow.
  public func score(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    switch self {
    case .closedForm(let flow): flow.marginal(at: t).score(x)
    case .learned(let flow): flow.score(x, at: t)
    }
  }
}

extension DistillationPlan {
  /// The flow that is distilled.
  public var distilled: DistilledFlow {
    if let learned { return .learned(LearnedFlow(learned, grid.process)) }
    return .closedForm(flow)
  }

  /// Why the teacher cannot be distilled so on this grid, in one sentence; nil if it can.
  public var problem: String? {
    if let problem = halvingProblem ?? scaleProblem { return problem }
    guard learned != nil else { return nil }
    if recipe.construction != nil {
      return "students are constructed from a mixture; train those of a learned teacher"
    }
    if recipe.teacher == .published {
      return "the published integrator is for mixtures; use the accurate one for a learned teacher"
    }
    return nil
  }
}
