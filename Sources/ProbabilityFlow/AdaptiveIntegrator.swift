import Arrays
import RealModule

/// A vector field on batches of rows, each row with its own time.
protocol RowVectorField {
  /// The number of coordinates of a row.
  var dimension: Int { get }
  /// Writes the derivative of each row.
  mutating func evaluate(times: [Double], _ y: Span<Double>, into out: inout MutableSpan<Double>)
}

/// What became of the rows of one batch.
struct IntegrationResult: Sendable {
  /// The states at the end, in the order of the input.
  var states: [Double]
  /// Estimated Euclidean norm of each row's global error, if that was asked for.
  var errors: [Double]
  /// Evaluations of the vector field, summed over rows.
  var evaluations: Int
  /// Rejected steps, summed over rows.
  var rejections: Int
  /// Rows that did not arrive within the step limit or left the finite numbers.
  var unfinished: [Int]
}

/// An embedded Runge–Kutta pair with error control row by row, many rows in lockstep.
///
/// Each row has its own time, step and decision; rows that arrive leave the batch. The global error
/// is estimated on the way: the vector e of accumulated local errors (those of the embedded solution, so
/// that it overstates the solution of higher order that is carried on) follows the linearised flow by one
/// directional difference a step.
struct AdaptiveIntegrator<Field: RowVectorField> {
  var field: Field
  /// Local error per step allowed, relative to 1 + the root mean square of the state.
  let tolerance: Double
  /// The largest number of attempted steps a row may take.
  let stepLimit: Int
  /// Whether global errors are estimated, which takes one evaluation a step.
  let estimatesErrors: Bool

  private let pair: EmbeddedPair
  /// The derivatives within a step, stage after stage, that at its end last.
  private var stages: [Double] = []
  private var evaluations = 0
  private var rejections = 0

  init(_ field: Field, tolerance: Double, stepLimit: Int, estimatesErrors: Bool = true) {
    self.field = field
    self.estimatesErrors = estimatesErrors
    self.tolerance = tolerance
    self.stepLimit = stepLimit
    pair = .suited(to: tolerance, estimatesErrors: estimatesErrors)
  }

  /// Integrates every row of `states` (n×d) from time `start` to time `end`.
  mutating func integrate(
    _ states: [Double], from start: Double, to end: Double
  ) -> IntegrationResult {
    let d = field.dimension
    let n = states.count / d
    var result = IntegrationResult(
      states: states, errors: Array(repeating: 0, count: n), evaluations: 0, rejections: 0,
      unfinished: [])
    var batch = Batch(states, dimension: d, start: start)
    evaluate(batch.times, batch.y, into: &batch.derivative)
    batch.steps = initialSteps(batch, towards: end)
    (evaluations, rejections) = (2 * n, 0)
    var attempts = 0
    while !batch.rows.isEmpty {
      batch.dropFailures(final: attempts == stepLimit, into: &result)
      if batch.rows.isEmpty { break }
      step(&batch, to: end)
      batch.harvest(at: end, into: &result)
      attempts += 1
    }
    result.evaluations = evaluations
    result.rejections = rejections
    if !estimatesErrors { result.errors = [] }
    return result
  }

  private mutating func evaluate(_ times: [Double], _ y: [Double], into out: inout [Double]) {
    var span = out.mutableSpan
    field.evaluate(times: times, y.span, into: &span)
  }

