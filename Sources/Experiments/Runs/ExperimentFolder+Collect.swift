import Formats

extension ExperimentFolder {
  /// Copies the results of other folders of the same plan into this one; all are checked first, so
  /// that an error leaves everything as it was.
  ///
  /// - Returns: the number of results that this folder did not have.
  /// - Throws: `ExperimentError.otherPlan`, or `.conflict` if a cell has two results.
  public func collect(_ others: [ExperimentFolder]) throws(ExperimentError) -> Int {
    guard let first = others.first else { return 0 }
    var known: [String: CellResult] = [:]
    var added: [CellResult] = []
    do {
      let plan = try first.plan()
      if hasPlan, try self.plan() != plan { throw ExperimentError.otherPlan(path: path) }
      for result in try results() { known[result.name] = result }
      for other in others {
        guard try other.plan() == plan else { throw ExperimentError.otherPlan(path: other.path) }
        for result in try other.results() {
          if let before = known[result.name] {
            guard before.agrees(with: result) else {
              throw ExperimentError.conflict(cell: result.name, path: other.path)
            }
            continue
          }
          known[result.name] = result
          added.append(result)
        }
      }
      try open(plan)
      for result in added { try result.json.write(to: resultFile(result.name)) }
    } catch let error as FormatError {
      throw .file(error)
    } catch let error as ExperimentError {
      throw error
    } catch {
      preconditionFailure("\(error)")
    }
    return added.count
  }
}
