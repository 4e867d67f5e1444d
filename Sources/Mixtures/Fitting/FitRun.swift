import Arrays

/// One start of expectation–maximisation and how far it has come.
struct FitRun: Sendable {
  /// The present components.
  private(set) var components: NoisyComponents
  /// The mean log-likelihood of the start and after each iteration.
  private(set) var trace: [Double] = []
  /// Whether the last iteration gained less than the tolerance.
  private(set) var isConverged = false

  /// The run that begins at the given components.
  init(_ components: NoisyComponents) { self.components = components }

  /// The last log-likelihood.
  var last: Double { trace.last ?? -.infinity }

  /// Iterates until the gain is below the tolerance, the iterations are used up or `proceed`
  /// (called with iteration and log-likelihood) says no.
  mutating func iterate(
    _ x: Matrix<Double>, _ options: FitOptions, _ bounds: FitBounds,
    _ proceed: (Int, Double) -> Bool
  ) {
    var gamma = Matrix<Double>(rows: x.rows, columns: components.weights.count)
    trace = [components.expectation(x, into: &gamma)]
    guard proceed(0, last) else { return }
    for iteration in 0..<options.maximumIterations {
      let before = last
      components = .maximising(x, gamma, components.type, bounds, previous: components)
      trace.append(components.expectation(x, into: &gamma))
      isConverged = last - before < options.tolerance
      guard proceed(iteration + 1, last), !isConverged else { return }
    }
  }
}
