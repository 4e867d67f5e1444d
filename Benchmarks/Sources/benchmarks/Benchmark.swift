/// Something that can be timed.
struct Benchmark: Sendable {
  /// Does the work once and returns the seconds that count: all, or those of the steps alone.
  typealias Run = () throws -> Double

  /// Which part of the catalogue it belongs to.
  enum Group: String { case micro, macro }

  /// What a result is given in.
  enum Unit: Sendable {
    /// Floating-point operations a second, and the share of the peak in that precision.
    case operations(FloatingPeak)
    /// Things done a second.
    case rate(String)
    /// Nanoseconds for each thing.
    case nanoseconds(String)
    /// Seconds or milliseconds for the whole.
    case time
  }

  let name: String
  let group: Group
  /// What exactly is done, with its sizes.
  let summary: String
  let unit: Unit
  /// Operations or things in one run.
  let work: Double
  /// The number of timed samples; slow ones take fewer.
  var samples = 7
  /// Makes what the runs need, untimed.
  let prepare: @Sendable () throws -> Run
}

extension Benchmark {
  /// All benchmarks, in the order of their printing.
  static let all: [Benchmark] =
    [fields, products, training, flows, experiments, fitting].flatMap { $0 }

  /// Those of a group or of a name.
  ///
  /// - Throws: `UsageError` if there is none.
  static func named(_ word: String) throws -> [Benchmark] {
    if let group = Group(rawValue: word) { return all.filter { $0.group == group } }
    guard let one = all.first(where: { $0.name == word }) else {
      throw UsageError("no benchmark is called \(word); benchmarks list prints all names")
    }
    return [one]
  }
}

/// A wrong command line, in one sentence.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
