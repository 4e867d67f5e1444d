import Mixtures
public import ProbabilityFlow
import RealModule
public import Stability

/// The stability of one flow on a page: what is certified, and what was measured if anything was.
public struct StabilityReport: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The variables that everything refers to.
  public let state: StateVariables
  /// The title of the page.
  public var title: String
  /// What really happens, if it was measured.
  public var measured: MeasuredStability?
  /// How the page came about.
  public var provenance: [(name: String, value: String)] = []

  /// The report of a flow.
  public init(_ flow: ProbabilityFlow, title: String, state: StateVariables = .native) {
    (self.flow, self.title, self.state) = (flow, title, state)
  }

  /// The page.
  ///
  /// - Precondition: `measured` is in the same state variables.
  public func page() -> HTMLReport {
    let figures = StabilityFigures(flow, state: state, measured: measured)
    return HTMLReport(
      title: title, lead: "\(flow.described).",
      sections: [Section(title: "Stability", blocks: figures.blocks)], provenance: provenance)
  }
}

extension ProbabilityFlow {
  /// The mixture and the process in words.
  var described: String {
    let symbols = ["beta": "β", "sigma_inf": "σ∞"]
    let parameters =
      process.parameters.map { "\(symbols[$0.name] ?? $0.name) = \(shortest($0.value))" }
      + ["horizon \(shortest(process.horizon))"]
    return "The probability flow of a mixture of \(mixture.componentCount) Gaussians in "
      + "\(mixture.dimension) dimensions (\(mixture.covariances.name) covariances) under the "
      + "\(process.name) process (\(parameters.joined(separator: ", ")))"
  }
}

/// A parameter as a person would write it.
private func shortest(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
