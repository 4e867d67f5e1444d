import ArgumentParser
import FlowDistill

/// Options of constructed students.
struct StudentConstructionOptions: ParsableArguments {
  @Option(help: "The rule of the steps within a segment: euler, heun or rk4 (default).")
  var scheme: String?
  @Option(help: "The number of steps within a segment (default 2).")
  var stepsPerSegment: Int?
  @Option(
    help:
      "What networks may move a velocity, in units of the means' largest distance (default 1e-4).")
  var tolerance: Double?

  /// Whether any option is given.
  var isGiven: Bool { scheme != nil || stepsPerSegment != nil || tolerance != nil }

  /// The choices, or a usage error.
  func make() throws -> StudentConstruction {
    var construction = StudentConstruction()
    if let scheme {
      guard let rule = FlowMapRule(rawValue: scheme) else {
        let names = FlowMapRule.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandError.usage("--scheme is \"\(scheme)\"; use one of \(names)")
      }
      construction.scheme = rule
    }
    if let stepsPerSegment { construction.stepsPerSegment = stepsPerSegment }
    if let tolerance { construction.tolerance = tolerance }
    if let problem = construction.problem { throw CommandError.usage(problem) }
    return construction
  }
}

extension RecipeOptions {
  /// The name of constructed students among the kinds of students.
  static let constructed = "constructed"

  /// The recipe of constructed students; nil if students are trained.
  func makeConstructed() throws -> Recipe? {
    guard student == Self.constructed else {
      if construction.isGiven {
        throw CommandError.usage(
          "--scheme, --steps-per-segment and --tolerance go with --student constructed")
      }
      return nil
    }
    guard !isTrainingGiven else {
      throw CommandError.usage(
        "constructed students are not trained; leave out the recipe and its choices")
    }
    return .constructed(try construction.make())
  }
}

extension DistillCommand {
  /// The certificate of each constructed student, for `--json`.
  static func certificates(_ chain: StudentChain) -> JSON {
    .array(
      chain.constructed.map { student in
        [
          "from": .number(student.from), "to": .number(student.to),
          "error_bound": .number(student.errorBound), "norm": "l2 over p_from",
          "vacuous": .bool(student.isVacuous), "depth": .integer(student.network.hiddenLayers),
          "weights": .integer(student.network.weightCount),
        ]
      })
  }

  /// One row a student.
  static func certificateLines(_ chain: StudentChain) -> [String] {
    var table = TextTable(["student", "error <=", "layers", "weights"])
    for student in chain.constructed {
      table.append([
        "\(NumberText.significant(student.from)) -> \(NumberText.significant(student.to))",
        NumberText.significant(student.errorBound) + (student.isVacuous ? " (vacuous)" : ""),
        "\(student.network.hiddenLayers)", "\(student.network.weightCount)",
      ])
    }
    return table.lines + [
      "Certificates: in l2 over p_t at the segment's start, in exact arithmetic."
    ]
  }
}
