public import Formats
import Mixtures
import Networks
import Schedules
import ScoreMatching
import Stability

/// The files of one distillation.
///
/// They are the only state of a run: any process can go on from them.
///
///     plan.json                 everything that determines the result
///     mixture.json, grid.json   the same parts as files of their own, for other programs
///     teacher.safetensors       in place of the mixture if the teacher was learnt
///     segments/00.safetensors   a finished student, one a segment
///     rounds/0/00.safetensors   those that the last round learns from, if there are rounds before it
///     checkpoint.safetensors    the student in training: weights, optimiser, step
///     metrics.jsonl             loss and rate every hundred steps
///     segmentation.json         of planned segments, what was expected of them
///     rehearsals/               the short runs that this is expected from, run folders of their own
///     run.json                  when, where and with what the run was made
///     evaluation.json           the last evaluation
///
/// Every file is written beside its place and then renamed, so that none is ever half written.
public struct RunFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The folder at a path.
  public init(_ path: String) { self.path = path }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  /// Whether the folder holds a plan.
  public var hasPlan: Bool { FileReader.exists(file("plan.json")) }

  /// Checks that the folder holds no part of a run.
  ///
  /// Without a plan such a part belongs to nobody knows which, and a new run must not take it for its own.
  ///
  /// - Throws: `.alreadyExists` if it does.
  public func checkVacant() throws(DistillationError) {
    if hasPlan || FileReader.exists(segmentFile(0)) || FileReader.exists(roundFile(0, 0))
      || FileReader.exists(file("checkpoint.safetensors"))
    {
      throw .alreadyExists(path: path)
    }
  }

  /// The run's plan.
  public func plan() throws(FormatError) -> DistillationPlan {
    try DistillationPlan(contentsOf: file("plan.json"))
  }

  /// The relative error that was predicted when the segments were planned; nil if they were not.
  public var predictedError: Double? {
    guard var reader = try? JSONReader(contentsOf: file("segmentation.json")) else { return nil }
    return try? reader.number("predicted_relative_mse")
  }

  /// Makes the folder and writes the plan.
  func create(_ plan: DistillationPlan) throws(FormatError) {
    try AtomicFile.makeFolder(path)
    try AtomicFile.makeFolder(file("segments"))
    for folder in Self.roundFolders(plan) { try AtomicFile.makeFolder(file(folder)) }
    if let learned = plan.learned {
      try learned.file.write(to: file(DistillationPlan.teacherFile))
    } else {
      try plan.mixture.json.write(to: file("mixture.json"))
    }
    try plan.grid.json.write(to: file("grid.json"))
    try plan.json.write(to: file("plan.json"))
  }

  /// Removes what a kill in the midst of a write left.
  func removeLeftovers(_ plan: DistillationPlan) {
    AtomicFile.removeLeftovers(in: path)
    for folder in ["segments"] + Self.roundFolders(plan) {
      AtomicFile.removeLeftovers(in: file(folder))
    }
  }

  func segmentFile(_ k: Int) -> String { file("segments/\(k < 10 ? "0" : "")\(k).safetensors") }

  private func roundFile(_ round: Int, _ k: Int) -> String {
    file("rounds/\(round)/\(k < 10 ? "0" : "")\(k).safetensors")
  }

  /// The folders of the rounds before the last, and what they lie in.
  private static func roundFolders(_ plan: DistillationPlan) -> [String] {
    guard plan.recipe.construction == nil else { return [] }
    let earlier = (plan.trainingStages.last?.round ?? 0)
    return earlier > 0 ? ["rounds"] + (0..<earlier).map { "rounds/\($0)" } : []
  }

  /// The student of a round's segment k.
  package func file(_ stage: TrainingStage, segment k: Int) -> String {
    stage.isLast ? segmentFile(k) : roundFile(stage.round, k)
  }

  /// The first stage of which a student is missing; nil if the run is finished.
  func firstUnfinished(_ stages: [TrainingStage]) -> Int? {
    stages.firstIndex { stage in
      stage.segments.contains { !FileReader.exists(file(stage, segment: $0)) }
    }
  }

  /// The finished students that a stage takes.
  package func finished(
    before stage: TrainingStage, among stages: [TrainingStage]
  ) throws(FormatError) -> FinishedStudents {
    let recipe = stage.plan.recipe
    var finished = FinishedStudents()
    for earlier in stages[..<stage.index] {
      let isNeeded =
        earlier.round == stage.round
        ? recipe.states == .own || recipe.start == .previous : earlier.round + 1 == stage.round
      guard isNeeded else { continue }
      for k in earlier.segments {
        let student = try StudentFile.read(
          file(earlier, segment: k), plan: earlier.plan, segment: k)
        if earlier.round == stage.round {
          finished.before.append(student)
        } else {
          finished.roundBefore.append(student)
        }
      }
    }
    return finished
  }

  /// The number of finished students: segments 0, 1, … without a gap.
  public func finishedSegments(of count: Int) -> Int {
    (0..<count).first { !FileReader.exists(segmentFile($0)) } ?? count
  }

  /// All students of a finished run.
  ///
  /// - Throws: `DistillationError.unfinished` if some are missing; `.scores` if its networks are
  ///   scores; `.file` if one is unreadable.
  public func students(_ plan: DistillationPlan) throws(DistillationError) -> StudentChain {
    guard plan.recipe.target == .flowMap else { throw .scores(path: path) }
    try checkFinished(plan)
    do {
      guard plan.recipe.construction != nil else {
        return StudentChain(try trained(plan, 0..<plan.grid.segmentCount))
      }
      var students: [SegmentStudent] = []
      for (k, segment) in plan.grid.segments.enumerated() {
        students.append(
          .constructed(
            try ConstructedStudent(
              segmentFile(k), plan: plan, from: segment.from, to: segment.to)))
      }
      return StudentChain(segments: students)
    } catch {
      throw .file(error)
    }
  }

  /// The trained scores of a finished run, one where each segment begins.
  ///
  /// - Throws: `DistillationError.unfinished` if some are missing; `.file` if one is unreadable.
  /// - Precondition: the plan's target is the score.
  public func scores(_ plan: DistillationPlan) throws(DistillationError) -> [Student] {
    precondition(plan.recipe.target == .score, "a run of flow maps")
    try checkFinished(plan)
    do { return try trained(plan, 0..<plan.grid.segmentCount) } catch { throw .file(error) }
  }

  /// The trained networks of some segments.
  func trained(_ plan: DistillationPlan, _ segments: Range<Int>) throws(FormatError) -> [Student] {
    var students: [Student] = []
    for k in segments {
      students.append(try StudentFile.read(segmentFile(k), plan: plan, segment: k))
    }
    return students
  }

  private func checkFinished(_ plan: DistillationPlan) throws(DistillationError) {
    let count = plan.grid.segmentCount
    let finished = finishedSegments(of: count)
    guard finished == count else {
      throw .unfinished(path: path, segments: finished, of: count)
    }
  }
}
