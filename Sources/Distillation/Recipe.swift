public import Networks

/// How a student network becomes a flow map.
public enum Parametrisation: String, Sendable, CaseIterable {
  /// Ψ(x) = net(x), as in the paper.
  case plain
  /// Ψ(x) = x + c net(x), c the root mean square of Φ(x) − x over the segment: the network learns
  /// what moves, at unit scale.
  case residual
  /// Ψ(x) = A x + b + c net((x − m)/s) with the best affine map of the segment, exact for one Gaussian:
  /// the network learns what is not affine, from states at unit scale.
  case affine
  /// Ψ(x) = x + c (S z + net(z)), z = (x − m)/s: the network has a linear path beside its layers, which
  /// learns what is linear jointly with them, whatever their width.
  case linear

  /// Whether the state goes through an affine part, which also scales what the network sees.
  var hasAffinePart: Bool { self == .affine || self == .linear }
}

/// How the learning rate changes over the steps of a segment.
public enum RateSchedule: String, Sendable, CaseIterable {
  /// The same at every step, as in the paper.
  case constant
  /// A warm-up over the first 2 % of the steps, then half a cosine down to 0.
  case cosine
}

/// The hidden activations of a student.
public enum HiddenActivations: String, Sendable, CaseIterable {
  /// ReLU in every hidden layer.
  case relu
  /// ReLU and ReQU in turn.
  case alternating

  /// The activations of the hidden layers, taken in turn.
  public var cycle: [Activation] { self == .relu ? [.relu] : [.relu, .requ] }
}

/// Which integrator provides the targets.
public enum TeacherChoice: String, Sendable, CaseIterable {
  /// Error control sample by sample.
  case accurate
  /// The published uniform RK4: 100 steps over [0, T], at least 5 in a segment. It diverges for
  /// small σ_0; here for comparison.
  case published
}

/// The kind of a student's network.
public enum NetworkKind: String, Sendable, CaseIterable {
  /// Affine maps with rectifiers between them.
  case perceptron
  /// One token a coordinate, as in experiment 3; the first hidden width is that of a token.
  case transformer
  /// Definition 10 of the paper: explicit Euler steps x + h v(x) with a perceptron for each score.
  case composition
}

/// The states on which a student is trained.
public enum TrainingStates: String, Sendable, CaseIterable {
  /// Exact samples of p_t at the segment's beginning, as in the paper.
  case exact
  /// Where the students before it carry samples of p_T; the target is the true state of the same
  /// trajectory, so that a student also undoes its predecessors' errors.
  case own
}

/// Whether segments have networks of their own.
public enum NetworkSharing: String, Sendable, CaseIterable {
  /// One network a segment, trained one after the other.
  case separate
  /// One network that also takes the time, trained on all segments at once.
  case shared
}

/// What a network learns.
public enum TrainingTarget: String, Sendable, CaseIterable {
  /// The flow map of its segment.
  case flowMap = "flow-map"
  /// The score of p_t where its segment begins: experiment 1. Such networks are no students.
  case score
}

/// What takes the steps of training.
public enum OptimiserChoice: String, Sendable, CaseIterable {
  /// Adam with decoupled weight decay, as in the paper.
  case adamW = "adamw"
  /// Orthogonal momentum for matrices, AdamW for the rest.
  case muon
}

/// Where a student's network starts.
public enum NetworkStart: String, Sendable, CaseIterable {
  /// Random weights.
  case fresh
  /// The finished network of the segment before: neighbouring flow maps are alike, so that all steps
  /// so far count for each segment.
  case previous
}

/// How the training steps are divided among the segments' networks.
public enum StepBudget: String, Sendable, CaseIterable {
  /// Equal parts.
  case even
  /// More where there is more to learn; see `DistillationPlan.dividingSteps()`.
  case difficulty
}

/// All choices of a distillation but mixture, process, grid and seed.
public struct Recipe: Sendable, Equatable {
  /// The recipe's name; "custom" once a choice differs from the named recipe.
  public var name: String
  /// How a network becomes a flow map.
  public var parametrisation: Parametrisation
  /// The kind of network.
  public var network = NetworkKind.perceptron
  /// The number of residual blocks of a transformer or composition.
  public var blocks = 1
  /// The states that it is trained on.
  public var states = TrainingStates.exact
  /// What takes the steps.
  public var optimiser = OptimiserChoice.adamW
  /// Where networks start.
  public var start = NetworkStart.fresh
  /// Whether segments share one network.
  public var sharing = NetworkSharing.separate
  /// What is learnt.
  public var target = TrainingTarget.flowMap
  /// By what it is learnt, and the numbers that this takes.
  public var objective = Objective.regression
  /// The halvings of progressive distillation: its first students serve 2^−rounds of a segment.
  public var rounds = 2
  /// The cells into which a consistent or physics-informed student's segment is cut.
  public var points = 16
  /// The decay of the running mean of the weights that consistent students learn from.
  public var targetDecay = 0.95
  /// The part of the steps, the first, that trains one network on all segments, from which those of the
  /// segments start.
  public var pretraining = 0.0
  /// The part of the steps, the last, that trains all networks jointly, end to end.
  public var fineTune = 0.0
  /// The width of each hidden layer.
  public var hiddenWidths: [Int]
  /// The activations of the hidden layers.
  public var activations: HiddenActivations
  /// Training steps over all segments.
  public var totalSteps: Int
  /// How segments share them.
  public var budget = StepBudget.even
  /// The parts that segments get, one positive number a segment, in any unit; nil: nearly equal parts, or with
  /// `budget` by difficulty still to be found, which the beginning of training does.
  public var stepShares: [Double]?
  /// Samples in a step.
  public var batch: Int
  /// The (largest) learning rate.
  public var learningRate: Double
  /// How it changes.
  public var schedule: RateSchedule
  /// Decoupled weight decay.
  public var weightDecay: Double
  /// The largest norm of a gradient; longer ones are scaled down.
  public var gradientNorm: Double
  /// If set, every weight is clamped to [−B, B] after each step; biases are free, as in the published
  /// numbers: with B = .001 their error is that of the best constant, 1 − ‖E y‖²/E‖y‖².
  public var parameterBound: Double?
  /// The decay γ of the running mean of the weights that becomes the student; nil: the last weights.
  public var averaging: Double?
  /// Pairs of states and targets made at once from the teacher's trajectories, at most as many as a segment takes
  /// samples and, where that is less, 2^26/d; 0: fresh ones for each step.
  public var pool = 0
  /// The epochs of a pool, after which fresh trajectories take its place; nil: the same ones serve for ever.
  public var poolEpochs: Int?
  /// Who provides the targets.
  public var teacher: TeacherChoice
  /// The published teacher's steps in each segment; nil: 100 over [0, T], at least 5.
  public var publishedSteps: Int?
  /// The accurate teacher's tolerance.
  public var teacherTolerance: Double
  /// If set, students are constructed so, and nothing is trained.
  public var construction: StudentConstruction?

