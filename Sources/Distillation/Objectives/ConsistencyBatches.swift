import Arrays
import Networks
import ProbabilityFlow

/// Pairs of neighbouring times of the teacher's trajectories, and what a consistent student should return at
/// the earlier of the two in sampling order.
///
/// With x' = Φ_{t'←t}(x) and the running mean Ψ⁻ of the student, Ψ(x, t) = Ψ⁻(x', t') asks the network for
/// ```
/// net(x, t) = ((x' − x)/c + ω(t') net⁻(x', t'))/ω(t)
/// ```
/// which is of unit scale at every t; its squared error weighs that of Ψ by 1/(c ω(t))².
struct ConsistencyBatches: Sendable {
  private let cells: SegmentCells
  private let plan: DistillationPlan
  private let states: StartingStates
  /// Where they are at each time.
  private var trajectories: TrainingTrajectories<[Matrix<Float>]>

  /// The batches of a segment's student.
  init(
    _ plan: DistillationPlan, segment k: Int, _ form: StudentForm, after previous: [Student]
  ) {
    self.plan = plan
    cells = SegmentCells(plan, form)
    states = StartingStates(plan, segment: k, after: previous)
    trajectories = TrainingTrajectories(plan, segment: k, pool: plan.poolSize)
  }

  /// The states at all times of the cells.
  private static func trajectories(
    _ plan: DistillationPlan, _ cells: SegmentCells, _ start: Matrix<Double>
  ) throws(DistillationError) -> [Matrix<Float>] {
    var state = start
    var result = [state.inSinglePrecision]
    do {
      for (from, to) in zip(cells.times, cells.times.dropFirst()) {
        state = try plan.recipe.targets(plan.distilled, state, over: (from, to))
        result.append(state.inSinglePrecision)
      }
    } catch { throw .teacher(error) }
    return result
  }

  /// The batch of step s; cells take turns.
  ///
  /// - Parameter target: the network of Ψ⁻.
  mutating func batch(
    _ count: Int, step: Int, target network: StudentNetwork
  ) throws(DistillationError) -> (input: Matrix<Float>, target: Matrix<Float>) {
    let (plan, cells, states) = (self.plan, self.cells, self.states)
    let numbers = (0..<count).map { (step * count + $0) % cells.count }
    let (trajectories, rows) = try trajectories.batch(count, step: step) {
      (count, stream) throws(DistillationError) in
      try Self.trajectories(plan, cells, try states(count, from: stream))
    }
    let x = gather(trajectories, rows, numbers)
    let next = numbers.map { $0 + 1 }
    let y = gather(trajectories, rows, next)
    let ahead = network(cells.input(y, at: next))
    var target = Matrix<Float>(rows: count, columns: x.columns)
    for (i, number) in numbers.enumerated() {
      let (here, there) = (cells.shares[number], cells.shares[number + 1])
      for j in 0..<x.columns {
        target[i, j] = Float(
          ((y[i, j] - x[i, j]) / cells.form.scale + there * Double(ahead[i, j])) / here)
      }
    }
    return (cells.input(x, at: numbers), target)
  }

  private func gather(
    _ trajectories: [Matrix<Float>], _ rows: [Int], _ numbers: [Int]
  ) -> Matrix<Double> {
    var result = Matrix<Double>(rows: rows.count, columns: trajectories[0].columns)
    for (i, (row, number)) in zip(rows, numbers).enumerated() {
      for j in 0..<result.columns { result[i, j] = Double(trajectories[number][row, j]) }
    }
    return result
  }
}
