import CMachine
import FlowDistill

/// A precision, with the most operations a second that all threads together reach in it.
enum FloatingPeak: String, Sendable {
  case single, double

  /// Operations a second of fused multiply-adds in registers, measured now on all threads.
  func measure() -> Double {
    let (threads, iterations) = (Parallel.threadCount, 2_000_000)
    var done = 0.0
    let time = seconds {
      done = Parallel.map(threads) { _ in
        self == .single
          ? bench_multiply_add_floats(iterations) : bench_multiply_add_doubles(iterations)
      }.reduce(0, +)
    }
    return done / time
  }
}
