import Arrays
import Networks
import Testing

extension NetworksTests {
  /// A residual composition in training: what a checkpoint must hold.
  struct CompositionRun: Equatable {
    var network: ResidualComposition
    var optimizer: AdamW
    var losses: [Double] = []

    init(width: Int, blocks: Int) {
      network = ResidualComposition(
        ResidualCompositionArchitecture(
          network: .mlp(dimensions: [4, width, width, 4]),
          blocks: Array(repeating: .init(stateFactor: 1.1, networkFactor: 0.3), count: blocks)),
        random: RandomStream(seed: 3))
      optimizer = AdamW(parameterCount: network.parameterCount)
    }

    mutating func train(_ steps: Int, tape: inout ResidualCompositionTape) {
      for step in 0..<steps {
        let (x, y) = regression(rows: tape.batch, inputs: 4, outputs: 4, seed: UInt64(step))
        losses.append(tape.squaredError(network, x, target: y))
        _ = optimizer.step(&network.parameters, gradient: tape.gradient, learningRate: 3e-3)
      }
    }
  }

  @Suite struct ResidualCompositionTrainingTests {
    @Test(arguments: [65, 300, 700]) func threadsDoNotMatter(batch: Int) {
      let runs = [1, 2, 3].map { threads in
        let before = Parallel.threadCount
        defer { Parallel.threadCount = before }
        Parallel.threadCount = threads
        var run = CompositionRun(width: 270, blocks: 3)
        var tape = ResidualCompositionTape(run.network.architecture, batch: batch)
        run.train(5, tape: &tape)
        return run
      }
      #expect(runs[1] == runs[0])
      #expect(runs[2] == runs[0])
    }

    @Test func tapesRememberNothing() {
      var run = CompositionRun(width: 16, blocks: 3)
      var tape = ResidualCompositionTape(run.network.architecture, batch: 300)
      run.train(3, tape: &tape)
      let (x, y) = regression(rows: 300, inputs: 4, outputs: 4, seed: 77)
      var new = ResidualCompositionTape(run.network.architecture, batch: 300)
      let loss = tape.squaredError(run.network, x, target: y)
      #expect(loss == new.squaredError(run.network, x, target: y))
      #expect(tape.gradient == new.gradient && tape.inputGradient == new.inputGradient)
    }

    @Test func stepsReuseTheirMemory() {
      var run = CompositionRun(width: 64, blocks: 3)
      var tape = ResidualCompositionTape(run.network.architecture, batch: 300)
      func addresses() -> [UInt] {
        tape.storage.map { array in
          unsafe array.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        }
      }
      let before = addresses()
      run.train(5, tape: &tape)
      #expect(before.count == 2 && addresses() == before)
    }

    @Test func learnsProductsOfCoordinates() {
      var run = CompositionRun(width: 32, blocks: 3)
      var tape = ResidualCompositionTape(run.network.architecture, batch: 256)
      run.train(300, tape: &tape)
      let first = run.losses.prefix(10).reduce(0, +)
      #expect(run.losses.suffix(10).reduce(0, +) < 0.1 * first)
    }
  }
}
