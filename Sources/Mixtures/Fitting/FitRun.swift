import Arrays

/// One start of expectation–maximisation and how far it has come.
struct FitRun: Sendable {
  /// The present components.
  private(set) var components: NoisyComponents
  /// The mean log-likelihood of the start and after each iteration.
  private(set) var trace: [Double]
  /// Whether the last iteration gained less than the tolerance.
  private(set) var isConverged = false
  /// Responsibilities under the present components, N×K.
  private var gamma: Matrix<Double>

  /// The run that begins at the given components.
  init(_ components: NoisyComponents, _ x: Matrix<Double>) {
    self.components = components
    gamma = Matrix(rows: x.rows, columns: components.weights.count)
    trace = [components.expectation(x, into: &gamma)]
  }

  /// The last log-likelihood.
  var last: Double { trace[trace.count - 1] }

  /// Iterates until the gain is below the tolerance, there are `limit` iterations in all, or
  /// `proceed` (called with iteration and log-likelihood) says no.
  mutating func iterate(
    _ x: Matrix<Double>, _ options: FitOptions, _ bounds: FitBounds, limit: Int,
    _ proceed: (Int, Double) -> Bool = { _, _ in true }
  ) {
    while trace.count - 1 < limit, !isConverged {
      let before = last
      components = .maximising(x, gamma, components.type, bounds, previous: components)
      trace.append(components.expectation(x, into: &gamma))
      isConverged = last - before < options.tolerance
      guard proceed(trace.count - 1, last) else { return }
    }
  }
}
