/// What can be wrong with a mixture, a process or a request to them.
public enum MixtureError: Error, Equatable, CustomStringConvertible {
  /// A mixture needs at least one component and one dimension.
  case empty
  /// A part of the mixture has the wrong number of entries.
  case wrongCount(what: String, found: Int, expected: Int)
  /// A number is not finite.
  case notFinite(what: String)
  /// A weight is not positive, or the weights do not sum to 1 within 1e-6.
  case badWeights(problem: String)
  /// A variance is not positive.
  case notPositive(what: String, value: Double)
  /// A covariance matrix is not symmetric.
  case asymmetric(what: String, row: Int, column: Int)
  /// A covariance matrix has an eigenvalue that is not positive.
  case indefinite(what: String, eigenvalue: Double)
  /// A parameter of the forward process is out of range.
  case badParameter(name: String, value: Double, requirement: String)
  /// A time lies outside the process's interval.
  case timeOutside(time: Double, horizon: Double)
  /// Samples have another dimension than the mixture.
  case dimensionMismatch(samples: Int, mixture: Int)
  /// Expectation–maximisation cannot work on these data.
  case cannotFit(problem: String)

  /// One sentence: what is wrong, where, and what would be right.
  public var description: String {
    switch self {
    case .empty:
      "a mixture needs at least one component and one dimension"
    case .wrongCount(let what, let found, let expected):
      "\(what) has \(found) entries where \(expected) are needed"
    case .notFinite(let what):
      "\(what) is not a finite number"
    case .badWeights(let problem):
      "weights \(problem); they must be positive and sum to 1 within 1e-6"
    case .notPositive(let what, let value):
      "\(what) is \(value); a variance must be positive"
    case .asymmetric(let what, let row, let column):
      "\(what) is not symmetric at row \(row), column \(column)"
    case .indefinite(let what, let eigenvalue):
      "\(what) is not positive definite: its smallest eigenvalue is \(eigenvalue)"
    case .badParameter(let name, let value, let requirement):
      // Counts are told as people write them.
      "\(name) is \(Int(exactly: value).map(String.init) ?? "\(value)"); it must be \(requirement)"
    case .timeOutside(let time, let horizon):
      "time \(time) is outside [0, \(horizon)]"
    case .dimensionMismatch(let samples, let mixture):
      "the samples have \(samples) columns but the mixture has dimension \(mixture)"
    case .cannotFit(let problem):
      "cannot fit a mixture: \(problem)"
    }
  }
}
