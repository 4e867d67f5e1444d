public import Construction
public import Formats
public import ProbabilityFlow

/// What can end a distillation before its time.
public enum DistillationError: Error, Equatable, CustomStringConvertible {
  /// The teacher could not carry a batch.
  case teacher(FlowError)
  /// A student cannot be constructed.
  case construction(ConstructionError)
  /// A file of the run folder could not be read or written.
  case file(FormatError)
  /// The loss, a gradient or a weight is no longer finite. Segments count from 0 here, from 1 in
  /// the sentence, as in progress lines.
  case diverged(segment: Int, step: Int)
  /// The user asked to stop; everything is saved.
  case interrupted(segment: Int, step: Int)
  /// The folder already holds a run.
  case alreadyExists(path: String)
  /// The folder holds a run of another plan.
  case otherPlan(path: String, difference: String)
  /// The folder's networks are scores, not flow maps.
  case scores(path: String)
  /// The folder holds no finished run.
  case unfinished(path: String, segments: Int, of: Int)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .teacher(let error): error.description
    case .construction(let error): error.description
    case .file(let error): error.description
    case .diverged(let segment, let step):
      "training diverged in segment \(segment + 1) at step \(step); use a smaller learning rate"
    case .interrupted(let segment, let step):
      "interrupted in segment \(segment + 1) after step \(step); go on with --resume"
    case .alreadyExists(let path):
      "\(path) already holds a run; add --resume to go on with it or choose another folder"
    case .otherPlan(let path, let difference):
      "\(path) holds a run with another \(difference); choose another folder"
    case .scores(let path):
      "\(path) holds scores, not flow maps; use a run of students"
    case .unfinished(let path, let segments, let of):
      "\(path) has \(segments) of \(of) students; finish it with distill --resume"
    }
  }
}
