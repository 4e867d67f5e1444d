import Arrays
import ProbabilityFlow
import Schedules

/// What shows students where states go: the teacher, or in progressive halving the students of the round before,
/// two a segment.
struct Guide: Sendable {
  private let plan: DistillationPlan
  private let students: [Student]

  /// The guide of a round.
  ///
  /// - Parameter students: all of the round before.
  init(_ plan: DistillationPlan, _ students: [Student]) {
    let students = plan.recipe.objective == .progressive ? students : []
    precondition(
      students.isEmpty || students.count == 2 * plan.grid.segmentCount,
      "\(students.count) students for \(plan.grid.segmentCount) segments twice as long")
    (self.plan, self.students) = (plan, students)
  }

  /// Whether it is the teacher.
  var isTeacher: Bool { students.isEmpty }

  /// Where states go over consecutive segments of the round's grid.
  func carry(
    _ x: Matrix<Double>, over segments: Range<Int>
  ) throws(FlowError) -> Matrix<Double> {
    guard isTeacher else {
      return students[2 * segments.lowerBound..<2 * segments.upperBound].reduce(x) { $1($0) }
    }
    let times = plan.grid.times
    return try plan.recipe.targets(
      plan.distilled, x, over: (times[segments.lowerBound], times[segments.upperBound]))
  }
}
