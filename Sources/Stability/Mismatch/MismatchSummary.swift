public import Formats
import Mixtures
public import ProbabilityFlow
import RealModule

/// What `mismatch` prints: one step against n steps of one student budget M.
///
/// A chain of n students, each M-Lipschitz, is M^n-Lipschitz, so it obeys the one-step bound with the
/// budget M^n. By segment the bound concerns the student's own error on exact samples of p_{t_{k−1}};
/// such errors do not add up to an end-to-end bound.
public struct MismatchSummary: Sendable {
  /// The bound for one student from T to 0.
  public let oneStep: MismatchBound
  /// The bound for chains of n students; nil without a grid.
  public let steps: MismatchBound?
  /// The bounds for the student of each segment.
  public let segments: [MismatchBound]
  /// The grid.
  public let grid: Grid?
  /// A number of steps for which some grid and some M-Lipschitz students make no error at all:
  /// ⌈∫ max(ℓ, 0) dt / log M⌉ with ℓ the one-sided bound, cut into equal parts; nil if none is
  /// certified.
  public let sufficientSteps: Int?
  /// With fewer steps than this every chain of M-Lipschitz students errs: ⌈log q / log M⌉, q the
  /// steepest difference quotient seen; nil if no number of steps is enough.
  public let necessarySteps: Int?
  /// Why a number of steps is missing.
  public let reason: String?
  private let options: MismatchOptions

  /// The times of n steps, from T down to 0, and the rule that made them.
  public struct Grid: Sendable {
    /// The name of the rule.
    public let rule: String
    /// The n + 1 times, descending.
    public let times: [Double]

    /// A grid of given times.
    public init(rule: String, times: [Double]) { (self.rule, self.times) = (rule, times) }

    /// The number of segments n.
    public var segmentCount: Int { times.count - 1 }
    var segments: [(from: Double, to: Double)] {
      zip(times, times.dropFirst()).map { (from: $0, to: $1) }
    }
  }

  /// The summary of a flow, with n steps on a grid if one is given.
  ///
  /// - Precondition: the budget is positive; the grid begins at the flow's horizon.
  public init(
    _ flow: ProbabilityFlow, budget: Double, grid: Grid? = nil,
    options: MismatchOptions = MismatchOptions(),
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(FlowError) {
    let total = grid.map { $0.segmentCount + 2 } ?? 1
    var done = 0
    func bound(_ from: Double, _ to: Double, _ budget: Double) throws(FlowError) -> MismatchBound {
      defer {
        done += 1
        progress(done, total)
      }
      return try MismatchBound(flow, from: from, to: to, budget: budget, options: options)
    }
    let horizon = flow.process.horizon
    self.options = options
    self.grid = grid
    oneStep = try bound(horizon, 0, budget)
    if let grid {
      // Beyond any quotient of float64 values that this could meet, and its square is finite.
      steps = try bound(horizon, 0, min(1e150, .pow(budget, grid.segmentCount)))
      var parts: [MismatchBound] = []
      for segment in grid.segments { parts.append(try bound(segment.from, segment.to, budget)) }
      segments = parts
    } else {
      (steps, segments) = (nil, [])
    }
    let steepest = max(oneStep.steepestQuotient, steps?.steepestQuotient ?? 0)
    necessarySteps = count(steepest <= 0 ? 0 : .log(steepest), .log(budget))
    let stability = StabilityBound(flow)
    let positive =
      stability.reason == nil
      ? RunningIntegral(over: horizon, tolerance: 1e-10, unit: 1) { max(0, stability.oneSided($0)) }
        .total
        * (1 + 1e-9) : nil
    let sufficient = positive.flatMap { count($0, .log(budget)) }
    sufficientSteps = oneStep.isCertifiedZero ? 1 : sufficient
    reason =
      sufficientSteps != nil
      ? nil
      : stability.reason.map { "no finite Lipschitz bound: \($0)" }
        ?? "maps with a Lipschitz constant of at most 1 compose to such maps only"
  }

  /// Whether one step is proved to err where `sufficientSteps` steps are proved able not to.
  public var oneStepLoses: Bool { oneStep.meanSquare > 0 && (sufficientSteps ?? 0) > 1 }

  /// The summary as `mismatch --json` prints it.
  public var json: JSON {
    var object = JSONObject([
      ("budget", .number(oneStep.budget)), ("confidence", .number(oneStep.confidence)),
      ("samples", .integer(options.samples)), ("batch", .integer(options.batch)),
      ("one_step", oneStep.json),
      ("necessary_steps", necessarySteps.map { .integer($0) } ?? "infinity"),
      ("sufficient_steps", sufficientSteps.map { .integer($0) } ?? "infinity"),
    ])
    if let reason { object["reason"] = .string(reason) }
    if let grid, let steps {
      object["rule"] = .string(grid.rule)
      object["times"] = .numbers(grid.times)
      object["n_steps"] = steps.json
      object["segments"] = .array(segments.map(\.json))
    }
    object["kinds"] = [
      "rms_error": "certificate", "relative_mse": "certificate", "mean_square": "certificate",
      "steepest_quotient": "certificate", "certified_log_lipschitz": "certificate",
      "necessary_steps": "certificate", "sufficient_steps": "certificate",
      "estimate": "estimate", "pair_estimate": "estimate",
    ]
    return .object(object)
  }
}

/// The least n with n · step ≥ total; nil if there is none.
private func count(_ total: Double, _ step: Double) -> Int? {
  if total <= step || total <= 0 { return 1 }
  let n = (total / step).rounded(.up)
  return step > 0 && n < 1e15 ? Int(n) : nil
}

extension MismatchBound {
  /// The bound as `mismatch --json` prints it.
  public var json: JSON {
    var object = JSONObject([
      ("from", .number(from)), ("to", .number(to)), ("budget", .number(budget)),
      ("rms_error", .number(rootMeanSquare)), ("relative_mse", .number(relativeMeanSquare)),
      ("steepest_quotient", .number(steepestQuotient)),
      ("certified_log_lipschitz", .number(certifiedLogLipschitz ?? .infinity)),
      ("families", .array(families.map(\.json))),
    ])
    if let reason { object["reason"] = .string("no finite Lipschitz bound: \(reason)") }
    return .object(object)
  }
}

extension MismatchFamily {
  var json: JSON {
    var object = JSONObject([
      ("name", .string(name)), ("batches", .integer(batches)), ("mean_square", .number(meanSquare)),
      ("estimate", .number(estimate)), ("standard_error", .number(standardError)),
    ])
    if let pairEstimate { object["pair_estimate"] = .number(pairEstimate) }
    return .object(object)
  }
}
