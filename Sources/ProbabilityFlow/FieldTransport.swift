package import Arrays

/// Rows carried along a vector field from elsewhere, with error control row by row: the integrator
/// of `Teacher` for fields that are no mixture's.
package struct FieldTransport: Sendable {
  /// The derivatives of rows at times of their own.
  package typealias Field =
    @Sendable (_ times: [Double], _ rows: Matrix<Double>) -> Matrix<Double>

  private let field: Field
  private let tolerance: Double
  private let stepLimit: Int

  /// Rows integrated in lockstep.
  private static let grain = 64

  /// A transport along a field; the tolerance is relative to the size of a row.
  package init(tolerance: Double, stepLimit: Int = 10_000, field: @escaping Field) {
    precondition(tolerance > 0 && stepLimit > 0, "tolerance \(tolerance), limit \(stepLimit)")
    (self.tolerance, self.stepLimit, self.field) = (tolerance, stepLimit, field)
  }

  /// Carries each row from one time to another.
  ///
  /// Blocks of rows depend on their number alone, so results do not depend on threads.
  package func carry(
    _ rows: Matrix<Double>, from start: Double, to end: Double, estimatingErrors: Bool = true
  ) -> Transport {
    if start == end {
      return Transport(
        states: rows, evaluations: 0, rejections: 0,
        errorEstimates: estimatingErrors ? Array(repeating: 0, count: rows.rows) : [],
        outcome: .reached)
    }
    let blocks = Parallel.blocks(of: rows.rows, grain: FieldTransport.grain)
    let parts = Parallel.map(blocks.count) { b in
      var integrator = AdaptiveIntegrator(
        ClosureField(dimension: rows.columns, field: field), tolerance: tolerance,
        stepLimit: stepLimit, estimatesErrors: estimatingErrors)
      var part = integrator.integrate(rows.rowBlock(blocks[b]).elements, from: start, to: end)
      part.unfinished = part.unfinished.map { $0 + blocks[b].lowerBound }
      return part
    }
    let unfinished = parts.flatMap(\.unfinished).sorted()
    return Transport(
      states: Matrix(
        rows: rows.rows, columns: rows.columns, elements: parts.flatMap(\.states)),
      evaluations: parts.reduce(0) { $0 + $1.evaluations },
      rejections: parts.reduce(0) { $0 + $1.rejections },
      errorEstimates: parts.flatMap(\.errors),
      outcome: unfinished.isEmpty ? .reached : .unfinished(rows: unfinished))
  }
}

extension Transport {
  /// The same evaluations, with states and error estimates in other variables.
  package func replacing(states: Matrix<Double>, errorScale: Double) -> Transport {
    Transport(
      states: states, evaluations: evaluations, rejections: rejections,
      errorEstimates: errorEstimates.map { $0 * errorScale }, outcome: outcome)
  }
}

private struct ClosureField: RowVectorField {
  let dimension: Int
  let field: FieldTransport.Field

  mutating func evaluate(
    times: [Double], _ y: Span<Double>, into out: inout MutableSpan<Double>
  ) {
    var elements = [Double](repeating: 0, count: y.count)
    for i in elements.indices { elements[i] = y[i] }
    let rows = Matrix(rows: times.count, columns: dimension, elements: elements)
    out.copy(field(times, rows).elements.span)
  }
}
