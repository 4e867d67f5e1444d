public import Arrays
import Mixtures
public import Networks
public import ProbabilityFlow
import RealModule

/// How far a constructed flow map is from the teacher's at samples of p_T: estimates.
public struct MeasuredFlowMap: Sendable, Equatable {
  /// The root mean square of ‖Φ̂ − Φ‖.
  public let error: Double
  /// Σ‖Φ̂ − Φ‖²/Σ‖Φ‖².
  public let relativeMSE: Double
  /// The standard error of `relativeMSE`, by the delta method.
  public let standardError: Double

  /// Measures a network against the exact flow.
  ///
  /// - Throws: what the teacher throws.
  public init(
    _ network: SparseNetwork, _ flow: ProbabilityFlow, from start: Double, to end: Double,
    samples: Int, random: RandomStream
  ) throws {
    let x = flow.marginal(at: start).sample(samples, from: random.substream("start"))
    let exact = try Teacher(flow).transport(x, from: start, to: end).orThrow().states
    let found = network(x)
    let squares = (0..<samples).map { n in
      Norms.difference(found[row: n], exact[row: n]).reduce(0) { $0 + $1 * $1 }
    }
    let sizes = (0..<samples).map { exact[row: $0].reduce(0) { $0 + $1 * $1 } }
    let count = Double(samples)
    let total = sizes.reduce(0, +)
    let ratio = squares.reduce(0, +) / total
    error = (squares.reduce(0, +) / count).squareRoot()
    relativeMSE = ratio
    let scatter = zip(squares, sizes).reduce(0) { sum, pair in
      let rest = pair.0 - ratio * pair.1
      return sum + rest * rest
    }
    standardError = (scatter * count / max(1, count - 1)).squareRoot() / total
  }
}
