import ArgumentParser
import FlowDistill

/// The state variables of commands that print rates and amplifications.
struct StateOption: ParsableArguments {
  @Option(
    help:
      "State variables: native (the process's own x), edm (x/alpha) or vp (x/sqrt(alpha^2 + sigma^2)).",
    completion: .list(StateVariables.allCases.map(\.rawValue)))
  var state = StateVariables.native.rawValue

  /// The state variables, or a usage error.
  func make() throws -> StateVariables {
    guard let found = StateVariables(rawValue: state) else {
      throw CommandError.usage("--state is \"\(state)\"; use native, edm or vp")
    }
    return found
  }
}
