public import Mixtures

/// A mixture to compare grids on, with what it stresses.
public struct SuiteMixture: Sendable {
  /// The name; `suite:NAME` on the command line.
  public let name: String
  /// One sentence: what it is and what it stresses.
  public let summary: String
  private let make: @Sendable () throws(MixtureError) -> GaussianMixture

  init(
    _ name: String, _ summary: String,
    _ make: @escaping @Sendable () throws(MixtureError) -> GaussianMixture
  ) {
    (self.name, self.summary, self.make) = (name, summary, make)
  }

  /// The mixture, the same bits each time.
  public func mixture() throws(MixtureError) -> GaussianMixture { try make() }
}

/// The mixtures that grids are compared on: data of unit order, from a single Gaussian to 64
/// dimensions.
///
/// Each is given by its formula or a fixed seed, so that results can be repeated anywhere. To add one,
/// add it to a family's list.
public enum MixtureSuite {
  /// All mixtures, the simplest first.
  public static let all: [SuiteMixture] = line + plane + spaces

  /// The mixture of that name, if there is one.
  public static func named(_ name: String) -> SuiteMixture? { all.first { $0.name == name } }

  /// The names, for messages.
  public static var names: String { all.map(\.name).joined(separator: ", ") }
}