  /// Attempts one step of every row.
  private mutating func step(_ batch: inout Batch, to end: Double) {
    let (n, d) = (batch.rows.count, field.dimension)
    let size = n * d
    for i in 0..<n {
      let left = end - batch.times[i]
      // The last step ends exactly at the end, and no step leaves a sliver behind.
      if abs(batch.steps[i]) >= abs(left) * 0.999_999 {
        batch.steps[i] = left
      } else if abs(batch.steps[i]) > abs(left) / 2 {
        batch.steps[i] = left / 2
      }
    }
    // Moved out while the step lasts, for access besides the field's; kept for the next one.
    var stages: [Double] = []
    swap(&stages, &self.stages)
    defer { swap(&stages, &self.stages) }
    let room = (pair.stageCount + 1) * size
    if stages.count < room { stages = Array(repeating: 0, count: room) }
    stages.removeLast(stages.count - room)
    var all = stages.mutableSpan
    all.copy(batch.derivative.span)
    var y = [Double](repeating: 0, count: size)
    func combine(_ coefficients: [Double], from base: [Double], into out: inout [Double]) {
      var span = out.mutableSpan
      RungeKuttaKernel.sum(
        dimension: d, base.span, steps: batch.steps, coefficients: coefficients,
        stages: stages.span, into: &span)
    }
    func evaluateStage(_ s: Int, _ times: [Double]) {
      var target = stages.mutableSpan
      target.withRange(s * size..<(s + 1) * size) {
        field.evaluate(times: times, y.span, into: &$0)
      }
    }
    for s in 1..<pair.stageCount {
      combine(pair.stages[s - 1], from: batch.y, into: &y)
      evaluateStage(s, (0..<n).map { batch.times[$0] + pair.nodes[s] * batch.steps[$0] })
    }
    combine(pair.weights, from: batch.y, into: &y)
    let ends = (0..<n).map { i in
      batch.steps[i] == end - batch.times[i] ? end : batch.times[i] + batch.steps[i]
    }
    evaluateStage(pair.stageCount, ends)
    evaluations += pair.stageCount * n
    let zero = [Double](repeating: 0, count: size)
    var error = zero
    combine(pair.error, from: zero, into: &error)
    var rough: [Double]?
    if let weights = pair.roughError {
      var sum = zero
      combine(weights, from: zero, into: &sum)
      rough = sum
    }

    let errors = relativeErrors(
      batch.y.span, next: y.span, error: error.span, rough: rough?.span)
    if estimatesErrors {
      carryErrors(&batch, accepted: errors.map { $0 <= 1 }, local: error.span)
    }
    let last = stages.span.extracting(pair.stageCount * size..<(pair.stageCount + 1) * size)
    for i in 0..<n {
      let range = i * d..<(i + 1) * d
      var factor = errors[i] > 0 ? 0.9 * .pow(errors[i], -1 / pair.order) : 10
      factor = factor.isFinite ? min(10, max(0.2, factor)) : 0.1
      if errors[i] <= 1 {
        batch.times[i] = ends[i]
        var state = batch.y.mutableSpan
        state.withRange(range) { $0.copy(y.span.extracting(range)) }
        var derivative = batch.derivative.mutableSpan
        derivative.withRange(range) { $0.copy(last.extracting(range)) }
        // No growth right after a rejection: the step was just found too long.
        if batch.rejectedLast[i] { factor = min(1, factor) }
        batch.rejectedLast[i] = false
      } else {
        rejections += 1
        factor = min(1, factor)
        batch.rejectedLast[i] = true
      }
      batch.steps[i] *= factor
    }
  }

  /// The error of each row's step in units of the tolerance, with two estimates as DOP853 measures it;
  /// infinite if not finite.
  private func relativeErrors(
    _ y: Span<Double>, next: Span<Double>, error: Span<Double>, rough: Span<Double>?
  ) -> [Double] {
    let (d, tolerance) = (field.dimension, tolerance)
    let n = Double(d)
    // Not a map: its closure would copy the field for each row.
    var result = [Double](repeating: 0, count: y.count / d)
    for i in result.indices {
      let after = squaredNorm(next, i, d)
      let square = squaredNorm(error, i, d)
      let roughSquare = if let rough { squaredNorm(rough, i, d) } else { 0.0 }
      if square == 0 && roughSquare == 0 && after.isFinite { continue }
      let scale = tolerance * (1 + (max(squaredNorm(y, i, d), after) / n).squareRoot())
      let relative =
        rough == nil
        ? (square / n).squareRoot() / scale
        : square / (scale * ((square + 0.01 * roughSquare) * n).squareRoot())
      result[i] = relative.isFinite && after.isFinite ? relative : .infinity
    }
    return result
  }

  /// Moves the accumulated error of each accepted row along the linearised flow and adds the
  /// step's local error to it.
  private mutating func carryErrors(
    _ batch: inout Batch, accepted: [Bool], local: Span<Double>
  ) {
    let (n, d) = (batch.rows.count, field.dimension)
    let norms = (0..<n).map { squaredNorm(batch.error.span, $0, d).squareRoot() }
    // The root of the rounding unit balances truncation and rounding of the difference.
    let widths = (0..<n).map { 1e-7 * (1 + squaredNorm(batch.y.span, $0, d).squareRoot()) }
    var pushed = batch.y
    if norms.contains(where: { $0 > 0 }) {
      var shifted = batch.y
      var target = shifted.mutableSpan
      let error = batch.error.span
      for i in 0..<n where norms[i] > 0 {
        let factor = widths[i] / norms[i]
        for a in i * d..<(i + 1) * d { target[a] += factor * error[a] }
      }
      evaluate(batch.times, shifted, into: &pushed)
      evaluations += n
    }
    // Moved out while it changes, for access to the rest.
    var errors: [Double] = []
    swap(&errors, &batch.error)
    defer { swap(&errors, &batch.error) }
    let (slopes, moved) = (batch.derivative.span, pushed.span)
    var error = errors.mutableSpan
    for i in 0..<n where accepted[i] {
      let range = i * d..<(i + 1) * d
      if norms[i] > 0 {
        // e ← ‖e‖ exp(h uᵀJu) in the direction u + hJu, u = e/‖e‖.
        var (rate, length) = (0.0, 0.0)
        let (step, perNorm, perWidth) = (batch.steps[i], 1 / norms[i], 1 / widths[i])
        for a in range {
          let u = error[a] * perNorm
          let ju = (moved[a] - slopes[a]) * perWidth
          rate += u * ju
          error[a] = u + step * ju
          length += error[a] * error[a]
        }
        let factor = norms[i] * .exp(min(step * rate, 700)) / length.squareRoot()
        for a in range { error[a] *= factor }
      }
      var alignment = 0.0
      for a in range { alignment += error[a] * local[a] }
      let sign = alignment < 0 ? -1.0 : 1.0
      for a in range { error[a] += sign * local[a] }
    }
  }

