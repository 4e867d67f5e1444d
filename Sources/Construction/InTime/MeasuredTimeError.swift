public import Arrays
public import Mixtures
public import Networks
import RealModule

/// How far a score in time is from the closed form at samples of p_t: an estimate.
public struct MeasuredTimeError: Sendable, Equatable {
  /// One time's ‖ŝ − s‖_{L^p(p_t)} and ‖s‖_{L^p(p_t)}, p = 1, 2, 4.
  public struct Row: Sendable, Equatable {
    /// The time t.
    public let time: Double
    /// The errors in float64.
    public let errors: [Double]
    /// The norms of the score.
    public let norms: [Double]
  }

  /// The times, evenly spread.
  public let rows: [Row]

  /// Measures at `count` times.
  public init(
    _ network: SparseNetwork, _ mixture: GaussianMixture, _ process: some ForwardProcess,
    times: ClosedRange<Double>, count: Int = 9, samples: Int, random: RandomStream
  ) {
    rows = (0..<count).map { n in
      // More of them near the data, where the score is steep.
      let part = Double(n) / Double(max(1, count - 1))
      let time = times.lowerBound + (times.upperBound - times.lowerBound) * part * part * part
      let marginal = Marginal(mixture, process, at: time)
      let x = marginal.sample(samples, from: random.substream("\(n)"))
      var inputs: [Double] = []
      for row in 0..<samples { inputs += Array(x[row: row]) + [time] }
      let values = network(
        Matrix(rows: samples, columns: x.columns + 1, elements: inputs))
      let score = marginal.score(x)
      let lengths = (0..<samples).map { Norms.length(score[row: $0]) }
      let errors = (0..<samples).map {
        Norms.length(Norms.difference(values[row: $0], score[row: $0]))
      }
      return Row(
        time: time, errors: MeasuredTimeError.norms(errors),
        norms: MeasuredTimeError.norms(lengths))
    }
  }

  /// The largest error over times and powers, relative or not.
  public func largest(relative: Bool) -> Double {
    rows.reduce(0) { worst, row in
      zip(row.errors, row.norms).reduce(worst) { max($0, relative ? $1.0 / $1.1 : $1.0) }
    }
  }

  private static func norms(_ values: [Double]) -> [Double] {
    TimeCells.powers.map { p in
      .pow(values.reduce(0) { $0 + .pow($1, p) } / Double(max(1, values.count)), 1 / p)
    }
  }
}
