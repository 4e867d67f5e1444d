import CMachine
import FlowDistill
import Foundation

/// The cost of one kind of work as one of its sizes grows.
struct CostSeries {
  /// One size, with what it took.
  struct Point {
    let size: Int
    let seconds: Double
    /// The most memory in use beyond what was there before, or nil where the system cannot tell.
    let bytes: Double?
  }

  /// What is done.
  let work: String
  /// The size that grows: N, d, K or n.
  let variable: String
  /// The sizes that stay.
  let fixed: String
  let points: [Point]

  /// Measures the median time of three runs, after one that also tells the memory.
  init(
    _ work: String, _ variable: String, _ sizes: [Int], fixed: String,
    _ prepare: (Int) throws -> Benchmark.Run
  ) throws {
    (self.work, self.variable, self.fixed) = (work, variable, fixed)
    points = try sizes.map { size in
      let run = try prepare(size)
      let before = bench_reset_peak_memory()
      _ = try run()
      let peak = bench_peak_memory()
      let times = try (0..<3).map { _ in try run() }
      return Point(
        size: size, seconds: Summary(times).median,
        bytes: before < 0 || peak < before ? nil : Double(peak - before))
    }
  }

  /// The exponent p of cost ∝ size^p by least squares in logarithms, with its standard error.
  static func exponent(_ sizes: [Double], _ costs: [Double]) -> (value: Double, error: Double) {
    let n = Double(sizes.count)
    let x: [Double] = sizes.map { log($0) }
    let y: [Double] = costs.map { log($0) }
    let mx: Double = x.reduce(0, +) / n
    let my: Double = y.reduce(0, +) / n
    var (sxx, sxy, residual) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      sxx += (a - mx) * (a - mx)
      sxy += (a - mx) * (b - my)
    }
    let slope = sxy / sxx
    for (a, b) in zip(x, y) {
      let e: Double = b - my - slope * (a - mx)
      residual += e * e
    }
    return (slope, (residual / max(1, n - 2) / sxx).squareRoot())
  }

  /// The exponent of the time.
  var timeExponent: (value: Double, error: Double) {
    CostSeries.exponent(points.map { Double($0.size) }, points.map { $0.seconds })
  }

  /// The exponent of the memory; nil where it is too small to tell.
  var memoryExponent: (value: Double, error: Double)? {
    let known = points.filter { ($0.bytes ?? 0) >= 1_048_576 }
    guard known.count >= 3 else { return nil }
    return CostSeries.exponent(known.map { Double($0.size) }, known.compactMap { $0.bytes })
  }

  /// Asked: neither time nor memory grows faster than the size, within two standard errors.
  var isAtMostLinear: Bool {
    [timeExponent, memoryExponent].compactMap { $0 }.allSatisfy { $0.value - 2 * $0.error <= 1 }
  }

  /// The table as text.
  var text: String {
    func exponent(_ p: (value: Double, error: Double)?) -> String {
      p.map { "\($0.value.short) ± \($0.error.short)" } ?? "too small to tell"
    }
    let rows = points.map { point in
      let memory = point.bytes.map { "\(($0 / 1_048_576).short) MiB" } ?? "-"
      return "  " + "\(variable) = \(point.size)".padded(14)
        + "\((point.seconds * 1e3).short) ms".padded(14) + memory
    }
    let verdict =
      "  time ~ \(variable)^p, p = \(exponent(timeExponent)); memory p = "
      + "\(exponent(memoryExponent)) (estimates); asked: at most 1, "
      + (isAtMostLinear ? "met" : "not met")
    return (["\(work), \(fixed)"] + rows + [verdict]).joined(separator: "\n")
  }

  /// The table for machines.
  var json: JSON {
    [
      "work": .string(work), "variable": .string(variable), "fixed": .string(fixed),
      "sizes": .integers(points.map(\.size)), "seconds": .numbers(points.map(\.seconds)),
      "bytes": .array(points.map { $0.bytes.map(JSON.number) ?? .null }),
      "time_exponent": .numbers([timeExponent.value, timeExponent.error]),
      "memory_exponent": memoryExponent.map { .numbers([$0.value, $0.error]) } ?? .null,
      "at_most_linear": .bool(isAtMostLinear),
    ]
  }
}
