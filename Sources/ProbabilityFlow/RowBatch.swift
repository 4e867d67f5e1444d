import Arrays

/// The rows that an integrator has on their way, packed.
struct RowBatch {
  private let dimension: Int
  /// Where each row stands in the input.
  private(set) var rows: [Int]
  private(set) var times: [Double]
  /// The next step of each row.
  var steps: [Double]
  /// Whether the last step of each row was rejected.
  var rejectedLast: [Bool]
  private(set) var y: [Double]
  /// ‖y‖² of each row.
  private(set) var squares: [Double]
  var derivative: [Double]
  /// The accumulated error of each row, carried along.
  var error: [Double]

  init(_ states: [Double], dimension: Int, start: Double) {
    self.dimension = dimension
    let n = states.count / dimension
    rows = Array(0..<n)
    times = Array(repeating: start, count: n)
    steps = Array(repeating: 0, count: n)
    rejectedLast = Array(repeating: false, count: n)
    y = states
    squares = steps
    derivative = Array(repeating: 0, count: states.count)
    error = derivative
    RungeKuttaKernel.squares(dimension: dimension, states.span, into: &squares)
  }

  /// The times after so much of each row's step.
  func times(after share: Double) -> [Double] {
    var result = times
    for i in result.indices { result[i] += share * steps[i] }
    return result
  }

  /// Shortens steps so that the last one ends exactly at the end and none leaves a sliver behind.
  mutating func fitSteps(to end: Double) {
    for i in steps.indices {
      let left = end - times[i]
      if abs(steps[i]) >= abs(left) * 0.999_999 {
        steps[i] = left
      } else if abs(steps[i]) > abs(left) / 2 {
        steps[i] = left / 2
      }
    }
  }

  /// Moves the rows whose step was not rejected to its end: states `room.next`, derivatives k_s.
  mutating func accept(
    _ room: inout StepRoom, stage s: Int, squares ends: [Double], at endTimes: [Double]
  ) {
    let accepted = rejectedLast.map { !$0 }
    for i in rows.indices where accepted[i] { (times[i], squares[i]) = (endTimes[i], ends[i]) }
    room.copyStage(s, to: &derivative, where: accepted)
    if accepted.contains(false) {
      let dimension = dimension
      var states = y.mutableSpan
      states.copyRows(room.next.span, columns: dimension, where: accepted)
    } else {
      swap(&y, &room.next)
    }
  }

  /// Writes out and removes the rows that have arrived.
  mutating func harvest(at end: Double, into result: inout IntegrationResult) {
    guard times.contains(end) else { return }
    for i in rows.indices where times[i] == end { write(i, into: &result) }
    keep(rows.indices.filter { times[$0] != end })
  }

  /// Removes rows that cannot go on: out of steps (`final`), with steps of no length, with states that are
  /// not finite.
  mutating func dropFailures(final: Bool, into result: inout IntegrationResult) {
    func isHopeless(_ i: Int) -> Bool {
      final || !steps[i].isFinite || times[i] + steps[i] == times[i] || !squares[i].isFinite
    }
    guard rows.indices.contains(where: isHopeless) else { return }
    for i in rows.indices where isHopeless(i) {
      write(i, into: &result)
      result.unfinished.append(rows[i])
    }
    keep(rows.indices.filter { !isHopeless($0) })
  }

  private func write(_ i: Int, into result: inout IntegrationResult) {
    let (source, row) = (i * dimension..<(i + 1) * dimension, rows[i])
    result.states.replaceSubrange(row * dimension..<(row + 1) * dimension, with: y[source])
    result.errors[row] = error[source].reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private mutating func keep(_ kept: [Int]) {
    func pick<T>(_ values: [T]) -> [T] { kept.map { values[$0] } }
    func pickRows(_ values: [Double]) -> [Double] {
      var result: [Double] = []
      result.reserveCapacity(kept.count * dimension)
      for i in kept { result.append(contentsOf: values[i * dimension..<(i + 1) * dimension]) }
      return result
    }
    (y, derivative, error) = (pickRows(y), pickRows(derivative), pickRows(error))
    (times, steps, squares) = (pick(times), pick(steps), pick(squares))
    (rejectedLast, rows) = (pick(rejectedLast), pick(rows))
  }
}
