import Arrays

/// What a Runge–Kutta step needs besides its batch, kept from step to step.
struct StepRoom {
  private var rows = 0
  private var dimension = 0
  /// The step h of each number.
  private var steps: [Double] = []
  /// The derivatives k_s within a step, stage after stage, that at its end last.
  private var stages: [Double] = []
  /// The states at the present stage, in the end those at the end of the step.
  var next: [Double] = []
  /// The local errors by the last estimate.
  private(set) var error: [Double] = []

  /// Makes room for so many rows and stages.
  mutating func fit(rows: Int, dimension: Int, stages count: Int) {
    func fit(_ values: inout [Double], _ count: Int) {
      if values.count < count { values = Array(repeating: 0, count: count) }
      values.removeLast(values.count - count)
    }
    (self.rows, self.dimension) = (rows, dimension)
    fit(&steps, rows * dimension)
    fit(&stages, count * rows * dimension)
    fit(&next, rows * dimension)
    fit(&error, rows * dimension)
  }

  /// The step of each row, for all sums that follow; once there is room.
  mutating func setSteps(_ steps: [Double]) {
    let (rows, dimension) = (rows, dimension)
    var target = self.steps.mutableSpan
    for i in 0..<rows {
      for a in i * dimension..<(i + 1) * dimension { target[a] = steps[i] }
    }
  }

  /// Where derivative k_s lies.
  private func range(ofStage s: Int) -> Range<Int> {
    s * rows * dimension..<(s + 1) * rows * dimension
  }

  /// k_s ← a derivative that is known.
  mutating func setStage(_ s: Int, _ derivative: [Double]) {
    let range = range(ofStage: s)
    var all = stages.mutableSpan
    all.withRange(range) { $0.copy(derivative.span) }
  }

  /// k_s ← the field at the present states.
  mutating func evaluate<Field: RowVectorField>(
    _ field: inout Field, at times: [Double], stage s: Int
  ) {
    let (range, next) = (range(ofStage: s), next)
    var all = stages.mutableSpan
    all.withRange(range) { field.evaluate(times: times, next.span, into: &$0) }
  }

  /// The present states ← y + h Σ_s c_s k_s.
  mutating func combine(_ coefficients: [Double], from y: [Double]) {
    let (steps, stages) = (steps, stages)
    var target = next.mutableSpan
    RungeKuttaKernel.sum(
      y.span, steps: steps.span, coefficients: coefficients, stages: stages.span, into: &target)
  }

  /// The local errors ← h Σ_s c_s k_s; returns their squared norms.
  mutating func estimate(_ coefficients: [Double]) -> [Double] {
    let (steps, stages) = (steps, stages)
    var target = error.mutableSpan
    RungeKuttaKernel.increment(
      steps: steps.span, coefficients: coefficients, stages: stages.span, into: &target)
    return squares(error.span)
  }

  /// ‖k_s‖² of each row.
  func squares(ofStage s: Int) -> [Double] {
    squares(stages.span.extracting(range(ofStage: s)))
  }

  /// ‖·‖² of each row of the present states.
  func squaresOfNext() -> [Double] { squares(next.span) }

  private func squares(_ values: Span<Double>) -> [Double] {
    var result = [Double](repeating: 0, count: rows)
    RungeKuttaKernel.squares(dimension: dimension, values, into: &result)
    return result
  }

  /// Copies k_s of the rows for which `chosen` holds.
  func copyStage(_ s: Int, to target: inout [Double], where chosen: [Bool]) {
    var target = target.mutableSpan
    target.copyRows(
      stages.span.extracting(range(ofStage: s)), columns: dimension, where: chosen)
  }
}
