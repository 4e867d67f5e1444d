import Arrays
import Networks
import Testing

extension NetworksTests {
  /// A transformer in training: what a checkpoint must hold.
  struct TransformerRun: Equatable {
    var transformer: Transformer<Float>
    var optimizer: AdamW
    var losses: [Double] = []

    init(_ shape: TransformerArchitecture) {
      transformer = Transformer<Float>(shape, random: RandomStream(seed: 3))
      optimizer = AdamW(parameterCount: transformer.parameterCount)
    }

    mutating func train(_ steps: Int, tape: inout TransformerTape<Float>) {
      let d = transformer.architecture.dimension
      for step in 0..<steps {
        let (x, y) = regression(rows: tape.batch, inputs: d, outputs: d, seed: UInt64(step))
        losses.append(tape.squaredError(transformer, x, target: y))
        _ = optimizer.step(
          &transformer.parameters, gradient: tape.gradient, learningRate: 3e-3)
      }
    }
  }

  @Suite struct TransformerTrainingTests {
    @Test(arguments: [(5, 450), (64, 37)]) func threadsDoNotMatter(dimension: Int, batch: Int) {
      let shape = TransformerArchitecture(dimension: dimension, blocks: 2, width: 16)
      let runs = [1, 2, 3].map { threads in
        let before = Parallel.threadCount
        defer { Parallel.threadCount = before }
        Parallel.threadCount = threads
        var run = TransformerRun(shape)
        var tape = TransformerTape<Float>(shape, batch: batch)
        run.train(5, tape: &tape)
        return run
      }
      #expect(runs[1] == runs[0])
      #expect(runs[2] == runs[0])
    }

    @Test func tapesRememberNothing() {
      let shape = TransformerArchitecture(dimension: 6, blocks: 2, width: 8, heads: 2)
      var run = TransformerRun(shape)
      var tape = TransformerTape<Float>(shape, batch: 400)
      run.train(3, tape: &tape)
      let (x, y) = regression(rows: 400, inputs: 6, outputs: 6, seed: 77)
      var new = TransformerTape<Float>(shape, batch: 400)
      let loss = tape.squaredError(run.transformer, x, target: y)
      #expect(loss == new.squaredError(run.transformer, x, target: y))
      #expect(tape.gradient == new.gradient && tape.inputGradient == new.inputGradient)
    }

    @Test func passesReuseTheirMemory() {
      let shape = TransformerArchitecture(dimension: 5, blocks: 2, width: 8, heads: 2)
      var run = TransformerRun(shape)
      var tape = TransformerTape<Float>(shape, batch: 450)
      func addresses() -> [UInt] {
        tape.storage.map { array in
          unsafe array.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
        }
      }
      // Arrays that begin as copies of each other part in the first pass.
      run.train(1, tape: &tape)
      let before = addresses()
      run.train(3, tape: &tape)
      #expect(before.count == 1 + 8 * (3 + 8 + 2 * 9) && addresses() == before)
    }

    @Test func learnsProductsOfCoordinates() {
      let shape = TransformerArchitecture(dimension: 4, blocks: 1, width: 16, heads: 2)
      var run = TransformerRun(shape)
      var tape = TransformerTape<Float>(shape, batch: 256)
      run.train(400, tape: &tape)
      let first = run.losses.prefix(20).reduce(0, +)
      #expect(run.losses.suffix(20).reduce(0, +) < 0.2 * first)
    }
  }
}
