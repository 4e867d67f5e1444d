import FlowDistill

extension Benchmark {
  /// One step's training part: loss, gradient, clipping and optimiser, without targets.
  static let training: [Benchmark] = [
    step(
      "training-step", "4 x 512 ReLU, batch 1024: loss, gradient, clipping, AdamW",
      .perceptron(.mlp(dimensions: [64, 512, 512, 512, 512, 64])), batch: 1024,
      operations: perceptronOperations),
    step(
      "training-step-requ", "4 x 512 ReLU/ReQU, batch 1024: loss, gradient, clipping, AdamW",
      .perceptron(.mlp(dimensions: [64, 512, 512, 512, 512, 64], activations: [.relu, .requ])),
      batch: 1024, operations: perceptronOperations),
    step(
      "training-transformer", "1 block, 64 tokens x 128, 4 heads, batch 1024: as above",
      .transformer(TransformerArchitecture(dimension: 64, blocks: 1)), batch: 1024,
      operations: transformerOperations),
    Benchmark(
      name: "adamw", group: .micro, summary: "one step of 852,544 parameters, with clipping",
      unit: .rate("parameters"), work: 852_544
    ) {
      try optimiser { count, _ in AdamW(parameterCount: count, settings: .paper) }
    },
    Benchmark(
      name: "muon", group: .micro, summary: "one step of the same parameters",
      unit: .rate("parameters"), work: 852_544
    ) {
      try optimiser { Muon(parameterCount: $0, matrices: $1) }
    },
  ]

  /// Forward, weights' gradient, and gradient of every layer's input but the batch.
  private static let perceptronOperations: Double = {
    let (d, w, batch) = (64.0, 512.0, 1024.0)
    let weights = 2 * d * w + 3 * w * w
    return 2 * batch * (3 * weights - d * w)
  }()

  /// Products of one block alone: projections and feed-forward 12 w², attention 2 d w a token.
  private static let transformerOperations: Double = {
    let (d, w, batch) = (64.0, 128.0, 1024.0)
    return 3 * 2 * batch * d * (12 * w * w + 2 * d * w)
  }()

  private static func step(
    _ name: String, _ summary: String, _ architecture: StudentArchitecture, batch: Int,
    operations: Double
  ) -> Benchmark {
    Benchmark(
      name: name, group: .micro, summary: summary, unit: .operations(.single), work: operations
    ) {
      let network = Scratch(StudentNetwork(architecture, random: RandomStream(seed: 1)))
      let tape = Scratch(StudentTape(architecture, batch: batch))
      let optimiser = Scratch(
        AdamW(parameterCount: architecture.parameterCount, settings: .paper))
      let x = Subjects.noise(batch, 64).inSinglePrecision
      let target = Subjects.noise(batch, 64, seed: 3).inSinglePrecision
      return {
        seconds {
          _ = tape.value.squaredError(network.value, x, target: target)
          _ = optimiser.value.step(
            &network.value.parameters, gradient: tape.value.gradient, learningRate: 2e-4)
        }
      }
    }
  }

  private static func optimiser(
    _ make: (Int, [MatrixPlace]) -> some Optimiser
  ) throws -> Run {
    let architecture = StudentArchitecture.perceptron(
      .mlp(dimensions: [64, 512, 512, 512, 512, 64]))
    let parameters = Scratch(architecture.initialParameters(random: RandomStream(seed: 1)))
    let gradient = architecture.initialParameters(random: RandomStream(seed: 2))
    let optimiser = Scratch(make(parameters.value.count, architecture.matrices))
    return {
      seconds {
        _ = optimiser.value.step(&parameters.value, gradient: gradient, learningRate: 1e-4)
      }
    }
  }
}

extension AdamW.Settings {
  /// The published ones: no decay, gradient norm clipped at 1.
  static let paper = {
    var settings = AdamW.Settings()
    settings.weightDecay = 0
    settings.maximumGradientNorm = 1
    return settings
  }()
}
