import Arrays
import Mixtures
import ProbabilityFlow

/// Batches of independent draws of p_t.
///
/// For every batch and every M-Lipschitz Ψ, (1/m) Σ‖Ψ(x_i) − Φ(x_i)‖² is at least the optimum of
/// `LipschitzRegression` on the batch, and the expectation of the left-hand side is E‖Ψ − Φ‖².
/// The ascent starts from the pairing that maximises Σ (R − Mδ)₊²: by itself a coupling of p_t with
/// itself, made from the batch.
struct CloudBatches: Sendable {
  let problem: MismatchProblem

  func bounds() throws(FlowError) -> [BatchBound] {
    let (count, m) = (problem.options.batchCount, problem.options.batch)
    let x = problem.flow.marginal(at: problem.from)
      .sample(count * m, from: problem.stream.substream("clouds"))
    let image = try problem.map(x)
    return Parallel.map(count) { b in
      let rows = b * m..<(b + 1) * m
      return bound(
        x.rowBlock(rows), image.states.rowBlock(rows), Array(image.errorEstimates[rows]))
    }
  }

  private func bound(
    _ x: Matrix<Double>, _ y: Matrix<Double>, _ errors: [Double]
  ) -> BatchBound {
    let m = x.rows
    let distances = GaussianKernels.squaredDistances(x, x)
    let spreads = GaussianKernels.squaredDistances(y, y)
    let size = x.elements.reduce(0) { max($0, abs($1)) } * Double(x.columns).squareRoot()
    var gain = Matrix<Double>(rows: m, columns: m)
    var edges: [LipschitzRegression.Edge] = []
    var steepest = 0.0
    for i in 0..<m {
      for j in i + 1..<m {
        let (delta, spread) = (distances[i, j].squareRoot(), spreads[i, j].squareRoot())
        let limit = problem.limit(distance: delta, size: size)
        edges.append(.init(i, j, limit: limit))
        let excess = max(0, spread - limit)
        gain[i, j] = excess * excess
        gain[j, i] = gain[i, j]
        if delta > 1e-6 * size {
          steepest = max(steepest, (spread - errors[i] - errors[j]) / delta)
        }
      }
    }
    guard gain.elements.contains(where: { $0 > 0 }) else {
      return BatchBound(value: 0, pairs: 0, steepest: steepest)
    }
    let weights = Array(repeating: 1 / Double(m), count: m)
    var regression = LipschitzRegression(targets: y, weights: weights, edges: edges)
    regression.pair(AssignmentSolver.maximise(gain))
    let pairs = regression.lowerBound
    regression.ascend()
    func allowed(_ value: Double) -> Double {
      problem.allowingForTeacher(value, errors: errors, weights: weights)
    }
    return BatchBound(
      value: allowed(max(pairs, regression.lowerBound)), pairs: allowed(pairs), steepest: steepest)
  }
}
