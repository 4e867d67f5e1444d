import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

/// What one way of choosing points proves about every student of a budget.
public struct MismatchFamily: Sendable, Equatable {
  /// "clouds" (independent draws) or "lines" (neighbours on random lines).
  public let name: String
  /// The number of independent batches.
  public let batches: Int
  /// A lower bound on E‖Ψ − Φ‖² that holds with the stated probability: a certificate.
  public let meanSquare: Double
  /// The mean over batches of what they prove, and its standard error: an estimate.
  public let estimate: Double
  /// The standard error of the estimate.
  public let standardError: Double
  /// The estimate from pairs of the assignment solver alone; nil for lines.
  public let pairEstimate: Double?
}

/// Lipschitz mismatch: how far every M-Lipschitz student must stay from the flow map Φ_{s←t}.
///
/// If ‖Φ(x) − Φ(x')‖ = R, ‖x − x'‖ = δ and Ψ is M-Lipschitz then ‖e(x)‖ + ‖e(x')‖ ≥ (R − Mδ)₊
/// (theory.md section 6). Here that is used for batches of points at once. Let x_1 … x_m be random
/// points and w_i weights such that E Σ_i w_i f(x_i) = E_{p_t} f for every f. Then (derived)
///
///     E_{p_t}‖Ψ − Φ‖² = E Σ_i w_i ‖Ψ(x_i) − Φ(x_i)‖² ≥ E F(batch) ≥ E V(batch)
///
/// with F the optimum of `LipschitzRegression` on the batch and V any dual value. No exchangeability
/// is needed: the inequality holds batch by batch. A pairing σ of the batch is the special case
/// V = (1/4m) Σ_i (R_{iσ(i)} − Mδ_{iσ(i)})₊²; by Kirszbraun's theorem E F of independent draws
/// increases to the error of the best M-Lipschitz map as m grows, so nothing is lost in principle.
/// Independent batches and `BettingBound` make the expectation a certificate with a stated
/// probability, and the largest of several families is one after each gets its share of the failure
/// probability. What is left out is the teacher's integration error, which enters by its own
/// estimate.
public struct MismatchBound: Sendable {
  /// The time of the arguments.
  public let from: Double
  /// The time of the values.
  public let to: Double
  /// The Lipschitz budget M.
  public let budget: Double
  /// The probability with which the bound holds.
  public let confidence: Double
  /// The families of batches; none if the flow map itself is certified to keep the budget.
  public let families: [MismatchFamily]
  /// E‖X_s‖², from the mixture in closed form.
  public let secondMoment: Double
  /// A lower bound on Lip(Φ): the largest difference quotient seen.
  public let steepestQuotient: Double
  /// log of the certified upper bound on Lip(Φ); nil if none is known.
  public let certifiedLogLipschitz: Double?
  /// Why none is known; nil if one is.
  public let reason: String?

  /// The lower bound on E‖Ψ − Φ‖² for every M-Lipschitz Ψ.
  public var meanSquare: Double { families.reduce(0) { max($0, $1.meanSquare) } }
  /// Its root.
  public var rootMeanSquare: Double { meanSquare.squareRoot() }
  /// The bound over E‖X_s‖².
  public var relativeMeanSquare: Double { meanSquare / secondMoment }
  /// Whether some M-Lipschitz map is certified to make no error: the flow map itself.
  public var isCertifiedZero: Bool { certifiedLogLipschitz.map { $0 <= .log(budget) } ?? false }

  /// The bound for students of budget `budget` on the segment from time `from` to time `to`.
  ///
  /// - Precondition: the budget is positive; both times lie in [0, T].
  /// - Throws: `FlowError` if the teacher cannot carry the points.
  public init(
    _ flow: ProbabilityFlow, from: Double, to: Double, budget: Double,
    options: MismatchOptions = MismatchOptions()
  ) throws(FlowError) {
    precondition(budget > 0, "budget \(budget)")
    (self.from, self.to, self.budget) = (from, to, budget)
    confidence = options.confidence
    let (alpha, sigma2) = (flow.process.alpha(to), flow.process.sigmaSquared(to))
    secondMoment =
      alpha * alpha * flow.mixture.secondMoment + sigma2 * Double(flow.mixture.dimension)
    let bound = StabilityBound(flow)
    let logLipschitz = bound.logAmplification(from: from, to: to)
    certifiedLogLipschitz = logLipschitz.isFinite ? logLipschitz : nil
    reason = logLipschitz.isFinite ? nil : bound.reason
    if let known = certifiedLogLipschitz, known <= .log(budget) {
      (families, steepestQuotient) = ([], 0)
      return
    }
    let problem = MismatchProblem(
      flow: flow, from: from, to: to, budget: budget, options: options)
    var found = [(name: "lines", bounds: try problem.lines())]
    // In one dimension every line is the whole space already.
    if flow.mixture.dimension > 1 {
      found.append(("clouds", try CloudBatches(problem: problem).bounds()))
    }
    let failure = (1 - options.confidence) / Double(found.count)
    families = found.map { MismatchFamily($0.name, $0.bounds, failure: failure) }
    steepestQuotient = found.reduce(0) { $1.bounds.reduce($0) { max($0, $1.steepest) } }
  }
}

extension MismatchProblem {
  /// Bounds on lines in the direction that looks best in a small experiment with draws of its own.
  func lines() throws(FlowError) -> [BatchBound] {
    let candidates = LineDirections.candidates(flow.mixture)
    var best = (direction: candidates[0], value: -1.0)
    if candidates.count > 1 {
      // About a quarter of the points of the bound itself.
      let count = max(2, options.batchCount / (4 * candidates.count))
      for direction in candidates {
        let pilot = try LineBatches(
          problem: self, direction: direction, count: count, name: "pilot"
        ).bounds()
        let value = pilot.reduce(0) { $0 + $1.value }
        if value > best.value { best = (direction, value) }
      }
    }
    return try LineBatches(
      problem: self, direction: best.direction, count: options.batchCount, name: "lines"
    ).bounds()
  }
}

extension MismatchFamily {
  init(_ name: String, _ bounds: [BatchBound], failure: Double) {
    let values = bounds.map(\.value)
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let pairs = bounds.compactMap(\.pairs)
    self.init(
      name: name, batches: values.count,
      meanSquare: BettingBound.lowerBound(values, failure: failure), estimate: mean,
      standardError: (squares / (n * (n - 1))).squareRoot(),
      pairEstimate: pairs.isEmpty ? nil : pairs.reduce(0, +) / n)
  }
}
