public import Experiments
import Formats

/// An experiment as a report sees it: its plan, and what is finished of it.
public struct ReportedExperiment: Sendable {
  /// The name that tells it from others of its kind.
  public let name: String
  /// Its plan.
  public let plan: ReproductionPlan
  /// What its finished cells gave.
  public let results: [CellResult]
  /// What Lipschitz mismatch proves about its students, if that was computed.
  public var mismatch: MismatchTable?
  /// The results by choice, in the order of the plan.
  let groups: [ResultGroup]

  /// An experiment from its parts.
  public init(name: String, plan: ReproductionPlan, results: [CellResult]) {
    (self.name, self.plan, self.results) = (name, plan, results)
    groups = ResultGroup.all(results, of: plan)
  }

  /// Whether `path` is an experiment's folder, or holds such folders.
  public static func isPresent(in path: String) -> Bool { !folders(in: path).isEmpty }

  /// The experiment in `path`, or all experiments in folders directly in it: by number, then by name.
  ///
  /// - Throws: `ExperimentError.file` if there is none, or if a file is damaged.
  public static func all(in path: String) throws(ExperimentError) -> [ReportedExperiment] {
    let found = folders(in: path)
    do {
      guard !found.isEmpty else {
        throw FormatError.malformed(
          path: path, location: nil, problem: "holds no experiment",
          advice: "give a folder that reproduce made, or a folder of such folders")
      }
      var experiments: [ReportedExperiment] = []
      for (name, folder) in found {
        experiments.append(
          ReportedExperiment(name: name, plan: try folder.plan(), results: try folder.results()))
      }
      return experiments.sorted {
        ($0.plan.experiment.number, $0.name) < ($1.plan.experiment.number, $1.name)
      }
    } catch let error as FormatError {
      throw .file(error)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func folders(in path: String) -> [(name: String, folder: ExperimentFolder)] {
    let own = ExperimentFolder(path)
    if own.hasPlan { return [(path, own)] }
    let names = (try? FileReader.folders(in: path)) ?? []
    return names.map { ($0, ExperimentFolder(own.file($0))) }.filter { $0.1.hasPlan }
  }
}
