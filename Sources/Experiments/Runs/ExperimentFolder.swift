public import Distillation
public import Formats

/// The files of one experiment; the only state of its runs.
///
///     experiment.json    the plan
///     cells/NAME/        the run folder of a cell: any process can go on from it
///     results/NAME.json  what a finished cell gave
///     NAME.csv           the tables, with the columns of the published ones
///
/// Each cell has files of its own, so processes that share the folder never write to one file.
public struct ExperimentFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The folder at a path.
  public init(_ path: String) { self.path = path }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  /// Whether the folder holds an experiment.
  public var hasPlan: Bool { FileReader.exists(file("experiment.json")) }

  /// The experiment's plan.
  public func plan() throws(FormatError) -> ReproductionPlan {
    try ReproductionPlan(contentsOf: file("experiment.json"))
  }

  /// Makes the folder for a plan, or checks that it is the folder of that plan.
  public func open(_ plan: ReproductionPlan) throws(ExperimentError) {
    do {
      let isNew = !hasPlan
      if !isNew, try self.plan() != plan { throw ExperimentError.otherPlan(path: path) }
      // Empty folders are lost by some ways to copy, so they are not taken for granted.
      try AtomicFile.makeFolder(path)
      for name in ["cells", "results"] { try AtomicFile.makeFolder(file(name)) }
      if isNew { try plan.json.write(to: file("experiment.json")) }
    } catch let error as FormatError {
      throw .file(error)
    } catch let error as ExperimentError {
      throw error
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The run folder of a cell.
  public func run(_ cell: Cell) -> RunFolder { RunFolder(file("cells/\(cell.name)")) }

  /// The path of a cell's result.
  func resultFile(_ name: String) -> String { file("results/\(name).json") }

  /// The result of a cell if it is finished.
  public func result(_ cell: Cell) throws(ExperimentError) -> CellResult? {
    let path = resultFile(cell.name)
    guard FileReader.exists(path) else { return nil }
    do {
      let result = try CellResult(contentsOf: path)
      guard result.keys == cell.keys else { throw otherCell(path) }
      return result
    } catch let error as FormatError {
      throw .file(error)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// All results, by name; none if there is no folder of results.
  ///
  /// - Throws: `FormatError` that names the file if one is damaged or holds another cell's result.
  public func results() throws(FormatError) -> [CellResult] {
    guard FileReader.exists(file("results")) else { return [] }
    var results: [CellResult] = []
    for name in try FileReader.files(in: file("results"), withExtension: "json") {
      let result = try CellResult(contentsOf: file("results/\(name)"))
      guard result.name + ".json" == name else { throw otherCell(file("results/\(name)")) }
      results.append(result)
    }
    return results
  }

  private func otherCell(_ path: String) -> FormatError {
    .malformed(
      path: path, location: "keys", problem: "are those of another cell",
      advice: "remove the file to compute the cell again")
  }
}
