import Arrays
import Networks
import Testing

extension NetworksTests {
  @Suite struct NetworkDerivativeTests {
    private func network(_ activations: [Activation], hasLinearPath: Bool = false) -> Network {
      var network = Network(
        .mlp(
          dimensions: [4, 9, 8, 7, 3], activations: activations, hasLinearPath: hasLinearPath),
        random: RandomStream(seed: 5))
      for (k, place) in (network.architecture.linearPath ?? 0..<0).enumerated() {
        network.parameters[place] = 0.2 * Float(k % 5) - 0.4
      }
      for layer in network.architecture.layers {
        for (k, place) in layer.biases.enumerated() {
          network.parameters[place] = 0.1 * Float(k % 7) - 0.3
        }
      }
      return network
    }

    @Test(arguments: [[Activation.squareplus], [.relu], [.requ, .squareplus]], [false, true])
    func directionsMatchDifferences(activations: [Activation], hasLinearPath: Bool) {
      let network = network(activations, hasLinearPath: hasLinearPath)
      let derivative = NetworkDerivative(network)
      let x = RandomStream(seed: 1).normals(rows: 5, columns: 4)
      let v = RandomStream(seed: 2).normals(rows: 10, columns: 4)
      let (values, pushed) = derivative.push(v, at: x)
      #expect(values == derivative(x))
      let checked: Matrix<Double> = network(x)
      for (a, b) in zip(values.elements, checked.elements) { #expect(abs(a - b) < 1e-12) }
      let width = 1e-5
      for k in 0..<10 {
        var (above, below) = (x.rowBlock(k / 2..<k / 2 + 1), x.rowBlock(k / 2..<k / 2 + 1))
        for j in 0..<4 {
          above[0, j] += width * v[k, j]
          below[0, j] -= width * v[k, j]
        }
        let (high, low) = (derivative(above), derivative(below))
        for j in 0..<3 {
          let slope = (high[0, j] - low[0, j]) / (2 * width)
          #expect(abs(slope - pushed[k, j]) < 1e-8 * (1 + abs(slope)))
        }
      }
    }

    /// The transposed derivative is the tape's: uᵀ(J v) = (Jᵀu)ᵀ v.
    @Test func isTheTapesTranspose() {
      let network = network([.squareplus])
      let x = RandomStream(seed: 1).normals(rows: 6, columns: 4)
      let v = RandomStream(seed: 2).normals(rows: 6, columns: 4)
      let u = RandomStream(seed: 3).normals(rows: 6, columns: 3)
      let pushed = NetworkDerivative(network).push(v, at: x).derivatives
      var tape = Tape(network.architecture, batch: 6)
      tape.forward(network, x.inSinglePrecision)
      tape.backward(network, outputGradient: u.inSinglePrecision, toInput: true)
      let pulled = tape.inputGradient
      for i in 0..<6 {
        let forward = (0..<3).reduce(0) { $0 + u[i, $1] * pushed[i, $1] }
        let backward = (0..<4).reduce(0) { $0 + Double(pulled[i, $1]) * v[i, $1] }
        #expect(abs(forward - backward) < 1e-5 * (1 + abs(forward)))
      }
    }

    /// Its smooth rectifier bounds slopes by 1, so certificates are finite without a box.
    @Test func smoothNetworksHaveACertificate() {
      let network = network([.squareplus])
      let bound = network.lipschitzCertificate().value
      let x = RandomStream(seed: 8).normals(rows: 200, columns: 4)
      let v = RandomStream(seed: 9).normals(rows: 200, columns: 4)
      let pushed = NetworkDerivative(network).push(v, at: x).derivatives
      for i in 0..<200 {
        func norm(_ row: ArraySlice<Double>) -> Double {
          row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        #expect(norm(pushed[row: i]) <= bound * norm(v[row: i]))
      }
      #expect(bound.isFinite)
    }
  }
}
