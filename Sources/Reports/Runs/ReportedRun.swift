public import Distillation
import Formats
import Mixtures
import Schedules
import ScoreMatching
import Stability

/// A finished run as a report sees it.
public struct ReportedRun: Sendable {
  /// The name that tells it from the others.
  public let name: String
  /// Its plan.
  public let plan: DistillationPlan
  /// Its students.
  public let students: StudentChain
  /// Its evaluation, if there is one yet.
  public let evaluation: Evaluation?
  /// What training recorded.
  public let records: [TrainingRecord]

  /// The run in a folder.
  ///
  /// - Throws: `DistillationError` for a folder without a finished run or with damaged files.
  public init(_ folder: RunFolder, name: String) throws(DistillationError) {
    self.name = name
    do {
      plan = try folder.plan()
      let path = folder.file("evaluation.json")
      evaluation = FileReader.exists(path) ? try Evaluation(contentsOf: path) : nil
    } catch {
      throw .file(error)
    }
    students = try folder.students(plan)
    records = folder.trainingRecords
  }

  /// The run in `path`, or all runs in folders directly in it, by name.
  ///
  /// - Throws: `DistillationError.file` if there is none, or if they distil different flows.
  public static func all(in path: String) throws(DistillationError) -> [ReportedRun] {
    let own = RunFolder(path)
    if own.hasPlan { return [try ReportedRun(own, name: try own.gridRule())] }
    let names: [String]
    do { names = try FileReader.folders(in: path) } catch { throw .file(error) }
    var runs: [ReportedRun] = []
    for name in names {
      let folder = RunFolder(own.file(name))
      if folder.hasPlan { runs.append(try ReportedRun(folder, name: name)) }
    }
    guard let first = runs.first else {
      throw .file(
        .malformed(
          path: path, location: nil, problem: "holds no run",
          advice: "give a folder that distill made, or a folder of such folders"))
    }
    for run in runs
    where run.plan.mixture != first.plan.mixture || run.plan.learned != first.plan.learned
      || run.plan.grid.process.json != first.plan.grid.process.json
    {
      throw .file(
        .malformed(
          path: path, location: nil,
          problem: "the runs \(first.name) and \(run.name) distil different flows",
          advice: "keep runs of one mixture and process in a folder"))
    }
    return runs
  }
}

extension RunFolder {
  fileprivate func gridRule() throws(DistillationError) -> String {
    do { return try plan().grid.rule } catch { throw .file(error) }
  }
}