  /// First steps after Hairer, Nørsett and Wanner, section II.4.
  private mutating func initialSteps(_ batch: Batch, towards end: Double) -> [Double] {
    let (n, d) = (batch.rows.count, field.dimension)
    let span = n > 0 ? end - batch.times[0] : 0
    var first = [Double](repeating: 0, count: n)
    var scales = first
    for i in 0..<n {
      let state = rms(batch.y, i)
      scales[i] = tolerance * (1 + state)
      let slope = rms(batch.derivative, i)
      first[i] = slope > 0 ? min(0.01 * (1 + state) / slope, abs(span)) : abs(span)
      first[i] *= span < 0 ? -1 : 1
    }
    var probe = batch.y
    for i in 0..<n {
      for a in i * d..<(i + 1) * d { probe[a] += first[i] * batch.derivative[a] }
    }
    var slope = probe
    evaluate((0..<n).map { batch.times[$0] + first[$0] }, probe, into: &slope)
    return (0..<n).map { i in
      var change = 0.0
      for a in i * d..<(i + 1) * d {
        let difference = slope[a] - batch.derivative[a]
        change += difference * difference
      }
      let second = (change / Double(d)).squareRoot() / (abs(first[i]) * scales[i])
      let largest = max(rms(batch.derivative, i) / scales[i], second)
      let step = largest > 0 ? Double.pow(0.01 / largest, 1 / pair.order) : abs(span)
      return min(100 * abs(first[i]), max(step, 1e-6 * abs(first[i])), abs(span))
        * (span < 0 ? -1 : 1)
    }
    func rms(_ values: [Double], _ i: Int) -> Double {
      var sum = 0.0
      for a in i * d..<(i + 1) * d { sum += values[a] * values[a] }
      return (sum / Double(d)).squareRoot()
    }
  }
}

/// Σ_a v_ia² of row i of `columns` numbers.
private func squaredNorm(_ v: Span<Double>, _ i: Int, _ columns: Int) -> Double {
  var sum = 0.0
  for a in i * columns..<(i + 1) * columns { sum += v[a] * v[a] }
  return sum
}

/// The rows still on their way, packed.
private struct Batch {
  let dimension: Int
  /// Where each row stands in the input.
  var rows: [Int]
  var times: [Double]
  var steps: [Double] = []
  var rejectedLast: [Bool]
  var y: [Double]
  var derivative: [Double]
  /// The accumulated error of each row, carried along.
  var error: [Double]

  init(_ states: [Double], dimension: Int, start: Double) {
    self.dimension = dimension
    let n = states.count / dimension
    rows = Array(0..<n)
    times = Array(repeating: start, count: n)
    rejectedLast = Array(repeating: false, count: n)
    y = states
    derivative = Array(repeating: 0, count: states.count)
    error = derivative
  }

  /// Writes out and removes the rows that have arrived.
  mutating func harvest(at end: Double, into result: inout IntegrationResult) {
    guard times.contains(end) else { return }
    for (i, row) in rows.enumerated() where times[i] == end { write(i, row, into: &result) }
    keep(rows.indices.filter { times[$0] != end })
  }

  /// Removes rows that cannot go on: not finite, or (`final`) out of steps.
  mutating func dropFailures(final: Bool, into result: inout IntegrationResult) {
    func hopeless(_ i: Int) -> Bool {
      if final || !steps[i].isFinite || times[i] + steps[i] == times[i] { return true }
      return !(i * dimension..<(i + 1) * dimension).allSatisfy {
        y[$0].isFinite && derivative[$0].isFinite
      }
    }
    let bad = rows.indices.filter(hopeless)
    guard !bad.isEmpty else { return }
    for i in bad {
      write(i, rows[i], into: &result)
      result.unfinished.append(rows[i])
    }
    let drop = Set(bad)
    keep(rows.indices.filter { !drop.contains($0) })
  }

  private func write(_ i: Int, _ row: Int, into result: inout IntegrationResult) {
    let source = i * dimension..<(i + 1) * dimension
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
    (times, steps, rejectedLast) = (pick(times), pick(steps), pick(rejectedLast))
    rows = pick(rows)
  }
}
