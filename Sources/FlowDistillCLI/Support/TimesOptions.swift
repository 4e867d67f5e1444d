import ArgumentParser
import FlowDistill

/// A list of times, or of noise levels.
struct TimesOptions: ParsableArguments {
  @Option(help: "Times, separated by commas (default: 14 from 0 to T that suit the flow).")
  var times: String?
  @Option(help: "Noise levels sigma/alpha in place of times, separated by commas.")
  var noiseLevels: String?

  /// The times in the order given, or a usage error.
  func make(_ flow: ProbabilityFlow) throws -> [Double] {
    try make(flow.process) { flow.surveyTimes() }
  }

  /// The same with times of its own where none are given.
  func make(_ process: any ForwardProcess, default survey: () -> [Double]) throws -> [Double] {
    if let times {
      guard noiseLevels == nil else {
        throw CommandError.usage("--times and --noise-levels exclude each other")
      }
      return try numbers(times, option: "--times").map { t in
        try ProcessOptions.check(t, option: "--times", process)
        return t
      }
    }
    guard let noiseLevels else { return survey() }
    return try numbers(noiseLevels, option: "--noise-levels").map { level in
      guard let t = process.time(atNoiseLevel: level) else {
        throw CommandError.usage(
          "--noise-levels is \(level); use levels in [\(process.noiseLevel(0)), "
            + "\(process.noiseLevel(process.horizon))]")
      }
      return t
    }
  }

  private func numbers(_ text: String, option: String) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Double(part.filter { $0 != " " }) else {
        throw CommandError.usage("\(option) holds \"\(part)\"; use numbers separated by commas")
      }
      return number
    }
  }
}
