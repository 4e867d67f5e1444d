import ArgumentParser
import FlowDistill

/// Options of the flow map as one network.
struct FlowMapOptions: ParsableArguments {
  @Flag(help: "Make one network of the flow map from the first to the last time of a grid.")
  var flowMap = false
  @Option(help: "The number of steps.") var segments: Int?
  @Option(help: "Steps' rule: euler, heun or rk4 (default).") var scheme: String?
  @Option(help: "A grid's rule (flowdistill grid --rule list; default: one made for the steps).")
  var rule: String?
  @Option(help: "The times of the grid in sampling order in place of it, separated by commas.")
  var times: String?
  @Option(help: "A grid file in place of it.", completion: .file()) var grid: String?

  /// Whether any option but the flag is given.
  var isGiven: Bool {
    segments != nil || scheme != nil || rule != nil || times != nil || grid != nil
  }

  /// The steps' rule, or a usage error.
  func makeScheme() throws -> FlowMapRule {
    guard let scheme else { return .rk4 }
    guard let rule = FlowMapRule(rawValue: scheme) else {
      let names = FlowMapRule.allCases.map(\.rawValue).joined(separator: ", ")
      throw CommandError.usage("--scheme is \"\(scheme)\"; use one of \(names)")
    }
    return rule
  }

  /// Times that were listed, or a usage error.
  func listed(_ text: String, _ process: any ForwardProcess) throws -> [Double] {
    let numbers = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Double(part.filter { $0 != " " }) else {
        throw CommandError.usage("--times holds \"\(part)\"; use numbers separated by commas")
      }
      try ProcessOptions.check(number, option: "--times", process)
      return number
    }
    guard numbers.count >= 2, zip(numbers, numbers.dropFirst()).allSatisfy({ $0 > $1 }) else {
      throw CommandError.usage(
        "--times is \(text); use at least two times that fall, from noise to data")
    }
    return numbers
  }
}
