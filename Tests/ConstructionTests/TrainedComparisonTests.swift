import Arrays
import Construction
import Mixtures
import Networks
import Testing

@Suite struct TrainedComparisonTests {
  /// What a trained network with as many weights as the constructed one reaches on the paper's
  /// mixture at t = 0: printed for the documentation, with FLOWDISTILL_CONSTRUCTED=50.
  ///
  /// It learns m̄ in s = m̄ − x, as C is the identity there: 36 neurons cannot pass 64 coordinates on.
  @Test(.enabled(if: CertificateRatioTests.isFull)) func trainedNetworkOfTheSameSize() throws {
    let marginal = Marginal(try .paper(seed: 0), try OrnsteinUhlenbeck(), at: 0)
    let constructed = try ConstructedScore(marginal, tolerance: 1e-6)
    let random = RandomStream(seed: 11)
    var network = Network.mlp(
      dimensions: [64, 36, 36, 36, 64], activations: [.relu, .relu, .relu], random: random)
    let weights = SparseNetwork(network).weightCount
    #expect(abs(weights - constructed.network.weightCount) < 200)
    var optimizer = AdamW(parameterCount: network.parameterCount)
    let (steps, batch) = (20_000, 256)
    let schedule = CosineRate(peak: 3e-3, warmUp: 100, steps: steps)
    var tape = Tape(network.architecture, batch: batch)
    for step in 0..<steps {
      let x = marginal.sample(batch, from: random.substream("batch").substream(UInt64(step)))
      let target = sum(marginal.score(x), x, 1).inSinglePrecision
      _ = tape.squaredError(network, x.inSinglePrecision, target: target)
      _ = optimizer.step(
        &network.parameters, gradient: tape.gradient, learningRate: schedule(step))
    }
    let x = marginal.sample(10_000, from: random.substream("evaluation"))
    let exact = marginal.score(x)
    let trained = relativeError(sum(network(x), x, -1), exact)
    let built = relativeError(constructed.network(x), exact)
    print("relative L2 error: trained", trained, "constructed", built, "weights", weights)
    #expect(built < trained)
  }

  private func sum(_ a: Matrix<Double>, _ b: Matrix<Double>, _ factor: Double) -> Matrix<Double> {
    var result = a
    for i in result.elements.indices { result.elements[i] += factor * b.elements[i] }
    return result
  }

  private func relativeError(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    var (error, size) = (0.0, 0.0)
    for (found, exact) in zip(a.elements, b.elements) {
      error += (found - exact) * (found - exact)
      size += exact * exact
    }
    return (error / size).squareRoot()
  }
}
