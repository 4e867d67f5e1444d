import Arrays
import Networks
import Testing

/// All tests of this module, one after another: some change the number of threads.
@Suite(.serialized) struct NetworksTests {}

/// A multilayer perceptron in double precision, as plain as can be: the oracle of the tape.
struct NaiveNetwork {
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

  /// The mean squared error.
  func loss(_ x: Matrix<Double>, _ target: Matrix<Double>) -> Double {
    var sum = 0.0
    for n in 0..<x.rows {
      let y = states(Array(x[row: n])).last ?? []
      for j in 0..<target.columns { sum += (y[j] - target[n, j]) * (y[j] - target[n, j]) }
    }
    return sum / Double(target.elements.count)
  }

  /// Its gradient with respect to the parameters and the input.
  func gradient(_ x: Matrix<Double>, _ target: Matrix<Double>) -> ([Double], Matrix<Double>) {
    var result = [Double](repeating: 0, count: parameters.count)
    var toInput = Matrix<Double>(rows: x.rows, columns: x.columns)
    for n in 0..<x.rows {
      let states = states(Array(x[row: n]))
      var delta = (0..<target.columns).map {
        2 * (states[architecture.depth][$0] - target[n, $0]) / Double(target.elements.count)
      }
      for (l, layer) in architecture.layers.enumerated().reversed() {
        var previous = [Double](repeating: 0, count: layer.inputs)
        for o in 0..<layer.outputs {
          let a = states[l + 1][o]
          switch layer.activation {
          case .identity: break
          case .relu: delta[o] *= a > 0 ? 1 : 0
          case .requ: delta[o] *= 2 * a.squareRoot()
          }
          result[layer.biases.lowerBound + o] += delta[o]
          for i in 0..<layer.inputs {
            let place = layer.weights.lowerBound + o * layer.inputs + i
            result[place] += delta[o] * states[l][i]
            previous[i] += delta[o] * parameters[place]
          }
        }
        delta = previous
      }
      toInput[row: n] = delta[...]
    }
    return (result, toInput)
  }
}

/// The largest difference, relative to the largest magnitude of `b`.
func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  let scale = b.reduce(1e-300) { max($0, abs($1)) }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

/// A batch of normals and the targets of a smooth function.
func regression(rows: Int, inputs: Int, outputs: Int, seed: UInt64) -> (
  Matrix<Float>, Matrix<Float>
) {
  let x = RandomStream(seed: seed).normals(rows: rows, columns: inputs)
  var y = Matrix<Double>(rows: rows, columns: outputs)
  for i in 0..<rows {
    for j in 0..<outputs { y[i, j] = x[i, j % inputs] * x[i, (j + 1) % inputs] - 0.5 * x[i, 0] }
  }
  return (x.inSinglePrecision, y.inSinglePrecision)
}
