import Arrays
import Mixtures
import ProbabilityFlow

/// A flow map, the law of its arguments and a student budget.
struct MismatchProblem: Sendable {
  let flow: ProbabilityFlow
  let from: Double
  let to: Double
  let budget: Double
  let options: MismatchOptions

  var dimension: Int { flow.mixture.dimension }
  var stream: RandomStream { RandomStream(seed: options.seed).substream("mismatch") }

  /// Φ at each row, with the teacher's own error estimates.
  func map(_ x: Matrix<Double>) throws(FlowError) -> Transport {
    try Teacher(flow, tolerance: options.teacherTolerance).transport(x, from: from, to: to)
      .orThrow()
  }

  /// How far apart the values of an M-Lipschitz map may be at points δ apart.
  ///
  /// A little more than Mδ: the arguments are rounded.
  func limit(distance: Double, size: Double) -> Double {
    budget * (distance * (1 + 1e-12) + 1e-14 * size)
  }

  /// A bound on the error at the true values of Φ from one at computed values: the root of F is a
  /// distance to a convex set, which changes by at most the root mean square change of the targets.
  func allowingForTeacher(
    _ value: Double, errors: some Sequence<Double>, weights: some Sequence<Double>
  ) -> Double {
    let rms = zip(errors, weights).reduce(0) { $0 + $1.1 * $1.0 * $1.0 }.squareRoot()
    let root = max(0, value.squareRoot() - rms)
    return root * root
  }
}

/// What one batch proves.
struct BatchBound: Sendable {
  /// A number whose expectation over batches is at most E‖Ψ − Φ‖² for every M-Lipschitz Ψ.
  let value: Double
  /// The same from pairs alone; nil where there is no pairing.
  var pairs: Double?
  /// The largest ‖Φ(x) − Φ(x')‖/‖x − x'‖ seen, less the teacher's error.
  let steepest: Double
}
