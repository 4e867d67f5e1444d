import Arrays
import Distillation
import Mixtures
import Networks
import ProbabilityFlow
import RealModule
import Stability
import Testing

/// Networks trained under a Lipschitz budget, against the bound that none of them may beat.
extension DistillationTests {
  @Suite struct MismatchTests {
    /// Two or three narrow modes in one or two dimensions, of weights and places of the seed's own.
    private static func mixture(_ seed: Int) throws -> GaussianMixture {
      let stream = RandomStream(seed: 91).substream(UInt64(seed))
      let (k, d) = (2 + seed % 2, 1 + seed / 2 % 2)
      let u = stream.uniforms(2 * k)
      let total = (0..<k).reduce(Double(k)) { $0 + u[$1] }
      var means = stream.substream("means").normals(rows: k, columns: d)
      for i in means.elements.indices { means.elements[i] *= 1.5 }
      return try GaussianMixture(
        weights: (0..<k).map { (1 + u[$0]) / total }, means: means,
        covariances: .spherical((0..<k).map { 0.002 + 0.05 * u[k + $0] }))
    }

    /// Shrinks all layers alike until the certificate keeps the budget.
    private static func project(_ network: inout Network, _ budget: Double) {
      let known = network.lipschitzCertificate().value
      guard known > budget else { return }
      let factor = Float(.pow(budget / known, 1 / Double(network.depth)) * (1 - 1e-6))
      for layer in network.architecture.layers {
        for i in layer.weights { network.parameters[i] *= factor }
      }
    }

    private static func train(
      _ x: Matrix<Float>, _ y: Matrix<Float>, budget: Double, seed: UInt64
    ) -> Network {
      let d = x.columns
      var network = Network.mlp(
        dimensions: [d, 24, 24, d], activations: [.relu], random: RandomStream(seed: seed))
      var settings = AdamW.Settings()
      settings.weightDecay = 0
      var optimiser = AdamW(parameterCount: network.parameterCount, settings: settings)
      var tape = Tape(network.architecture, batch: 128)
      for step in 0..<200 {
        let first = step * 128 % (x.rows - 127)
        _ = tape.squaredError(
          network, x.rowBlock(first..<first + 128), target: y.rowBlock(first..<first + 128))
        _ = optimiser.step(
          &network.parameters, gradient: tape.gradient, learningRate: step < 150 ? 0.02 : 0.004)
        project(&network, budget)
      }
      return network
    }

    @Test func noTrainedNetworkBeatsTheBound() throws {
      var closest = 0.0
      for seed in 0..<20 {
        let flow = ProbabilityFlow(try Self.mixture(seed), try OrnsteinUhlenbeck(beta: 3))
        let x = flow.marginal(at: 1).sample(2048, from: RandomStream(seed: 92))
        let y = try Teacher(flow, tolerance: 1e-5).transport(x, from: 1, to: 0).orThrow().states
        let (inputs, targets) = (x.inSinglePrecision, y.inSinglePrecision)
        for budget in [1.0, 2, 5, 10, 50] {
          let network = Self.train(inputs, targets, budget: budget, seed: UInt64(seed))
          #expect(network.lipschitzCertificate().value <= budget)
          let output = network(inputs).inDoublePrecision
          let errors = (0..<x.rows).map { i in
            (0..<x.columns).reduce(0.0) { sum, a in
              let e = output[i, a] - y[i, a]
              return sum + e * e
            }
          }
          // In-sample errors are the smaller ones, which makes this the harder test.
          let error = Estimate(meanOf: errors)
          var options = MismatchOptions(samples: 512, batch: 32)
          options.teacherTolerance = 1e-5
          let bound = try MismatchBound(flow, from: 1, to: 0, budget: budget, options: options)
          #expect(
            error.value + 3.5 * error.standardError >= bound.meanSquare,
            "seed \(seed), M = \(budget): \(error.value) against \(bound.meanSquare)")
          closest = max(closest, bound.meanSquare / error.value)
        }
      }
      #expect(closest > 0.5, "the bound is at most \(closest) of a network's error")
    }

    @Test func residualStudentsAddTheirIdentity() throws {
      let plain = Network(layers: [
        .init(weights: Matrix([[3, 0], [0, 1]]), biases: [0, 0], activation: .identity)
      ])
      func student(_ parametrisation: Parametrisation, _ network: Network) -> Student {
        Student(network: network, parametrisation: parametrisation, scale: 0.5, from: 1, to: 0)
      }
      let process = try OrnsteinUhlenbeck()
      let mixture = try GaussianMixture(
        weights: [0.5, 0.5], means: Matrix([[-1, 0], [1, 0]]), covariances: .spherical([1, 1]))
      let marginal = Marginal(mixture, process, at: 1)
      #expect(abs(student(.plain, plain).lipschitz(marginal).global - 3) < 1e-9)
      #expect(abs(student(.residual, plain).lipschitz(marginal).global - 2.5) < 1e-9)
      // A ReQU of the first coordinate: its slope on [−e^{-5} − 6, e^{-5} + 6] is at most twice the end.
      let square = Network(layers: [
        .init(weights: Matrix([[1, 0], [0, 0]]), biases: [0, 0], activation: .requ)
      ])
      let known = student(.plain, square).lipschitz(marginal)
      #expect(known.global == .infinity && known.reason != nil && known.localReason == nil)
      #expect(abs(known.local - 2 * (6 + .exp(-5))) < 1e-9)
    }
  }
}
