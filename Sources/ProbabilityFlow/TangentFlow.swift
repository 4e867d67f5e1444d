public import Arrays
import Mixtures

/// Vectors carried along the trajectories of a batch of samples.
public struct TangentTransport: Sendable {
  /// The states at the end of the integration, N×d.
  public let states: Matrix<Double>
  /// The m vectors of each sample one after the other, N×(m·d).
  public let vectors: Matrix<Double>
  /// Estimated Euclidean norm of the error of each row of `vectors` and its state together, in the
  /// regular state y = x/s.
  public let errorEstimates: [Double]
  /// Evaluations of the field and its Jacobian, summed over samples.
  public let evaluations: Int
  /// Whether all samples arrived.
  public let outcome: TransportOutcome
}

/// The derivative DΦ_{s←t}(x) of the flow map along accurate trajectories: applied to vectors
/// (tangent), and its transpose (adjoint).
///
/// State and vectors are integrated together with error control over both, in the regular state
/// y = x/s of `RegularState`; DΦ in x is s_s/s_t times that in y.
public struct TangentFlow: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The local error allowed per step, relative to the size of state and vectors.
  public let tolerance: Double
  private let teacher: Teacher
  private let regular: RegularState

  /// Samples integrated in lockstep.
  private static let grain = 32

  /// The tangent of a flow.
  ///
  /// - Precondition: the tolerance is positive.
  public init(_ flow: ProbabilityFlow, tolerance: Double = 1e-10) {
    self.flow = flow
    self.tolerance = tolerance
    teacher = Teacher(flow, tolerance: tolerance)
    regular = RegularState(flow.mixture)
  }

  /// DΦ_{s←t}(x_i) v for the vectors v in row i of `vectors`, from time t = `start` to s = `end`.
  ///
  /// - Precondition: as `Teacher.transport`; `vectors` has a multiple of d columns.
  public func push(
    _ vectors: Matrix<Double>, at x: Matrix<Double>, from start: Double, to end: Double
  ) -> TangentTransport {
    carry(vectors, x, from: start, to: end, sign: 1)
  }

  /// DΦ_{s←t}(x_i)ᵀ u for the vectors u in row i of `vectors`, from time t = `start` to s = `end`.
  ///
  /// The trajectory is integrated from t to s, then back with the vectors; the states of the result
  /// are x again, up to the error of that round trip.
  public func pull(
    _ vectors: Matrix<Double>, at x: Matrix<Double>, from start: Double, to end: Double
  ) -> TangentTransport {
    let arrival = teacher.transport(x, from: start, to: end)
    let back = carry(vectors, arrival.states, from: end, to: start, sign: -1)
    guard case .unfinished(let rows) = arrival.outcome else { return back }
    return TangentTransport(
      states: back.states, vectors: back.vectors, errorEstimates: back.errorEstimates,
      evaluations: back.evaluations, outcome: .unfinished(rows: rows))
  }

  /// DΦ_{s←t}(x_i)ᵀ u as `pull` has it, for trajectories given by where they arrive: row i of `arrivals`
  /// is Φ_{s←t}(x_i).
  ///
  /// One transport where `pull` takes two; the states of the result are the x_i.
  public func pull(
    _ vectors: Matrix<Double>, arrivingAt arrivals: Matrix<Double>, from start: Double,
    to end: Double
  ) -> TangentTransport {
    carry(vectors, arrivals, from: end, to: start, sign: -1)
  }

  private func carry(
    _ vectors: Matrix<Double>, _ x: Matrix<Double>, from start: Double, to end: Double,
    sign: Double
  ) -> TangentTransport {
    let (process, d) = (flow.process, flow.mixture.dimension)
    precondition(
      x.columns == d && vectors.rows == x.rows && vectors.columns % d == 0,
      "vectors \(vectors.rows) x \(vectors.columns) at \(x.rows) x \(x.columns) states")
    let (scale, target) = (regular.scale(process, start), regular.scale(process, end))
    let (rho, rhoEnd) = (regular.time(process, start), regular.time(process, end))
    let (m, n) = (vectors.columns / d, x.rows)
    // DΦ in x is s_s/s_t times that in y, whichever way the vectors travel.
    let stretch = sign > 0 ? target / scale : scale / target
    if rho == rhoEnd {
      return TangentTransport(
        states: x, vectors: vectors, errorEstimates: Array(repeating: 0, count: n),
        evaluations: 0, outcome: .reached)
    }
    let states = regular.spectrum.enteringFrame(x)
    let framed = regular.spectrum.enteringFrame(
      Matrix(rows: n * m, columns: d, elements: vectors.elements))
    let blocks = Parallel.blocks(of: n, grain: TangentFlow.grain)
    let parts = Parallel.map(blocks.count) { b in
      var rows: [Double] = []
      rows.reserveCapacity(blocks[b].count * (1 + m) * d)
      for i in blocks[b] {
        rows += states[row: i].map { $0 / scale }
        rows += framed.elements[i * m * d..<(i + 1) * m * d]
      }
      var integrator = AdaptiveIntegrator(
        TangentField(regular, count: m, sign: sign), tolerance: tolerance,
        stepLimit: teacher.stepLimit)
      var part = integrator.integrate(rows, from: rho, to: rhoEnd)
      part.unfinished = part.unfinished.map { $0 + blocks[b].lowerBound }
      return part
    }
    let rows = Matrix(rows: n, columns: (1 + m) * d, elements: parts.flatMap(\.states))
    let unfinished = parts.flatMap(\.unfinished).sorted()
    return TangentTransport(
      states: regular.spectrum.leavingFrame(rows.columnBlock(0..<d, times: target)),
      vectors: Matrix(
        rows: n, columns: m * d,
        elements: regular.spectrum.leavingFrame(
          Matrix(
            rows: n * m, columns: d,
            elements: rows.columnBlock(d..<(1 + m) * d, times: stretch).elements)
        ).elements),
      errorEstimates: parts.flatMap(\.errors),
      evaluations: parts.reduce(0) { $0 + $1.evaluations },
      outcome: unfinished.isEmpty ? .reached : .unfinished(rows: unfinished))
  }
}

extension Matrix<Double> {
  /// factor · (the columns in `range`).
  fileprivate func columnBlock(_ range: Range<Int>, times factor: Double) -> Matrix<Double> {
    var result: [Double] = []
    result.reserveCapacity(rows * range.count)
    for i in 0..<rows {
      for j in range { result.append(factor * elements[i * columns + j]) }
    }
    return Matrix(rows: rows, columns: range.count, elements: result)
  }
}
