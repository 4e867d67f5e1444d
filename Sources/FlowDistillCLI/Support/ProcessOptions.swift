import ArgumentParser
import FlowDistill

/// The forward process and its parameters.
struct ProcessOptions: ParsableArguments {
  // Optional, so that a command can tell what was given from what was left to it.
  @Option(
    name: .long,
    help: "The forward process: \(ProcessCatalog.names) (default ou).",
    completion: .list(ProcessCatalog.all.map { $0.typeName }))
  var process: String?

  @Option(name: .long, help: "ou: the rate (default 5).") var beta: Double?
  @Option(name: .long, help: "ou: the stationary standard deviation (default 1).")
  var sigmaInf: Double?
  @Option(name: .long, help: "vp-linear, vp-scaled-linear: beta at t = 0 (default 0.1, 0.85).")
  var betaMin: Double?
  @Option(name: .long, help: "vp-linear, vp-scaled-linear: beta at t = 1 (default 20, 12).")
  var betaMax: Double?
  @Option(name: .long, help: "vp-cosine: the offset (default 0.008).") var cosineS: Double?
  @Option(name: .long, help: "The horizon T (default 1; ve: the largest noise level, 80).")
  var horizon: Double?

  private var given: [(name: String, value: Double)] {
    [
      ("beta", beta), ("sigma_inf", sigmaInf), ("beta_min", betaMin), ("beta_max", betaMax),
      ("cosine_s", cosineS),
    ].compactMap { name, value in value.map { (name, $0) } }
  }

  /// Whether any option is given.
  var isGiven: Bool { process != nil || horizon != nil || !given.isEmpty }

  /// The process, or a usage error.
  func make() throws -> any ForwardProcess {
    let name = process ?? OrnsteinUhlenbeck.typeName
    guard let type = ProcessCatalog.named(name) else {
      throw CommandError.usage("--process is \"\(name)\"; use one of \(ProcessCatalog.names)")
    }
    let defaults = type.parameterDefaults
    for (parameter, _) in given where !defaults.contains(where: { $0.name == parameter }) {
      let known = defaults.map { option($0.name) } + ["--horizon"]
      throw CommandError.usage(
        "\(option(parameter)) does not go with process \(name); its options are "
          + known.joined(separator: ", "))
    }
    let values = defaults.map { parameter in
      given.first { $0.name == parameter.name }?.value ?? parameter.value
    }
    do {
      return try type.init(parameters: values, horizon: horizon ?? type.defaultHorizon)
    } catch {
      throw CommandError.usage(option(error.description))
    }
  }

  /// A parameter's name, or a sentence that begins with it, as the option's.
  private func option(_ parameter: String) -> String {
    "--" + String(parameter.map { $0 == "_" ? "-" : $0 })
  }

  /// A time given on the command line, or a usage error if it is outside [0, T].
  static func check(_ t: Double, option: String, _ process: any ForwardProcess) throws {
    guard t >= 0, t <= process.horizon else {
      throw CommandError.usage("\(option) is \(t); use a time in [0, \(process.horizon)]")
    }
  }
}
