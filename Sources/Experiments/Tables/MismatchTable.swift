import Distillation
import Mixtures
public import ProbabilityFlow
import RealModule
import Stability

/// What the Lipschitz mismatch proves about every student in one step, for each σ_0 of an experiment.
///
/// Bounds on the weights bound the Lipschitz constant of a student, and a student of constant M errs at
/// least as `MismatchBound` says, whatever its size and training.
public struct MismatchTable: Sendable, Equatable {
  /// The bounds for one σ_0.
  public struct Row: Sendable, Equatable {
    /// The value of the choice σ_0.
    public let sigma0: String
    /// log of the certified upper bound on Lip(Φ); nil if none is known.
    public let certifiedLogLipschitz: Double?
    /// The largest difference quotient of Φ seen: a lower bound on Lip(Φ).
    public let steepestQuotient: Double
    /// For each budget the lower bound on the relative mean squared error.
    public let relativeErrors: [Double]
  }

  /// The Lipschitz budgets M, ascending.
  public let budgets: [Double]
  /// The probability with which each bound holds.
  public let confidence: Double
  /// Points at which the flow map entered each bound, for each family of batches.
  public let samples: Int
  /// The rows, in the order of the plan.
  public let rows: [Row]

  /// The bounds for the flow maps of all σ_0 that occur in some results.
  ///
  /// The default takes seconds; more samples prove a little more.
  ///
  /// - Precondition: all cells of the plan have one segment; the budgets are positive and ascending.
  /// - Throws: `FlowError` if the teacher cannot carry the points.
  public init(
    _ plan: ReproductionPlan, results: [CellResult], budgets: [Double] = [1, 2, 4, 8, 16],
    samples: Int = 1024
  ) throws(FlowError) {
    let options = MismatchOptions(samples: samples, batch: 32)
    (self.budgets, self.samples, confidence) = (budgets, samples, options.confidence)
    var rows: [Row] = []
    for cell in plan.cells(seeds: [0]) {
      guard let sigma0 = cell["sigma0"], results.contains(where: { $0["sigma0"] == sigma0 }),
        !rows.contains(where: { $0.sigma0 == sigma0 })
      else { continue }
      rows.append(try Row(sigma0, cell.plan.flow, budgets, options))
    }
    self.rows = rows
  }
}

extension MismatchTable.Row {
  init(
    _ sigma0: String, _ flow: ProbabilityFlow, _ budgets: [Double], _ options: MismatchOptions
  ) throws(FlowError) {
    var errors: [Double] = []
    var (steepest, certified): (Double, Double?) = (0, nil)
    for budget in budgets {
      // The quotients seen so far are no reason for a larger budget to err; 0 is a bound always.
      if !errors.isEmpty, steepest <= budget {
        errors.append(0)
        continue
      }
      let bound = try MismatchBound(
        flow, from: flow.process.horizon, to: 0, budget: budget, options: options)
      errors.append(bound.relativeMeanSquare)
      steepest = max(steepest, bound.steepestQuotient)
      certified = bound.certifiedLogLipschitz
    }
    self.init(
      sigma0: sigma0, certifiedLogLipschitz: certified, steepestQuotient: steepest,
      relativeErrors: errors)
  }
}
