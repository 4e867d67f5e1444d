/// A measured number with its standard error.
public struct Estimate: Sendable, Equatable {
  /// The estimate.
  public let value: Double
  /// Its standard error.
  public let standardError: Double

  /// An estimate from its parts.
  public init(value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }

  /// The mean of independent values.
  public init(meanOf values: [Double]) {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(
      value: mean,
      standardError: values.count > 1 ? (squares / (n * (n - 1))).squareRoot() : .infinity)
  }

  /// The ratio Σa/Σb of paired values, with its standard error by the delta method:
  /// r = ā/b̄, var r ≈ Σ(a_i − r b_i)² / (n(n − 1) b̄²).
  public init(ratioOf a: [Double], to b: [Double]) {
    precondition(a.count == b.count && !a.isEmpty, "\(a.count) against \(b.count) values")
    let n = Double(a.count)
    let below = b.reduce(0, +) / n
    let ratio = a.reduce(0, +) / n / below
    let squares = zip(a, b).reduce(0.0) { sum, pair in
      let residual = pair.0 - ratio * pair.1
      return sum + residual * residual
    }
    self.init(
      value: ratio,
      standardError: a.count > 1 ? (squares / (n * (n - 1))).squareRoot() / below : .infinity)
  }
}
