import Arrays
import Mixtures
public import ProbabilityFlow
import Schedules
public import Stability

/// How well a chain of students does from beginning to end: estimates from fresh samples, without the
/// error budget of an `Evaluation`, which needs the teacher anew for each segment.
public struct ChainMeasurement: Sendable {
  /// Σ‖ŷ − y‖²/Σ‖y‖² against the accurate teacher.
  public let relativeError: Estimate
  /// The same against the published teacher, which the published numbers measure; nil if the plan has
  /// another.
  public let errorAgainstPublished: Estimate?
  /// −E log p_0(ŷ), in nats.
  public let negativeLogLikelihood: Estimate
  /// The same for the teacher's samples: what is attainable.
  public let teacherNegativeLogLikelihood: Estimate
  /// The energy distance between the students' and the teacher's samples.
  public let energyDistance: Estimate
  /// The largest relative mean squared error of a student on exact samples of its segment.
  public let worstSegment: Estimate

  /// Samples of the energy distance, whose cost is quadratic, and of each segment's own error.
  private static let subset = 4096

  /// Measures a chain on `count` samples of p_t at the grid's beginning.
  ///
  /// - Precondition: at least 32 samples.
  public init(
    _ chain: StudentChain, plan: DistillationPlan, samples count: Int, seed: UInt64
  ) throws(FlowError) {
    let (flow, start) = (plan.flow, plan.grid.times[0])
    let stream = RandomStream(seed: seed).substream("measurement")
    let teacher = Teacher(flow, tolerance: 1e-8)
    let x = flow.marginal(at: start).sample(count, from: stream)
    let states = chain(x)
    let reference = try teacher.transport(x, from: start, to: 0).orThrow().states
    relativeError = Estimate(
      ratioOf: states.rowSquares(minus: reference), to: reference.rowSquares)
    if plan.recipe.teacher == .published {
      let target = PublishedTeacher(flow, steps: plan.recipe.publishedSteps ?? 100)
        .transport(x, from: start, to: 0)
      errorAgainstPublished = Estimate(
        ratioOf: states.rowSquares(minus: target), to: target.rowSquares)
    } else {
      errorAgainstPublished = nil
    }
    let data = flow.marginal(at: 0)
    negativeLogLikelihood = Estimate(meanOf: data.logDensity(states).map { -$0 })
    teacherNegativeLogLikelihood = Estimate(meanOf: data.logDensity(reference).map { -$0 })
    let few = 0..<min(count, Self.subset)
    energyDistance = EnergyDistance.estimate(reference.rowBlock(few), states.rowBlock(few))
    guard chain.segments.count > 1 else {
      worstSegment = relativeError
      return
    }
    var worst = Estimate(value: 0, standardError: 0)
    for (k, student) in chain.segments.enumerated() {
      let (from, to) = plan.grid.segments[k]
      let x = flow.marginal(at: from)
        .sample(few.count, from: stream.substream("segment").substream(UInt64(k)))
      let y = try teacher.transport(x, from: from, to: to).orThrow().states
      let error = Estimate(ratioOf: student(x).rowSquares(minus: y), to: y.rowSquares)
      if error.value >= worst.value { worst = error }
    }
    worstSegment = worst
  }
}

extension Student {
  /// Σ‖net(x) − s(x)‖²/Σ‖s(x)‖² of a network that has learnt the score s at time `from`, an estimate
  /// from `count` fresh samples of p_t.
  public func scoreError(_ flow: ProbabilityFlow, samples count: Int, seed: UInt64) -> Estimate {
    let marginal = flow.marginal(at: from)
    let x = marginal.sample(count, from: RandomStream(seed: seed).substream("measurement"))
    let score = marginal.score(x)
    return Estimate(ratioOf: self(x).rowSquares(minus: score), to: score.rowSquares)
  }
}
