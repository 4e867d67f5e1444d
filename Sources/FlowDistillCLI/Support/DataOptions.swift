import ArgumentParser
import FlowDistill

/// How a data file becomes samples.
struct DataOptions: ParsableArguments {
  @Option(help: "The columns of the data to use, counted from 1, such as 1:64 (default: all).")
  var columns: String?

  @Option(help: "Map the interval LOW:HIGH of the data to [-1, 1], such as 0:16.")
  var rescale: String?

  /// Whether any of the options is given.
  var isGiven: Bool { columns != nil || rescale != nil }

  /// The selection that the options describe, or a usage error.
  func selection() throws -> SampleSelection {
    var selection = SampleSelection()
    if let columns {
      guard let (first, last) = DataOptions.pair(columns, { Int($0) }), first >= 1, first <= last
      else {
        throw CommandError.usage("--columns is \"\(columns)\"; use FIRST:LAST such as 1:64")
      }
      selection.columns = first...last
    }
    if let rescale {
      guard let (low, high) = DataOptions.pair(rescale, { Double($0) }), low < high,
        (high - low).isFinite
      else {
        throw CommandError.usage("--rescale is \"\(rescale)\"; use LOW:HIGH such as 0:16")
      }
      selection.rescaled = low...high
    }
    return selection
  }

  private static func pair<T>(_ text: String, _ parse: (String) -> T?) -> (T, T)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let first = parse(parts[0]), let second = parse(parts[1]) else {
      return nil
    }
    return (first, second)
  }
}
