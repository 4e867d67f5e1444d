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
  /// Moved out while a step lasts, for access besides the field's.
  private var room = StepRoom()
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
    var batch = RowBatch(states, dimension: d, start: start)
    evaluate(batch.times, batch.y, into: &batch.derivative)
    chooseFirstSteps(&batch, towards: end)
    (evaluations, rejections) = (2 * n, 0)
    var attempts = 0
    while !batch.rows.isEmpty {
      batch.dropFailures(final: attempts == stepLimit, into: &result)
      if batch.rows.isEmpty { break }
      batch.fitSteps(to: end)
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
  private mutating func step(_ batch: inout RowBatch, to end: Double) {
    let (n, d, pair) = (batch.rows.count, field.dimension, pair)
    var room = StepRoom()
    swap(&room, &self.room)
    defer { swap(&room, &self.room) }
    room.fit(rows: n, dimension: d, stages: pair.stageCount + 1)
    room.setSteps(batch.steps)
    room.setStage(0, batch.derivative)
    for s in 1..<pair.stageCount {
      room.combine(pair.stages[s - 1], from: batch.y)
      room.evaluate(&field, at: batch.times(after: pair.nodes[s]), stage: s)
    }
    room.combine(pair.weights, from: batch.y)
    var ends = batch.times(after: 1)
    for i in 0..<n where batch.steps[i] == end - batch.times[i] { ends[i] = end }
    room.evaluate(&field, at: ends, stage: pair.stageCount)
    evaluations += pair.stageCount * n
    let after = room.squaresOfNext()
    let relative = relativeErrors(batch, &room, after: after)
    if estimatesErrors {
      carryErrors(&batch, accepted: relative.map { $0 <= 1 }, local: room.error.span)
    }
    for i in 0..<n {
      // Single precision is enough for a step's length and takes a quarter of the time; beyond these bounds
      // the factor is limited anyway.
      let error = Float(min(max(relative[i], 1e-20), 1e20))
      var factor = min(10, max(0.2, pair.safety * Double(Float.pow(error, Float(-1 / pair.order)))))
      if relative[i] > 1 { rejections += 1 }
      // No growth right after a rejection: the step was just found too long.
      if relative[i] > 1 || batch.rejectedLast[i] { factor = min(1, factor) }
      batch.rejectedLast[i] = relative[i] > 1
      batch.steps[i] *= factor
    }
    batch.accept(&room, stage: pair.stageCount, squares: after, at: ends)
  }

  /// The error of each row's step in units of the tolerance, with two estimates as DOP853 measures it;
  /// infinite if the state at its end or the derivative there is not finite.
  private func relativeErrors(
    _ batch: RowBatch, _ room: inout StepRoom, after: [Double]
  ) -> [Double] {
    let d = Double(field.dimension)
    let rough = pair.roughError.map { room.estimate($0) }
    // Last, since what it leaves in the room is carried along.
    var result = room.estimate(pair.error)
    let slopes = room.squares(ofStage: pair.stageCount)
    for i in result.indices {
      let (square, roughSquare) = (result[i], rough?[i] ?? 0)
      let scale = tolerance * (1 + (max(batch.squares[i], after[i]) / d).squareRoot())
      let relative =
        if square == 0 && roughSquare == 0 {
          0.0
        } else if rough == nil {
          (square / d).squareRoot() / scale
        } else {
          square / (scale * ((square + 0.01 * roughSquare) * d).squareRoot())
        }
      result[i] = (relative + after[i] + slopes[i]).isFinite ? relative : .infinity
    }
    return result
  }

  /// Moves the accumulated error of each accepted row along the linearised flow and adds the
  /// step's local error to it.
  private mutating func carryErrors(
    _ batch: inout RowBatch, accepted: [Bool], local: Span<Double>
  ) {
    let (n, d) = (batch.rows.count, field.dimension)
    var norms = [Double](repeating: 0, count: n)
    RungeKuttaKernel.squares(dimension: d, batch.error.span, into: &norms)
    norms = norms.map { $0.squareRoot() }
    // The root of the rounding unit balances truncation and rounding of the difference.
    let widths = batch.squares.map { 1e-7 * (1 + $0.squareRoot()) }
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
  private mutating func chooseFirstSteps(_ batch: inout RowBatch, towards end: Double) {
    let (n, d) = (batch.rows.count, field.dimension)
    guard n > 0 else { return }
    let span = end - batch.times[0]
    room.fit(rows: n, dimension: d, stages: 2)
    room.setStage(0, batch.derivative)
    func roots(_ squares: [Double]) -> [Double] { squares.map { ($0 / Double(d)).squareRoot() } }
    let (states, slopes) = (roots(batch.squares), roots(room.squares(ofStage: 0)))
    for i in 0..<n {
      let step = slopes[i] > 0 ? 0.01 * (1 + states[i]) / slopes[i] : abs(span)
      batch.steps[i] = min(step, abs(span)) * (span < 0 ? -1 : 1)
    }
    room.setSteps(batch.steps)
    room.combine([1], from: batch.y)
    room.evaluate(&field, at: batch.times(after: 1), stage: 1)
    room.setSteps(Array(repeating: 1, count: n))
    let changes = roots(room.estimate([-1, 1]))
    for i in 0..<n {
      let (first, scale) = (abs(batch.steps[i]), tolerance * (1 + states[i]))
      let largest = max(slopes[i] / scale, changes[i] / (first * scale))
      let step = largest > 0 ? Double.pow(0.01 / largest, 1 / pair.order) : abs(span)
      // Rows without a finite derivative go nowhere.
      batch.steps[i] =
        slopes[i].isFinite
        ? min(100 * first, max(step, 1e-6 * first), abs(span)) * (span < 0 ? -1 : 1) : .nan
    }
  }
}
