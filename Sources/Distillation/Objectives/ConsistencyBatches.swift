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
  private let segment: Int
  /// Where the trajectories of the pool are at each time.
  private var pool: RenewedPool<[Matrix<Float>]>?

  /// The batches of a segment's student.
  init(
    _ plan: DistillationPlan, segment k: Int, _ form: StudentForm, after previous: [Student]
  ) throws(DistillationError) {
    (self.plan, segment) = (plan, k)
    cells = SegmentCells(plan, form)
    states = StartingStates(plan, segment: k, after: previous)
    guard plan.recipe.pool > 0 else { return }
    let first = try states(plan.poolSize, from: plan.stream("pool", segment: 0))
    pool = RenewedPool(
      first.rows, epochs: plan.recipe.poolEpochs, try Self.trajectories(plan, cells, first),
      renewedFrom: plan.stream("pool", segment: k), orderedBy: plan.stream("order", segment: k))
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
    func fresh(
      _ count: Int, _ stream: RandomStream
    ) throws(DistillationError) -> [Matrix<Float>] {
      try Self.trajectories(plan, cells, try states(count, from: stream))
    }
    let (trajectories, rows): ([Matrix<Float>], [Int])
    if let drawn = try pool?.batch(count, step: step, renewing: fresh) {
      (trajectories, rows) = drawn
    } else {
      let stream = plan.stream("batch", segment: segment).substream(UInt64(step))
      (trajectories, rows) = (try fresh(count, stream), Array(0..<count))
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
