import Arrays
import Mixtures
import ProbabilityFlow
import Schedules

/// The states from which the student of one segment starts, without what the teacher makes of them.
struct StartingStates: Sendable {
  private let flow: DistilledFlow
  private let tolerance: Double
  private let start: Double
  private let previous: [Student]

  /// The states of segment k.
  ///
  /// - Precondition: on the students' own states, `previous` holds the k students before it.
  init(_ plan: DistillationPlan, segment k: Int, after previous: [Student]) {
    let isOwn = plan.recipe.states == .own
    precondition(!isOwn || previous.count == k, "\(previous.count) students before segment \(k)")
    flow = plan.distilled
    tolerance = plan.recipe.teacherTolerance
    self.previous = isOwn ? previous : []
    start = plan.grid.times[isOwn ? 0 : k]
  }

  /// Some of them: exact samples of p_t, or where the students before bring those of p_T.
  func callAsFunction(
    _ count: Int, from stream: RandomStream
  ) throws(DistillationError) -> Matrix<Double> {
    do {
      let x = try flow.sample(count, at: start, tolerance: tolerance, from: stream)
      return count > 0 ? previous.reduce(x) { $1($0) } : x
    } catch { throw .teacher(error) }
  }
}
