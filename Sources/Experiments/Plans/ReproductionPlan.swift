public import Distillation
public import Formats

/// What `reproduce` runs: an experiment with its scale, teacher, seeds and budget.
///
/// Its cells are a pure function of it. Which of them a process runs is not part of it.
public struct ReproductionPlan: Sendable, Equatable {
  /// The experiment.
  public let experiment: Experiment
  /// How much of the published protocol.
  public let scale: ExperimentScale
  /// Who provides the targets.
  public let teacher: TeacherChoice
  /// Training steps of each cell, all segments together, if not the scale's.
  public let steps: Int?

  /// A plan.
  public init(
    _ experiment: Experiment, scale: ExperimentScale = .quick, teacher: TeacherChoice = .accurate,
    steps: Int? = nil
  ) {
    self.experiment = experiment
    self.scale = scale
    self.teacher = teacher
    self.steps = steps
  }

  /// The seeds that the scale runs: 0 to 9 in the paper.
  public var seeds: [UInt64] { ExperimentSizes(experiment, scale).seeds }

  /// The `format` of the file in the folder.
  static let fileFormat = "flowdistill.experiment/1"

  /// The plan as it stands in the folder of an experiment.
  public var json: JSON {
    [
      "format": .string(ReproductionPlan.fileFormat), "experiment": .string(experiment.rawValue),
      "scale": .string(scale.rawValue), "teacher": .string(teacher.rawValue),
      "steps": steps.map { .integer($0) } ?? .null,
    ]
  }

  /// Reads a plan back.
  ///
  /// - Throws: `FormatError` that names the key that is wrong.
  public init(contentsOf path: String) throws(FormatError) {
    var reader = try JSONReader(contentsOf: path)
    try reader.format(ReproductionPlan.fileFormat)
    func choice<T: RawRepresentable & CaseIterable>(_ key: String) throws(FormatError) -> T
    where T.RawValue == String {
      let text = try reader.string(key)
      guard let value = T(rawValue: text) else {
        let names = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw reader.error(key, "is \"\(text)\"", advice: "use one of \(names)")
      }
      return value
    }
    let experiment: Experiment = try choice("experiment")
    let scale: ExperimentScale = try choice("scale")
    let teacher: TeacherChoice = try choice("teacher")
    let steps = try reader.optionalInteger("steps")
    if let steps, !(1...1_000_000_000).contains(steps) {
      throw reader.error("steps", "is \(steps)", advice: "use 1 to 1000000000")
    }
    self.init(experiment, scale: scale, teacher: teacher, steps: steps)
    try reader.finish()
  }
}
