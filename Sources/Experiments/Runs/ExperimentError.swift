public import Distillation
public import Formats

/// What can end an experiment before its time.
public enum ExperimentError: Error, Equatable, CustomStringConvertible {
  /// The training of a cell ended; the error says why.
  case cell(name: String, DistillationError)
  /// A file could not be read or written.
  case file(FormatError)
  /// The folder holds another experiment, scale, teacher or budget.
  case otherPlan(path: String)
  /// Two folders have different results for one cell.
  case conflict(cell: String, path: String)
  /// No experiment has such a choice.
  case unknownChoice(name: String, known: [String])
  /// Each choice is some cell's, but no cell has them all.
  case noCell(choices: [String])

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .cell(let name, .interrupted(let segment, let step)):
      "interrupted in \(name), segment \(segment + 1) after step \(step); "
        + "the same command goes on"
    case .cell(let name, let error): "\(name): \(error)"
    case .file(let error): error.description
    case .otherPlan(let path):
      "\(path) holds another experiment, scale, teacher or number of steps; choose another folder"
    case .conflict(let cell, let path):
      "\(path) has another result for \(cell) than a folder before it; "
        + "collect results of one machine and version"
    case .unknownChoice(let name, let known):
      "no cell has a \"\(name)\" of that value; choices are \(known.joined(separator: ", "))"
    case .noCell(let choices):
      "no cell has all of \(choices.joined(separator: " and ")); ask for fewer at a time"
    }
  }
}
