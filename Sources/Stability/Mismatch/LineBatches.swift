import Arrays
import Mixtures
import ProbabilityFlow

/// Batches of points on random lines: near neighbours in different basins, in any dimension.
///
/// A line through X ~ p_t in a fixed direction is cut into strata, and one point is drawn from the
/// conditional law of p_t in each (see `ConditionalLines`). With w_i the strata's probabilities
/// E Σ_i w_i‖e(x_i)‖² = E‖e‖², whatever strata one chooses, as long as the choice does not depend on
/// the points drawn: here it follows a first look at Φ along the line. On a line the constraints
/// between neighbours imply all others.
struct LineBatches: Sendable {
  let problem: MismatchProblem
  let direction: [Double]
  let count: Int
  let name: String

  func bounds() throws(FlowError) -> [BatchBound] {
    let m = problem.options.batch
    let process = problem.flow.process
    let stream = problem.stream.substream(name)
    let lines = ConditionalLines(
      problem.flow.mixture, alpha: process.alpha(problem.from),
      sigmaSquared: process.sigmaSquared(problem.from), direction: direction)
    let x = problem.flow.marginal(at: problem.from).sample(count, from: stream.substream("lines"))
    let feet = (0..<count).map { lines.foot(x[row: $0]) }
    let laws = feet.map { lines.law($0) }

    func trace(_ levels: [[Double]]) throws(FlowError) -> [LineTrace] {
      let places = Parallel.map(count) { b in levels[b].map { laws[b].quantile($0) } }
      let rows = (0..<count).flatMap { b in places[b].flatMap { lines.point(feet[b], $0) } }
      let d = problem.dimension
      let image = try problem.map(Matrix(rows: rows.count / d, columns: d, elements: rows))
      var first = 0
      return (0..<count).map { b in
        let range = first..<first + levels[b].count
        first = range.upperBound
        return LineTrace(
          levels: levels[b], places: places[b], values: image.states.rowBlock(range),
          errors: Array(image.errorEstimates[range]))
      }
    }

    let half = m / 2
    let even = (0..<half).map { (Double($0) + 0.5) / Double(half) }
    let coarse = try trace(Array(repeating: even, count: count))
    // Where the map is steep.
    let finer = try trace(coarse.map { $0.jumps().midpoints(half) })
    let looks = zip(coarse, finer).map { $0.merged(with: $1) }
    // Where the best M-Lipschitz map errs.
    let strata = Parallel.map(count) { b in looks[b].errorMonitor(problem).edges(m) }
    let draws = (0..<count).map { b in
      let u = stream.substream("strata").substream(UInt64(b)).uniforms(m)
      return zip(zip(strata[b], strata[b].dropFirst()), u).map { piece, u in
        piece.0 + u * (piece.1 - piece.0)
      }
    }
    let final = try trace(draws)
    return Parallel.map(count) { b in
      let weights = zip(strata[b], strata[b].dropFirst()).map { $1 - $0 }
      var regression = final[b].regression(problem, weights: weights)
      regression.ascend()
      return BatchBound(
        value: problem.allowingForTeacher(
          regression.lowerBound, errors: final[b].errors, weights: weights),
        steepest: final[b].steepest)
    }
  }
}
