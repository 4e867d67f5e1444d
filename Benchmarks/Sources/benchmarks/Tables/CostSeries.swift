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
  /// The exponent of the time: the mean of those of the rounds.
  ///
  /// Its standard error is the larger of that by which the medians miss a power law, which bends count towards, and that
  /// of the mean.
  let timeExponent: (value: Double, error: Double)

  /// How often each size is measured.
  private static let rounds = 7
  /// Seconds that a measurement should take at least.
  private static let atLeast = 0.02

  /// Measures all sizes in turn, again and again, so that a machine that slows down slows them all; before, one run
  /// of each tells the memory.
  init(
    _ work: String, _ variable: String, _ sizes: [Int], fixed: String,
    _ prepare: (Int) throws -> Benchmark.Run
  ) throws {
    (self.work, self.variable, self.fixed) = (work, variable, fixed)
    let runs = try sizes.map(prepare)
    let memory: [Double?] = try runs.map { run in
      let before = bench_reset_peak_memory()
      _ = try run()
      let peak = bench_peak_memory()
      return before < 0 || peak < before ? nil : Double(peak - before)
    }
    let repetitions = try runs.map { run in
      let once = try run()
      return max(1, Int((CostSeries.atLeast / max(once, 1e-9)).rounded(.up)))
    }
    let times = try (0..<CostSeries.rounds).map { _ in
      try zip(runs, repetitions).map { run, count in
        try (0..<count).map { _ in try run() }.reduce(0, +) / Double(count)
      }
    }
    points = sizes.indices.map { i in
      Point(size: sizes[i], seconds: Summary(times.map { $0[i] }).median, bytes: memory[i])
    }
    let x = sizes.map(Double.init)
    let fit = CostSeries.exponent(x, points.map(\.seconds))
    let each = times.map { CostSeries.exponent(x, $0).value }
    let mean = each.reduce(0, +) / Double(each.count)
    let squares = each.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let between = (squares / Double(each.count * (each.count - 1))).squareRoot()
    timeExponent = (mean, max(fit.error, between))
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

  /// Bytes that memory in use is known to: Linux adds up resident pages in batches of 32 for each processor.
  private static let resolution = 131_072.0

  /// The exponent of the memory; nil where it is too small to tell.
  var memoryExponent: (value: Double, error: Double)? {
    let known = points.filter { ($0.bytes ?? 0) >= 1_048_576 }
    guard known.count >= 3 else { return nil }
    let (sizes, bytes) = (known.map { Double($0.size) }, known.compactMap { $0.bytes })
    let fit = CostSeries.exponent(sizes, bytes)
    // What the exponent changes by when one point does.
    let shifts = bytes.indices.map { i in
      var other = bytes
      other[i] += CostSeries.resolution
      return CostSeries.exponent(sizes, other).value - fit.value
    }
    return (fit.value, max(fit.error, shifts.reduce(0) { $0 + $1 * $1 }.squareRoot()))
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
