import Formats

extension ExperimentFolder {
  /// Writes the tables of what is finished.
  @discardableResult
  public func writeTables(_ plan: ReproductionPlan) throws(ExperimentError) -> [ExperimentTable] {
    do {
      let tables = plan.tables(try results())
      for table in tables { try AtomicFile.write(table.csv, to: file(table.name + ".csv")) }
      return tables
    } catch {
      throw .file(error)
    }
  }
}
