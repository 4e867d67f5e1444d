/// A forward process that files and the command line know by name.
///
/// To add one, write a file with a type that conforms and add the type to `ProcessCatalog.all`: the
/// command line, the file formats and the tests read that list.
public protocol CatalogedProcess: ForwardProcess {
  /// The name in files and on the command line.
  static var typeName: String { get }
  /// The parameters by their names in files, with the values they have unless told otherwise.
  static var parameterDefaults: [(name: String, value: Double)] { get }
  /// The horizon unless told otherwise.
  static var defaultHorizon: Double { get }
  /// The process with parameters in the order of `parameterDefaults`.
  ///
  /// - Throws: `MixtureError.badParameter` for the first that is out of range.
  /// - Precondition: there are as many as defaults.
  init(parameters: [Double], horizon: Double) throws(MixtureError)
}

extension CatalogedProcess {
  public static var defaultHorizon: Double { 1 }
  public var name: String { Self.typeName }
}

/// All forward processes.
public enum ProcessCatalog {
  /// In the order in which they are listed to users.
  public static let all: [any CatalogedProcess.Type] = [
    OrnsteinUhlenbeck.self, LinearVariancePreserving.self, ScaledLinearVariancePreserving.self,
    CosineVariancePreserving.self, VarianceExploding.self, RectifiedFlow.self,
  ]

  /// The process type of that name; `edm` is another name of `ve`.
  public static func named(_ name: String) -> (any CatalogedProcess.Type)? {
    all.first { $0.typeName == (name == "edm" ? "ve" : name) }
  }

  /// The names, for messages.
  public static var names: String { all.map { $0.typeName }.joined(separator: ", ") }
}

/// Throws for the first value that is not positive and finite.
func checkPositive(_ values: [(name: String, value: Double)]) throws(MixtureError) {
  for (name, value) in values where !(value > 0 && value.isFinite) {
    throw .badParameter(name: name, value: value, requirement: "positive and finite")
  }
}
