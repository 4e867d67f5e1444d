import FlowDistill
import Foundation

/// The clock that benchmarks go by.
enum Stopwatch {
  /// Whether seconds of the processor count and not those of the wall: with one thread the way to
  /// compare on a machine that others use, because waiting does not count.
  static let countsProcessor =
    ProcessInfo.processInfo.environment["BENCHMARK_CLOCK"] == "processor"

  /// Seconds since some moment.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(countsProcessor ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// Seconds that a piece of work takes.
func seconds(_ work: () throws -> Void) rethrows -> Double {
  let begin = Stopwatch.now()
  try work()
  return Stopwatch.now() - begin
}

/// Runs of a prepared benchmark, so many to a sample that the clock's grain does not matter.
struct Sampler {
  private let run: Benchmark.Run
  /// Runs in one sample.
  let repetitions: Int

  /// Seconds that a sample should take at least: work that goes on for hours is not judged by what the first
  /// step after a pause takes.
  private static let target = 0.2

  /// Prepares, warms up and chooses the number of repetitions.
  init(_ benchmark: Benchmark) throws {
    run = try benchmark.prepare()
    // The first run pays for pages and caches; the second tells how long one takes.
    let first = try run()
    let once = first > 1 ? first : try run()
    repetitions = max(1, Int((Sampler.target / max(once, 1e-9)).rounded(.up)))
  }

  /// Seconds of one run, averaged over one sample.
  func sample() throws -> Double {
    var sum = 0.0
    for _ in 0..<repetitions { sum += try run() }
    return sum / Double(repetitions)
  }
}

/// The middle and the spread of repeated measurements.
struct Summary {
  let median: Double
  /// The first and the third quartile.
  let quartiles: (Double, Double)

  init(_ values: [Double]) {
    let sorted = values.sorted()
    func quantile(_ q: Double) -> Double {
      let place = q * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    median = quantile(0.5)
    quartiles = (quantile(0.25), quantile(0.75))
  }
}
