public import Arrays
import Mixtures

/// How a transport ended.
public enum TransportOutcome: Sendable, Equatable {
  /// Every sample arrived with its error controlled.
  case reached
  /// These samples did not arrive: out of steps, or no longer finite. Their rows hold the last
  /// state reached.
  case unfinished(rows: [Int])
}

/// A batch carried by the flow, with what it cost and how far off it may be.
public struct Transport: Sendable {
  /// The states at the target time, N×d.
  public internal(set) var states: Matrix<Double>
  /// Evaluations of the velocity, summed over samples.
  public let evaluations: Int
  /// Rejected steps, summed over samples.
  public let rejections: Int
  /// Estimated Euclidean norm of the global error of each sample (an estimate: local errors
  /// carried along by the linearised flow); empty where none was asked for.
  public let errorEstimates: [Double]
  /// Whether all samples arrived.
  public let outcome: TransportOutcome

  /// Evaluations of the velocity per sample.
  public var evaluationsPerSample: Double {
    states.rows > 0 ? Double(evaluations) / Double(states.rows) : 0
  }
  /// The largest estimated error of a sample.
  public var largestErrorEstimate: Double { errorEstimates.reduce(0, max) }

  /// This transport if all samples arrived.
  /// - Throws: `FlowError.unfinished` otherwise.
  public func orThrow() throws(FlowError) -> Transport {
    if case .unfinished(let rows) = outcome {
      throw .unfinished(count: rows.count, first: rows.first ?? 0, total: states.rows)
    }
    return self
  }
}

/// What can go wrong with a flow map.
public enum FlowError: Error, Equatable, CustomStringConvertible {
  /// Samples that did not arrive.
  case unfinished(count: Int, first: Int, total: Int)

  /// One sentence with advice.
  public var description: String {
    switch self {
    case .unfinished(let count, let first, let total):
      "\(count) of \(total) samples (the first in row \(first)) did not reach the target time "
        + "within the step limit or left the finite numbers; use a larger tolerance or samples "
        + "of ordinary size"
    }
  }
}

/// The flow map Φ_{s←t} of a mixture with error control sample by sample.
///
/// Integrates in the state of `RegularState`, where the flow is not stiff whatever the noise level, by an
/// embedded Runge–Kutta pair whose steps are chosen for each sample alone: one near a basin boundary takes
/// more of them than the rest. The pair is of order 8, or of order 5 for tolerances from 2e-8 without
/// estimates of the errors. Where components share one isotropic variance and there are at most as many as
/// coordinates (and 64), only the state within the span of the means is integrated: `MeanSpan`.
public struct Teacher: Sendable {
  /// The flow.
  public let flow: ProbabilityFlow
  /// The local error allowed per step, relative to the size of the regular state.
  public let tolerance: Double
  /// The largest number of steps a sample may attempt.
  public let stepLimit: Int
  /// The span of the means where the flow is followed in it alone.
  private let span: MeanSpan?
  /// The state that is integrated: within the span, or the whole.
  private let regular: RegularState

  /// Samples integrated in lockstep: enough to make little of what a step costs besides, few enough for the
  /// derivatives of all stages to stay in the second-level cache.
  private static func grain(dimension d: Int) -> Int { max(128, min(256, 8192 / d)) }
  /// Components up to which a basis of their span is worth its time, K²d, even for small batches.
  private static let mostInSpan = 64

  /// The teacher of a flow.
  ///
  /// - Precondition: the tolerance is positive; below 1e-14 rounding prevails.
  public init(_ flow: ProbabilityFlow, tolerance: Double = 1e-8, stepLimit: Int = 10_000) {
    precondition(tolerance > 0 && stepLimit > 0, "tolerance \(tolerance), limit \(stepLimit)")
    self.flow = flow
    self.tolerance = tolerance
    self.stepLimit = stepLimit
    if flow.mixture.componentCount <= min(flow.mixture.dimension, Teacher.mostInSpan),
      let span = MeanSpan(flow), span.isProper, let within = span.flow
    {
      self.span = span
      regular = RegularState(within.mixture)
    } else {
      span = nil
      regular = RegularState(flow.mixture)
    }
  }

  /// Carries each row of `x` from time `start` to time `end` (either direction).
  ///
  /// - Parameter estimatingErrors: whether global errors are estimated; without, tolerances from 2e-8 take
  ///   a third fewer evaluations for the same accuracy.
  /// - Precondition: both times lie in [0, T]; `x` has the mixture's dimension.
  public func transport(
    _ x: Matrix<Double>, from start: Double, to end: Double, estimatingErrors: Bool = true
  ) -> Transport {
    let (process, d) = (flow.process, flow.mixture.dimension)
    precondition(x.columns == d, "\(x.columns) columns for dimension \(d)")
    precondition(
      (0...process.horizon).contains(start) && (0...process.horizon).contains(end),
      "times \(start), \(end) outside [0, \(process.horizon)]")
    guard let span, start != end else {
      return integrate(x, tolerance, from: start, to: end, estimatingErrors)
    }
    let before = span.entering(x, at: start)
    // The tolerance is for the root mean square over d coordinates, of which those across do not err.
    let within = (Double(d) / Double(before.columns)).squareRoot() * tolerance
    var result = integrate(before, within, from: start, to: end, estimatingErrors)
    result.states = span.leaving(x, at: start, before, result.states, at: end)
    return result
  }

  private func integrate(
    _ x: Matrix<Double>, _ tolerance: Double, from start: Double, to end: Double,
    _ estimatingErrors: Bool
  ) -> Transport {
    let process = flow.process
    let (scale, target) = (regular.scale(process, start), regular.scale(process, end))
    let (rho, rhoEnd) = (regular.time(process, start), regular.time(process, end))
    if rho == rhoEnd {
      return Transport(
        states: x, evaluations: 0, rejections: 0,
        errorEstimates: estimatingErrors ? Array(repeating: 0, count: x.rows) : [],
        outcome: .reached)
    }
    let framed = regular.spectrum.enteringFrame(x)
    var states = Matrix<Double>(rows: x.rows, columns: x.columns)
    let parts = states.mapRowBlocks(grain: Teacher.grain(dimension: x.columns)) { range, block in
      var integrator = AdaptiveIntegrator(
        RegularField(regular), tolerance: tolerance, stepLimit: stepLimit,
        estimatesErrors: estimatingErrors)
      let rows = framed.rowBlock(range).elements.map { $0 / scale }
      var part = integrator.integrate(rows, from: rho, to: rhoEnd)
      for i in part.states.indices { block[i] = target * part.states[i] }
      part.states = []
      for i in part.errors.indices { part.errors[i] *= target }
      part.unfinished = part.unfinished.map { $0 + range.lowerBound }
      return part
    }
    let unfinished = parts.flatMap(\.unfinished).sorted()
    return Transport(
      states: regular.spectrum.leavingFrame(states),
      evaluations: parts.reduce(0) { $0 + $1.evaluations },
      rejections: parts.reduce(0) { $0 + $1.rejections },
      errorEstimates: parts.flatMap(\.errors),
      outcome: unfinished.isEmpty ? .reached : .unfinished(rows: unfinished))
  }
}
