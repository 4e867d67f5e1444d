import Arrays
import Mixtures
import ProbabilityFlow

/// True trajectories at given times with the adjoint to their end: how much a small change at each time
/// moves the sample.
///
/// One sweep of the teacher down the times, one of DΦᵀ back up. In d ≤ 4 dimensions all of
/// DΦ_{end←t} is carried; above, its transpose applied to a few normal vectors u, since
/// E_u (uᵀDΦ v)² = ‖DΦ v‖². All in the process's own state.
struct AdjointPath: Sendable {
  /// The times, descending; the last is the end.
  let times: [Double]
  /// The trajectories from draws of the first time's law, one N×d matrix for each time.
  let states: [Matrix<Double>]
  /// DΦ_{end←t}ᵀu, m vectors one after the other in each row, for each time.
  let covectors: [Matrix<Double>]
  /// Evaluations of the velocity, over all samples.
  let evaluations: Int

  /// Probing vectors where the whole derivative is not carried.
  private static let probes = 4

  /// Follows `count` trajectories.
  ///
  /// - Throws: `.teacher` if one cannot be followed.
  init(
    _ flow: ProbabilityFlow, along times: [Double], count: Int, seed: UInt64
  ) throws(ScheduleError) {
    let d = flow.mixture.dimension
    let stream = RandomStream(seed: seed).substream("grid-trajectories")
    let teacher = Teacher(flow, tolerance: 1e-8)
    var states = [flow.marginal(at: times[0]).sample(count, from: stream.substream("states"))]
    var evaluations = 0
    for (from, to) in zip(times, times.dropFirst()) {
      do {
        let moved = try teacher.transport(states[states.count - 1], from: from, to: to).orThrow()
        states.append(moved.states)
        evaluations += moved.evaluations
      } catch { throw .teacher(error) }
    }
    let tangent = TangentFlow(flow, tolerance: 1e-6)
    var covector = AdjointPath.probes(d, count, stream.substream("probes"))
    var covectors = [covector]
    for i in (0..<times.count - 1).reversed() {
      let pulled = tangent.pull(
        covector, arrivingAt: states[i + 1], from: times[i], to: times[i + 1])
      if case .unfinished(let rows) = pulled.outcome {
        throw .teacher(.unfinished(count: rows.count, first: rows.first ?? 0, total: count))
      }
      covector = pulled.vectors
      covectors.append(covector)
      evaluations += pulled.evaluations
    }
    (self.times, self.states, self.evaluations) = (times, states, evaluations)
    self.covectors = covectors.reversed()
  }

  private static func probes(_ d: Int, _ count: Int, _ stream: RandomStream) -> Matrix<Double> {
    guard d > probes else {
      let basis = Matrix<Double>.identity(d).elements
      return Matrix(
        rows: count, columns: d * d, elements: Array(repeating: basis, count: count).flatMap { $0 })
    }
    var normals = stream.normals(rows: count, columns: probes * d)
    let unit = 1 / Double(probes).squareRoot()
    for i in normals.elements.indices { normals.elements[i] *= unit }
    return normals
  }

  /// ‖DΦ_{end←t_i} v‖² for the vector v of each row, or an unbiased estimate of it.
  func squaredEffects(of vectors: Matrix<Double>, at i: Int) -> [Double] {
    let (covectors, d) = (covectors[i], vectors.columns)
    return (0..<vectors.rows).map { row in
      let v = vectors.elements.span.extracting(row * d..<(row + 1) * d)
      let width = covectors.columns
      let u = covectors.elements.span.extracting(row * width..<(row + 1) * width)
      var sum = 0.0
      for probe in 0..<width / d {
        var inner = 0.0
        for a in 0..<d { inner += u[probe * d + a] * v[a] }
        sum += inner * inner
      }
      return sum
    }
  }
}
