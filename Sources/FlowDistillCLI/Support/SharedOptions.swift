import ArgumentParser
import FlowDistill

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as JSON on standard output, and nothing else there.")
  var json = false

  @Option(name: .long, help: "Threads to use; results do not depend on it.")
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is \(threads); use at least 1") }
  }

  /// Puts the options into effect.
  func apply() {
    if let threads { Parallel.threadCount = threads }
  }
}

/// The seed of commands that draw samples.
struct SeedOptions: ParsableArguments {
  @Option(name: .long, help: "The seed; results are a pure function of it.")
  var seed: UInt64 = 0
}

/// A mixture: a file, the paper's, or one of the suite.
struct MixtureOptions: ParsableArguments {
  @Argument(
    help: "A mixture file, paper:SEED for the paper's mixture, or suite:NAME (suite:list).",
    completion: .file(extensions: ["json"]))
  var mixture: String

  @Option(
    name: .customLong("sigma0"), help: "The standard deviation σ_0 of paper:SEED (default 1).")
  var sigma0: Double?

  /// The mixture.
  func make() throws -> GaussianMixture { try MixtureOptions.make(mixture, sigma0: sigma0) }

  /// The learned teacher; nil if the argument names a mixture.
  func learned() throws -> LearnedScore? { try MixtureOptions.learned(mixture, sigma0: sigma0) }

  /// The flow of the mixture or of the learned teacher under a process.
  func flow(_ process: any ForwardProcess) throws -> DistilledFlow {
    if let learned = try learned() { return .learned(LearnedFlow(learned, process)) }
    return .closedForm(ProbabilityFlow(try make(), process))
  }

  /// The learned teacher of that name; nil if it is none of `learn`'s files.
  static func learned(_ name: String, sigma0: Double?) throws -> LearnedScore? {
    guard name.hasSuffix(".safetensors") else { return nil }
    guard sigma0 == nil else {
      throw CommandError.usage("--sigma0 goes with paper:SEED, not with a learned teacher")
    }
    return try LearnedScore(contentsOf: name)
  }

  static func make(_ name: String, sigma0: Double?) throws -> GaussianMixture {
    guard !name.hasSuffix(".safetensors") else {
      throw CommandError.usage(
        "\(name) is a learned teacher; it goes with sample, stability and distill, here use a mixture"
      )
    }
    guard name.hasPrefix("paper:") else {
      if sigma0 != nil {
        throw CommandError.usage("--sigma0 goes with paper:SEED; other mixtures have their own")
      }
      return name.hasPrefix("suite:")
        ? try suite(String(name.dropFirst("suite:".count))) : try GaussianMixture(contentsOf: name)
    }
    guard let seed = UInt32(name.dropFirst("paper:".count)) else {
      throw CommandError.usage(
        "\"\(name)\" names no seed; use paper: and a whole number from 0 to 4294967295")
    }
    do {
      return try .paper(seed: seed, sigma0: sigma0 ?? 1)
    } catch {
      throw CommandError.usage("--\(error.description)")
    }
  }
}

extension MixtureOptions {
  /// The mixture of the suite of that name, or a usage error that lists all.
  private static func suite(_ name: String) throws -> GaussianMixture {
    guard let entry = MixtureSuite.named(name) else {
      throw CommandError.usage(
        "the suite has no mixture \"\(name)\"; use suite: and one of \(MixtureSuite.names)")
    }
    return try entry.mixture()
  }
}

/// Where a result goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "The file to write; replaced only when complete.",
    completion: .file())
  var output: String
}

extension ArgumentHelp {
  /// The argument of commands that work on a finished run.
  static let runFolder = ArgumentHelp("The run folder.", valueName: "run")
}

/// Reads samples and checks them against a mixture.
enum SampleInput {
  static func read(_ path: String, for mixture: GaussianMixture) throws -> Matrix<Double> {
    let x = try Samples.read(path)
    try check(x, path: path, for: mixture)
    return x
  }

  static func check(
    _ x: Matrix<Double>, path: String, for mixture: GaussianMixture
  ) throws {
    guard x.columns == mixture.dimension else {
      throw CommandError.data(
        "\(path): "
          + MixtureError.dimensionMismatch(samples: x.columns, mixture: mixture.dimension)
          .description)
    }
  }
}

/// Seconds that a piece of work took.
func timed<T>(_ body: () throws -> T) rethrows -> (result: T, seconds: Double) {
  let clock = ContinuousClock()
  let start = clock.now
  let result = try body()
  return (result, (clock.now - start) / .seconds(1))
}

/// Checks a whole number from the command line: a usage error if it is below 1 or too large.
func checkPositive(_ value: Int, option: String, atMost limit: Int = .max) throws {
  guard value >= 1 else { throw CommandError.usage("\(option) is \(value); use at least 1") }
  guard value <= limit else {
    throw CommandError.usage("\(option) is \(value); use at most \(limit)")
  }
}
