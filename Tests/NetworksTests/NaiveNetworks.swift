import Networks

/// A multilayer perceptron.
struct NaiveNetwork: NaiveTwin {
  var architecture: Architecture
  var parameters: [Double]

  init(_ network: Network) {
    architecture = network.architecture
    parameters = network.parameters.map(Double.init)
  }

  /// The states of one sample, the input first.
  func states(_ x: [Double]) -> [[Double]] {
    var states = [x]
    for layer in architecture.layers {
      let input = states[states.count - 1]
      states.append(
        (0..<layer.outputs).map { o in
          var z = parameters[layer.biases.lowerBound + o]
          for i in 0..<layer.inputs {
            z += parameters[layer.weights.lowerBound + o * layer.inputs + i] * input[i]
          }
          return layer.activation(z)
        })
    }
    return states
  }

  func value(_ x: [Double]) -> [Double] { states(x)[architecture.depth] }

  func pullBack(_ x: [Double], _ delta: [Double], adding gradient: inout [Double]) -> [Double] {
    let states = states(x)
    var delta = delta
    for (l, layer) in architecture.layers.enumerated().reversed() {
      var previous = [Double](repeating: 0, count: layer.inputs)
      for o in 0..<layer.outputs {
        let a = states[l + 1][o]
        switch layer.activation {
        case .identity: break
        case .relu: delta[o] *= a > 0 ? 1 : 0
        case .requ: delta[o] *= 2 * a.squareRoot()
        case .squareplus: delta[o] *= 1 - 1 / (1 + 4 * a * a)
        }
        gradient[layer.biases.lowerBound + o] += delta[o]
        for i in 0..<layer.inputs {
          let place = layer.weights.lowerBound + o * layer.inputs + i
          gradient[place] += delta[o] * states[l][i]
          previous[i] += delta[o] * parameters[place]
        }
      }
      delta = previous
    }
    return delta
  }
}

/// A residual composition.
struct NaiveComposition: NaiveTwin {
  var architecture: ResidualCompositionArchitecture
  var parameters: [Double]

  init(_ network: ResidualComposition) {
    architecture = network.architecture
    parameters = network.parameters.map(Double.init)
  }

  private func network(_ k: Int) -> NaiveNetwork {
    var network = NaiveNetwork(Network(architecture.network))
    network.parameters = Array(parameters[architecture.parameters(k)])
    return network
  }

  /// The inputs of all blocks, then the result.
  private func states(_ x: [Double]) -> [[Double]] {
    var states = [x]
    for (k, block) in architecture.blocks.enumerated() {
      let x = states[k]
      let value = network(k).value(x)
      states.append(
        x.indices.map { block.stateFactor * x[$0] + block.networkFactor * value[$0] })
    }
    return states
  }

  func value(_ x: [Double]) -> [Double] { states(x)[architecture.blocks.count] }

  func pullBack(_ x: [Double], _ delta: [Double], adding gradient: inout [Double]) -> [Double] {
    let states = states(x)
    var delta = delta
    for (k, block) in architecture.blocks.enumerated().reversed() {
      let places = architecture.parameters(k)
      var part = Array(gradient[places])
      let through = network(k).pullBack(
        states[k], delta.map { block.networkFactor * $0 }, adding: &part)
      gradient.replaceSubrange(places, with: part)
      delta = delta.indices.map { block.stateFactor * delta[$0] + through[$0] }
    }
    return delta
  }
}
