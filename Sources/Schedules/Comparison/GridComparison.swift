public import Mixtures
public import ProbabilityFlow
public import Stability

/// A mixture with its name in a comparison.
public struct ComparisonCase: Sendable {
  /// The name, unique in a comparison.
  public let name: String
  /// The mixture.
  public let mixture: GaussianMixture

  /// A case of a name and a mixture.
  public init(name: String, mixture: GaussianMixture) {
    (self.name, self.mixture) = (name, mixture)
  }
}

/// What to compare: rules × samplers × numbers of segments on each mixture.
public struct ComparisonPlan: Sendable {
  /// The mixtures.
  public var cases: [ComparisonCase]
  /// The forward process of all.
  public var process: any ForwardProcess
  /// The rules.
  public var rules: [any GridRule.Type]
  /// Parameters by name, for the rules that have one of that name.
  public var parameters: [String: Double] = [:]
  /// The samplers.
  public var samplers: [any FewStepSampler.Type]
  /// The numbers of segments.
  public var segments: [Int]
  /// The rule whose error is the unit, the oracle; nil compares with none.
  public var oracle: (any GridRule.Type)? = GridRules.named("optimal")
  /// The last time of all grids.
  public var end = 0.0
  /// Pairs of samples of each mixture.
  public var samples = 4000
  /// The seed; results but for times are a pure function of it.
  public var seed: UInt64 = 0
  /// Seconds after which the optimiser of a grid stops with the best that it has; nil lets it finish.
  public var timeBudget: Double?

  /// A plan with everything else as usual.
  public init(
    _ cases: [ComparisonCase], _ process: any ForwardProcess, rules: [any GridRule.Type],
    samplers: [any FewStepSampler.Type] = [EulerSampler.self], segments: [Int]
  ) {
    (self.cases, self.process, self.rules) = (cases, process, rules)
    (self.samplers, self.segments) = (samplers, segments)
  }

  /// The rules that grids are made with: the oracle first, as the others are compared with it.
  public var allRules: [any GridRule.Type] {
    (oracle.map { [$0] } ?? []) + rules.filter { $0.name != oracle?.name }
  }

  /// The number of cells.
  public var cellCount: Int {
    cases.count * samplers.count * segments.count * allRules.count
  }
}

/// A rule's grid for a sampler and a number of segments, and how good it is.
public struct ComparisonCell: Sendable {
  /// The rule.
  public let rule: String
  /// The sampler.
  public let sampler: String
  /// The number of segments n.
  public let segments: Int
  /// Evaluations of the denoiser for each sample; nil without a grid.
  public let evaluations: Int?
  /// The grid; nil if the rule cannot make it.
  public let grid: TimeGrid?
  /// Seconds that its construction took.
  public let constructionSeconds: Double
  /// What the sampler made of it; nil without a grid, or if it diverged.
  public let measurement: GridMeasurement?
  /// The relative mean squared error over the oracle's on the same samples, if both are known and the
  /// oracle's is well above what the teacher resolves.
  public let timesOracle: Estimate?
  /// Why something is missing, or what the grid's own note says.
  public let note: String?
}

/// All cells of one mixture.
public struct CaseComparison: Sendable {
  /// The mixture.
  public let subject: ComparisonCase
  /// What is known of its exact samples.
  public let reference: ReferenceSummary
  /// By sampler, number of segments and rule, in the order of the plan; the oracle's come first.
  public let cells: [ComparisonCell]

  /// The cell of a rule, sampler and number of segments.
  public func cell(_ rule: String, _ sampler: String, _ segments: Int) -> ComparisonCell? {
    cells.first { $0.rule == rule && $0.sampler == sampler && $0.segments == segments }
  }
}

/// Grids compared by what samplers of few steps make of them, against the accurate teacher.
///
/// Everything measured is an estimate on samples of p_T that no rule has seen: rules draw their own.
public struct GridComparison: Sendable {
  /// What was compared.
  public let plan: ComparisonPlan
  /// The mixtures, in the order of the plan.
  public let cases: [CaseComparison]
  /// How each rule does over all of them, by sampler, the best first.
  public let means: [RuleMean]
}
