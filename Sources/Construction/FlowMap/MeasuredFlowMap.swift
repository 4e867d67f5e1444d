public import Arrays
import Mixtures
public import Networks
public import ProbabilityFlow
import RealModule

/// How far a constructed flow map is from the teacher's at samples of p_T: estimates.
public struct MeasuredFlowMap: Sendable, Equatable {
  /// The number of samples.
  public let samples: Int
  /// The root mean square of ‖Φ̂ − Φ‖.
  public let error: Double
  /// Σ‖Φ̂ − Φ‖²/Σ‖Φ‖².
  public let relativeMSE: Double
  /// The standard error of `relativeMSE`, by the delta method.
  public let standardError: Double
  /// The root mean square of ‖Φ̂ − Φ‖ in float32, on the first `blockSize` samples.
  public let singleError: Double
  /// The upper limit of a one-sided 95 % confidence interval of the relative MSE (`RareErrorLimit`).
  public let upperLimit: Double

  /// Samples that are drawn, carried and compared together.
  public static let blockSize = 4096

  /// Measures a network against the exact flow.
  ///
  /// - Throws: what the teacher throws.
  public init(
    _ network: SparseNetwork, _ flow: ProbabilityFlow, from start: Double, to end: Double,
    samples: Int, random: RandomStream
  ) throws {
    let marginal = flow.marginal(at: start)
    var (squares, sizes, single) = ([Double](), [Double](), 0.0)
    for (b, block) in Parallel.blocks(of: samples, grain: Self.blockSize).enumerated() {
      let x = marginal.sample(block.count, from: random.substream("start \(b)"))
      let exact = try Teacher(flow).transport(x, from: start, to: end).orThrow().states
      squares += MeasuredFlowMap.squares(network(x), exact)
      sizes += (0..<block.count).map { exact[row: $0].reduce(0) { $0 + $1 * $1 } }
      guard b == 0 else { continue }
      let found = network(x.inSinglePrecision).inDoublePrecision
      single = MeasuredFlowMap.squares(found, exact).reduce(0, +) / Double(block.count)
    }
    let count = Double(samples)
    let total = sizes.reduce(0, +)
    let ratio = squares.reduce(0, +) / total
    self.samples = samples
    error = (squares.reduce(0, +) / count).squareRoot()
    relativeMSE = ratio
    upperLimit = RareErrorLimit.upper(squares.map { $0 / total })
    let scatter = zip(squares, sizes).reduce(0) { sum, pair in
      let rest = pair.0 - ratio * pair.1
      return sum + rest * rest
    }
    standardError = (scatter * count / max(1, count - 1)).squareRoot() / total
    singleError = single.squareRoot()
  }

  private static func squares(_ a: Matrix<Double>, _ b: Matrix<Double>) -> [Double] {
    (0..<a.rows).map { n in
      Norms.difference(a[row: n], b[row: n]).reduce(0) { $0 + $1 * $1 }
    }
  }
}
