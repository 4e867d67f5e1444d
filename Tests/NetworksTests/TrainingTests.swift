import Arrays
import Networks
import Testing

extension NetworksTests {
  /// A student in training: what a checkpoint must hold.
  struct Run: Equatable {
    var network: Network
    var optimizer: AdamW
    var losses: [Double] = []

    init() {
      network = Network.mlp(
        dimensions: [5, 300, 290, 3], activations: [.relu, .requ], random: RandomStream(seed: 3))
      var settings = AdamW.Settings()
      settings.maximumGradientNorm = 1
      settings.parameterBound = 0.5
      optimizer = AdamW(parameterCount: network.parameterCount, settings: settings)
    }

    mutating func train(_ steps: Int, tape: inout Tape) {
      let schedule = CosineRate(peak: 3e-3, warmUp: 3, steps: 100)
      for _ in 0..<steps {
        let step = optimizer.stepCount
        let (x, y) = regression(rows: tape.batch, inputs: 5, outputs: 3, seed: UInt64(step))
        losses.append(tape.squaredError(network, x, target: y))
        _ = optimizer.step(
          &network.parameters, gradient: tape.gradient, learningRate: schedule(step))
      }
    }
  }

  @Suite struct TrainingTests {
    @Test(arguments: [65, 300, 700]) func threadsDoNotMatter(batch: Int) {
      let runs = [1, 2, 3].map { threads in
        let before = Parallel.threadCount
        defer { Parallel.threadCount = before }
        Parallel.threadCount = threads
        var run = Run()
        var tape = Tape(run.network.architecture, batch: batch)
        run.train(20, tape: &tape)
        return run
      }
      #expect(runs[1] == runs[0])
      #expect(runs[2] == runs[0])
    }

    @Test func resumingDoesNotMatter() {
      var whole = Run()
      var tape = Tape(whole.network.architecture, batch: 300)
      whole.train(20, tape: &tape)

      var first = Run()
      first.train(10, tape: &tape)
      var second = Run()
      second.network = Network(first.network.architecture, parameters: first.network.parameters)
      second.optimizer.firstMoment = first.optimizer.firstMoment
      second.optimizer.secondMoment = first.optimizer.secondMoment
      second.optimizer.stepCount = first.optimizer.stepCount
      second.losses = first.losses
      var newTape = Tape(second.network.architecture, batch: 300)
      second.train(10, tape: &newTape)
      #expect(second == whole)
    }

    @Test func stepsReuseTheirMemory() {
      var run = Run()
      var tape = Tape(run.network.architecture, batch: 300)
      func addresses(_ arrays: [Float]...) -> [UInt] {
        arrays.map { array in
          unsafe array.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        }
      }
      func all() -> [UInt] {
        addresses(
          tape.slab, tape.gradient, run.network.parameters, run.optimizer.firstMoment,
          run.optimizer.secondMoment)
      }
      let before = all()
      run.train(5, tape: &tape)
      #expect(all() == before)
    }

    @Test(arguments: [[Activation.relu], [.relu, .requ]])
    func lossDecreases(activations: [Activation]) {
      var network = Network.mlp(
        dimensions: [4, 64, 64, 2], activations: activations, random: RandomStream(seed: 1))
      let (x, y) = regression(rows: 512, inputs: 4, outputs: 2, seed: 9)
      var tape = Tape(network.architecture, batch: 512)
      var optimizer = AdamW(parameterCount: network.parameterCount)
      let first = tape.squaredError(network, x, target: y)
      for _ in 0..<300 {
        _ = tape.squaredError(network, x, target: y)
        _ = optimizer.step(
          &network.parameters, gradient: tape.gradient, learningRate: 3e-3)
      }
      #expect(tape.squaredError(network, x, target: y) < 0.05 * first)
    }
  }
}
