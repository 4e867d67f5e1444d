import Distillation

/// The sizes that a scale sets: of networks, batches, budgets and sweeps.
struct ExperimentSizes {
  var widths: [Int]
  /// The width where it is not what varies.
  var width: Int
  /// The width of a transformer's tokens.
  var tokenWidth: Int
  var times: [Double]
  var sigmas: [Double]
  var bounds: [Double]
  var blocks: [Int]
  var segments: [Int]
  /// The numbers of segments at which further grids and students are compared.
  var baselineSegments: [Int]
  var steps: Int
  var batch: Int
  var learningRate: Double
  var samples: Int
  var seeds: [UInt64]

  init(_ experiment: Experiment, _ scale: ExperimentScale) {
    widths = [128, 256, 512, 1024, 2048]
    width = 512
    tokenWidth = 128
    times = [0.1, 0.3, 0.5, 0.7, 0.9]
    sigmas = experiment == .score ? [0.01, 0.1, 1] : [0.1, 0.01, 0.001, 0.0001]
    bounds = [0.001, 0.01, 0.1, 0.25]
    blocks = [1, 2, 4, 8, 16]
    segments = [4, 8, 16]
    baselineSegments = segments
    steps = experiment == .grids ? 100_000 : 20_000
    batch = 1024
    learningRate = 2e-4
    samples = 50_000
    seeds = Array(0..<10)
    guard scale == .quick else { return }
    // Chosen by time alone, with a rate for budgets of a tenth and less;
    // Documentation/experiments.md tells which conclusions survive.
    widths = [64, 128, 256]
    width = 256
    times = [0.1, 0.5, 0.9]
    baselineSegments = [8]
    learningRate = 1e-3
    samples = 10_000
    seeds = [0]
    switch experiment {
    case .score: (steps, batch) = (4000, 256)
    case .oneStep: (steps, batch) = (2000, 256)
    // Attention on 64 tokens costs a hundred times a perceptron, evaluation included.
    case .depth: (steps, batch, samples, tokenWidth) = (1500, 64, 2000, 32)
    case .grids: (steps, batch) = (2400, 256)
    }
  }
}
