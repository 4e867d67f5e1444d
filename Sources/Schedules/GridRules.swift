/// All grid rules.
public enum GridRules {
  /// Formulas and tables of the process alone.
  static let closedForms: [any GridRule.Type] = [
    UniformRule.self
  ]

  /// Equal parts of a cumulative density.
  static let densities: [any GridRule.Type] = [
    StabilityRule.self, InformationRule.self,
  ]

  /// Objectives minimised over grids.
  static let optimised: [any GridRule.Type] = [
    OptimalRule.self
  ]

  /// In the order in which they are listed to users.
  public static let all: [any GridRule.Type] = closedForms + densities + optimised

  /// The rule of that name, if there is one.
  public static func named(_ name: String) -> (any GridRule.Type)? {
    all.first { $0.name == name }
  }
}
