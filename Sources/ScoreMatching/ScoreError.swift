public import Formats

/// What can end the learning of a score.
public enum ScoreError: Error, Equatable, CustomStringConvertible {
  /// The data cannot be learnt from.
  case badData(String)
  /// A choice is impossible.
  case badRecipe(String)
  /// A file could not be read or written.
  case file(FormatError)
  /// The loss, a gradient or a weight is no longer finite.
  case diverged(step: Int)
  /// The user asked to stop; everything is saved.
  case interrupted(step: Int)
  /// The file already holds a teacher.
  case alreadyExists(path: String)
  /// The file holds a teacher of other data or choices.
  case other(path: String, difference: String)
  /// The file holds a teacher that is still learning.
  case unfinished(path: String, step: Int, of: Int)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .badData(let problem), .badRecipe(let problem): problem
    case .file(let error): error.description
    case .diverged(let step):
      "learning diverged at step \(step); use a smaller learning rate"
    case .interrupted(let step): "interrupted after step \(step); go on with --resume"
    case .alreadyExists(let path):
      "\(path) already exists; add --resume to go on with it or choose another file"
    case .other(let path, let difference):
      "\(path) holds a teacher of other \(difference); choose another file"
    case .unfinished(let path, let step, let of):
      "\(path) has learnt \(step) of \(of) steps; finish it with learn --resume"
    }
  }
}
