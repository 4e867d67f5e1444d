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
    /// The errors in float32.
    public let singleErrors: [Double]
    /// The errors without rounding in evaluation, at the first `exactSamples`; empty without any.
    public let exactErrors: [Double]
    /// The norms of the score.
    public let norms: [Double]
  }

  /// The times, evenly spread.
  public let rows: [Row]

  /// Measures at `count` times.
  ///
  /// - Parameters:
  ///   - network: the score of (x, t).
  ///   - mixture: p_0.
  ///   - process: the noising process.
  ///   - times: from where to where.
  ///   - count: the number of times, more of them near the data.
  ///   - samples: the number of samples of each p_t.
  ///   - exactSamples: on how many of them evaluation is repeated with 32 digits.
  ///   - random: where samples come from.
  public init(
    _ network: SparseNetwork, _ mixture: GaussianMixture, _ process: some ForwardProcess,
    times: ClosedRange<Double>, count: Int = 9, samples: Int, exactSamples: Int = 0,
    random: RandomStream
  ) {
    rows = (0..<count).map { n in
      // More of them near the data, where the score is steep.
      let part = Double(n) / Double(max(1, count - 1))
      let time = times.lowerBound + (times.upperBound - times.lowerBound) * part * part * part
      let marginal = Marginal(mixture, process, at: time)
      let x = marginal.sample(samples, from: random.substream("\(n)"))
      var inputs = Matrix<Double>(rows: samples, columns: x.columns + 1)
      for row in 0..<samples {
        for column in 0..<x.columns { inputs[row, column] = x[row, column] }
        inputs[row, x.columns] = time
      }
      let score = marginal.score(x)
      func errors(_ values: Matrix<Double>) -> [Double] {
        MeasuredTimeError.norms(
          (0..<values.rows).map {
            Norms.length(Norms.difference(values[row: $0], score[row: $0]))
          })
      }
      let few = min(exactSamples, samples)
      return Row(
        time: time, errors: errors(network(inputs)),
        singleErrors: errors(network(inputs.inSinglePrecision).inDoublePrecision),
        exactErrors: few == 0
          ? []
          : errors(network.inDoubleDouble(Matrix((0..<few).map { Array(inputs[row: $0]) }))),
        norms: MeasuredTimeError.norms((0..<samples).map { Norms.length(score[row: $0]) }))
    }
  }

  /// The largest error in float64 over times and powers, relative or not.
  public func largest(relative: Bool) -> Double {
    powers(\.errors, relative: relative).reduce(0, max)
  }

  /// The largest of some errors over times, for each power.
  public func powers(_ errors: KeyPath<Row, [Double]>, relative: Bool) -> [Double] {
    rows.reduce([0, 0, 0]) { worst, row in
      row[keyPath: errors].enumerated().map { n, error in
        max(worst[n], relative ? error / row.norms[n] : error)
      }
    }
  }

  private static func norms(_ values: [Double]) -> [Double] {
    TimeCells.powers.map { p in
      .pow(values.reduce(0) { $0 + .pow($1, p) } / Double(max(1, values.count)), 1 / p)
    }
  }
}
