import ArgumentParser
import FlowDistill
import Synchronization

/// Which rule places the times, and what it is told.
struct GridRuleOptions: ParsableArguments {
  @Option(help: "The rule; \"list\" names all (default stability, for data optimal).")
  var rule: String?

  @Option(help: "A parameter of the rule as name=value; may be given several times.")
  var parameter: [String] = []

  @Option(
    help: "A CSV file of columns t and rate: equal parts of the rate's integral, for any rule.",
    completion: .file(extensions: ["csv"]))
  var profile: String?

  @Option(help: "The sampler that optimised rules serve; \"list\" names all (default euler).")
  var sampler: String?

  @Option(help: "The last time of the grid (default 0).") var end: Double?
  @Option(help: "The last noise level of the grid instead, sigma/alpha.") var endLevel: Double?
  @Option(help: "The samples on which rules measure.") var samples = 1024
  @Option(help: "Seconds after which an optimiser stops with its best grid.")
  var timeBudget: Double?

  /// The rule, or a usage error.
  func makeRule(isData: Bool) throws -> any GridRule.Type {
    if let rule { return try GridCommand.rule(named: rule) }
    return isData ? GridRules.named("optimal") ?? ArctanRule.self : StabilityRule.self
  }

  /// The request that the options describe, or a usage error.
  func request(
    _ flow: ProbabilityFlow, segments: Int, seed: UInt64
  ) throws -> GridRequest {
    var request = GridRequest(flow, segments: segments)
    request.seed = seed
    request.end = try endTime(flow.process)
    request.parameters = try RuleParameters.parse(parameter)
    if let sampler {
      guard let type = FewStepSamplers.named(sampler) else {
        let names = FewStepSamplers.all.map { $0.name }.joined(separator: ", ")
        throw CommandError.usage("--sampler is \"\(sampler)\"; use one of \(names)")
      }
      request.sampler = type
    }
    try checkPositive(samples, option: "--samples")
    try Memory.check(
      rows: samples, flow.mixture.dimension, matrices: 8, option: "--samples")
    request.samples = samples
    if let timeBudget {
      guard timeBudget > 0, timeBudget.isFinite else {
        throw CommandError.usage("--time-budget is \(timeBudget); use a positive number of seconds")
      }
      request.timeBudget = timeBudget
    }
    return request
  }

  /// The grid of a rule, with its progress on standard error.
  func grid(
    _ rule: any GridRule.Type, _ flow: ProbabilityFlow, segments: Int, seed: UInt64
  ) throws -> TimeGrid {
    var request = try request(flow, segments: segments, seed: seed)
    guard rule.family == .optimised else { return try rule.grid(request) }
    let progress = GridProgress()
    defer { progress.finish() }
    request.progress = { fraction, objective in progress.show(fraction, objective) }
    return try rule.grid(request)
  }

  private func endTime(_ process: any ForwardProcess) throws -> Double {
    guard let endLevel else { return end ?? 0 }
    guard end == nil else { throw CommandError.usage("give --end or --end-level, not both") }
    let top = process.noiseLevel(process.horizon)
    guard endLevel < top, let time = process.time(atNoiseLevel: endLevel) else {
      throw CommandError.usage("--end-level is \(endLevel); use a noise level in [0, \(top))")
    }
    return time
  }
}

/// The progress line of an optimiser, which may speak from several threads.
private final class GridProgress: Sendable {
  private let line = Mutex(Progress("grid", total: 100))

  func show(_ fraction: Double, _ objective: Double) {
    line.withLock {
      $0.show(
        Int(100 * min(max(fraction, 0), 1)),
        "objective \(NumberText.significant(objective, digits: 4))")
    }
  }

  func finish() { line.withLock { $0.finish() } }
}
