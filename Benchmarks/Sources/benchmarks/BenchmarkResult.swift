import FlowDistill

/// What was measured of one benchmark.
struct BenchmarkResult {
  let benchmark: Benchmark
  /// Seconds of a run, one number a sample.
  let seconds: [Double]
  /// The share of the peak, one number a sample; empty where there is none to compare with.
  let shares: [Double]

  /// Measures; the peak is taken anew beside each sample, so that both see the same machine.
  init(_ benchmark: Benchmark) throws {
    self.benchmark = benchmark
    let sampler = try Sampler(benchmark)
    var (seconds, shares): ([Double], [Double]) = ([], [])
    for _ in 0..<benchmark.samples {
      seconds.append(try sampler.sample())
      if case .operations(let precision) = benchmark.unit {
        shares.append(benchmark.work / seconds[seconds.count - 1] / precision.measure())
      }
    }
    (self.seconds, self.shares) = (seconds, shares)
  }

  /// One line: name, value in its unit, spread, summary.
  var line: String {
    let time = Summary(seconds)
    let spread = (time.quartiles.1 - time.quartiles.0) / time.median * 100
    return [
      benchmark.name.padded(24), valueText(time.median).padded(34),
      "±\(spread.short) %".padded(10), benchmark.summary,
    ].joined(separator: " ")
  }

  private func valueText(_ median: Double) -> String {
    switch benchmark.unit {
    case .operations(let precision):
      let share = Summary(shares).median * 100
      return "\((benchmark.work / median * 1e-9).short) GFLOP/s, "
        + "\(share.short) % of \(precision.rawValue) peak"
    case .rate(let things): return "\((benchmark.work / median).short) \(things)/s"
    case .nanoseconds(let thing): return "\((median / benchmark.work * 1e9).short) ns a \(thing)"
    case .time: return median < 1 ? "\((median * 1e3).short) ms" : "\(median.short) s"
    }
  }

  /// The result for machines.
  var json: JSON {
    let time = Summary(seconds)
    var object: JSONObject = [
      "name": .string(benchmark.name), "summary": .string(benchmark.summary),
      "seconds": .number(time.median),
      "quartiles": .numbers([time.quartiles.0, time.quartiles.1]),
      "samples": .integer(seconds.count), "work": .number(benchmark.work),
      "result": .string(valueText(time.median)),
    ]
    if !shares.isEmpty { object["share_of_peak"] = .number(Summary(shares).median) }
    return .object(object)
  }
}
