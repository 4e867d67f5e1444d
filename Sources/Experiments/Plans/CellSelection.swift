/// Which cells of a plan a process runs.
public struct CellSelection: Sendable {
  /// Choices and the values that they may have; cells without the choice are left out.
  public var only: [(name: String, values: [String])] = []
  /// Part i of n, from 1: every n-th cell.
  public var shard: (index: Int, count: Int) = (1, 1)

  /// All cells.
  public init() {}

  /// The selected cells, in their order.
  ///
  /// - Throws: `ExperimentError.unknownChoice` if no cell has a name or value asked for, `.noCell` if none
  ///   has all of them.
  public func of(_ cells: [Cell]) throws(ExperimentError) -> [Cell] {
    for (name, values) in only {
      for value in values where !cells.contains(where: { $0.has(name, value) }) {
        let names = cells.first?.keys.map(\.name) ?? []
        throw .unknownChoice(name: "\(name)=\(value)", known: names)
      }
    }
    let selected = cells.filter { cell in
      only.allSatisfy { name, values in values.contains { cell.has(name, $0) } }
    }
    guard !selected.isEmpty else {
      throw .noCell(choices: only.map { "\($0.name)=\($0.values.joined(separator: ","))" })
    }
    // A part may be empty: there can be more parts than cells.
    return selected.enumerated()
      .filter { $0.offset % shard.count == shard.index - 1 }.map(\.element)
  }
}

extension Cell {
  /// Whether a choice has this value; numbers are compared as numbers.
  fileprivate func has(_ name: String, _ value: String) -> Bool {
    guard let own = self[name] else { return false }
    if let number = Double(value) { return Double(own) == number }
    return own == value
  }
}
