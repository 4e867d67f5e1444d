/// Watches the seconds that a request allows.
struct TimeBudget {
  private let limit: Double?
  private let start = ContinuousClock.now

  init(_ request: GridRequest) { limit = request.timeBudget }

  /// Whether the time is up.
  var isSpent: Bool {
    guard let limit else { return false }
    return start.duration(to: .now) >= .seconds(limit)
  }

  /// What a grid says that met its budget.
  var note: String? {
    limit.map { "stopped by its budget of \($0) s, so another run may give another grid" }
  }
}
