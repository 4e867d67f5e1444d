import Arrays
import Mixtures
import ProbabilityFlow
import Schedules

/// The states from which the student of one segment starts.
struct StartingStates: Sendable {
  /// The time of the samples that they come from: that of the segment's beginning, or on the students' own states
  /// the first of all.
  let time: Double
  /// The students that bring those samples to the segment; none for exact states.
  let previous: [Student]
  private let flow: DistilledFlow
  private let tolerance: Double

  /// The states of segment k.
  ///
  /// - Precondition: on the students' own states, `previous` holds the k students before it.
  init(_ plan: DistillationPlan, segment k: Int, after previous: [Student]) {
    let isOwn = plan.recipe.states == .own
    precondition(!isOwn || previous.count == k, "\(previous.count) students before segment \(k)")
    flow = plan.distilled
    tolerance = plan.recipe.teacherTolerance
    self.previous = isOwn ? previous : []
    time = plan.grid.times[isOwn ? 0 : k]
  }

  /// Exact samples of p_t, and where the students before bring them.
  func drawn(
    _ count: Int, from stream: RandomStream
  ) throws(DistillationError) -> (samples: Matrix<Double>, states: Matrix<Double>) {
    do {
      let x = try flow.sample(count, at: time, tolerance: tolerance, from: stream)
      return (x, count > 0 ? previous.reduce(x) { $1($0) } : x)
    } catch { throw .teacher(error) }
  }

  /// The states alone.
  func callAsFunction(
    _ count: Int, from stream: RandomStream
  ) throws(DistillationError) -> Matrix<Double> {
    try drawn(count, from: stream).states
  }
}