  /// The paper's plain protocol of experiment 4: independent ReLU MLPs 4×512 on exact samples of
  /// p_{t_{k−1}}, AdamW at 2e-4 without decay, batch 1024, gradient norm clipped at 1, 100,000
  /// steps in total.
  public static let paper = Recipe(
    name: "paper", parametrisation: .plain, hiddenWidths: [512, 512, 512, 512],
    activations: .relu, totalSteps: 100_000, batch: 1024, learningRate: 2e-4,
    schedule: .constant, weightDecay: 0, gradientNorm: 1, parameterBound: nil,
    teacher: .accurate, teacherTolerance: 1e-6)

  /// The same networks as residual students with a decaying rate: a few times lower errors at
  /// equal cost.
  public static let residual = Recipe(
    name: "residual", parametrisation: .residual, hiddenWidths: [512, 512, 512, 512],
    activations: .relu, totalSteps: 100_000, batch: 1024, learningRate: 1e-3,
    schedule: .cosine, weightDecay: 0, gradientNorm: 1, parameterBound: nil,
    teacher: .accurate, teacherTolerance: 1e-6)

  /// Flow maps written down as networks: no layers to choose, no training steps.
  public static func constructed(_ construction: StudentConstruction) -> Recipe {
    var recipe = Recipe.paper
    recipe.name = "constructed"
    recipe.hiddenWidths = []
    (recipe.totalSteps, recipe.batch) = (0, 0)
    recipe.construction = construction
    return recipe
  }

  /// The best that is known here: residual students with a linear path, by orthogonal momentum with a decaying
  /// rate; first one network for all segments, then one for each, started from its predecessor and trained where
  /// its predecessors bring it.
  public static let best = {
    var recipe = Recipe.residual
    recipe.name = "best"
    recipe.parametrisation = .linear
    recipe.states = .own
    recipe.start = .previous
    recipe.pretraining = 0.3
    recipe.optimiser = .muon
    recipe.learningRate = 0.02
    recipe.pool = 524_288
    recipe.poolEpochs = 2
    return recipe
  }()

  /// All named recipes of training.
  public static let all = [paper, residual, best, progressive, consistency, physicsInformed]

  /// The steps of segment k of n.
  ///
  /// They go by `stepShares`, differ by at most one without any, and add up to `totalSteps`.
  public func steps(segment k: Int, of n: Int) -> Int {
    guard let stepShares, n == stepShares.count else {
      return totalSteps * (k + 1) / n - totalSteps * k / n
    }
    let whole = stepShares.reduce(0, +)
    func before(_ k: Int) -> Int {
      // One step a segment comes first: no network is left as it began.
      k + Int(Double(totalSteps - n) * min(1, stepShares[..<k].reduce(0, +) / whole))
    }
    return (k + 1 == n ? totalSteps : before(k + 1)) - before(k)
  }

  /// The optimiser of a network before its first step.
  func optimiser(_ architecture: StudentArchitecture) -> any Optimiser {
    var settings = AdamW.Settings()
    settings.weightDecay = weightDecay
    settings.maximumGradientNorm = gradientNorm
    settings.parameterBound = parameterBound
    switch optimiser {
    case .adamW:
      return AdamW(
        parameterCount: architecture.parameterCount, settings: settings,
        bounded: architecture.matrices.map(\.range))
    case .muon:
      var muon = Muon.Settings()
      muon.vectors = settings
      return Muon(
        parameterCount: architecture.parameterCount, matrices: architecture.matrices,
        settings: muon)
    }
  }

  /// The learning rate over the `steps` of one segment.
  func rate(steps: Int) -> any LearningRateSchedule {
    switch schedule {
    case .constant: ConstantRate(Float(learningRate))
    case .cosine: CosineRate(peak: Float(learningRate), warmUp: steps / 50, steps: steps)
    }
  }
}
