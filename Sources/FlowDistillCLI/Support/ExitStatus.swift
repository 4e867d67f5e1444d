import ArgumentParser
import FlowDistill

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Errors that the command line itself finds.
enum CommandError: Error {
  /// Options that make no sense (status 64).
  case usage(String)
  /// Input that is readable but wrong (status 65).
  case data(String)
  /// Work that a signal ended (status 130).
  case interrupted(String)
  /// Standard output takes no more (status 74).
  case output(reason: String)
}

/// The one place where an error becomes a sentence and a status.
enum ExitStatus {
  static let usage: Int32 = 64
  static let data: Int32 = 65
  static let noInput: Int32 = 66
  static let software: Int32 = 70
  static let cannotCreate: Int32 = 73
  static let inputOutput: Int32 = 74
  static let interrupted: Int32 = 130

  /// The sentence and the status of an error of the library or of this command line.
  static func describe(_ error: any Error) -> (message: String, status: Int32)? {
    switch error {
    case CommandError.usage(let text): (text, usage)
    case CommandError.data(let text): (text, data)
    case CommandError.interrupted(let text): (text, interrupted)
    case CommandError.output(let reason): ("standard output: \(reason)", inputOutput)
    case let error as FormatError: (error.description, status(error))
    case let error as MixtureError: (error.description, data)
    case let error as StabilityError: (error.description, data)
    case let error as ScheduleError: (error.description, status(error))
    case let error as ComparisonError: (error.description, status(error))
    case let error as FlowError: (error.description, data)
    case let error as ConstructionError: (error.description, data)
    case let error as ScoreError: (error.description, status(error))
    case let error as DistillationError: (error.description, status(error))
    case let error as ExperimentError: (error.description, status(error))
    default: nil
    }
  }

  private static func status(_ error: FormatError) -> Int32 {
    switch error {
    case .notFound: noInput
    case .malformed: data
    case .cannotWrite: cannotCreate
    case .cannotRead: inputOutput
    }
  }

  private static func status(_ error: ScheduleError) -> Int32 {
    switch error {
    case .badEnd, .badParameter, .noSegments: usage
    case .badProfile, .unusable, .unexportable, .noBound, .teacher: data
    }
  }

  private static func status(_ error: ComparisonError) -> Int32 {
    switch error {
    case .request(let error): status(error)
    case .teacher: data
    case .interrupted: interrupted
    }
  }

  private static func status(_ error: ScoreError) -> Int32 {
    switch error {
    case .badData, .unfinished: data
    case .badRecipe, .other: usage
    case .file(let error): status(error)
    case .diverged: software
    case .interrupted: interrupted
    case .alreadyExists: cannotCreate
    }
  }

  private static func status(_ error: DistillationError) -> Int32 {
    switch error {
    case .teacher, .unfinished, .construction, .scores: data
    case .file(let error): status(error)
    case .diverged: software
    case .interrupted: interrupted
    case .alreadyExists: cannotCreate
    case .otherPlan: usage
    }
  }

  private static func status(_ error: ExperimentError) -> Int32 {
    switch error {
    case .cell(_, let error): status(error)
    case .file(let error): status(error)
    case .otherPlan, .unknownChoice, .noCell: usage
    case .conflict: data
    }
  }

  /// Prints what there is to say and ends the process.
  static func exit(after error: any Error) -> Never {
    if let (message, status) = describe(error) {
      Console.error("flowdistill: " + message)
      terminate(status)
    }
    let code = FlowDistillCommand.exitCode(for: error)
    if code == .success {
      // Help and version are answers, not errors.
      print(FlowDistillCommand.fullMessage(for: error))
      Console.flushOutput()
      terminate(0)
    }
    let line = FlowDistillCommand.message(for: error).split(whereSeparator: \.isNewline)
      .map { $0.trimmingSpaces }.joined(separator: " ")
    Console.error("flowdistill: \(line) (see flowdistill --help)")
    terminate(code == .validationFailure ? usage : software)
  }

  private static func terminate(_ status: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(status)
    #else
      Darwin.exit(status)
    #endif
  }
}

extension StringProtocol {
  fileprivate var trimmingSpaces: String {
    String(drop(while: \.isWhitespace))
  }
}
