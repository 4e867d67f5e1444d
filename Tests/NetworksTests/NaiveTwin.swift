import Arrays
import Testing

/// A trainable function in double precision, as plain as can be: the oracle of a tape.
protocol NaiveTwin {
  var parameters: [Double] { get set }

  /// The value at one sample.
  func value(_ x: [Double]) -> [Double]

  /// The gradient with respect to one sample from that with respect to its value; adds the
  /// parameters' to `gradient`.
  func pullBack(_ x: [Double], _ delta: [Double], adding gradient: inout [Double]) -> [Double]
}

extension NaiveTwin {
  /// The mean squared error.
  func loss(_ x: Matrix<Double>, _ target: Matrix<Double>) -> Double {
    var sum = 0.0
    for n in 0..<x.rows {
      let y = value(Array(x[row: n]))
      for j in 0..<target.columns { sum += (y[j] - target[n, j]) * (y[j] - target[n, j]) }
    }
    return sum / Double(target.elements.count)
  }

  /// Its gradient with respect to the parameters and the input.
  func gradient(_ x: Matrix<Double>, _ target: Matrix<Double>) -> ([Double], Matrix<Double>) {
    var result = [Double](repeating: 0, count: parameters.count)
    var toInput = Matrix<Double>(rows: x.rows, columns: x.columns)
    for n in 0..<x.rows {
      let sample = Array(x[row: n])
      let y = value(sample)
      let delta = (0..<target.columns).map {
        2 * (y[$0] - target[n, $0]) / Double(target.elements.count)
      }
      toInput[row: n] = pullBack(sample, delta, adding: &result)[...]
    }
    return (result, toInput)
  }

  /// The same gradients by central differences of the loss, with an error of order `h`².
  func differences(
    _ x: Matrix<Double>, _ target: Matrix<Double>, h: Double
  ) -> ([Double], [Double]) {
    let toParameters = parameters.indices.map { k in
      func loss(_ change: Double) -> Double {
        var twin = self
        twin.parameters[k] += change
        return twin.loss(x, target)
      }
      return (loss(h) - loss(-h)) / (2 * h)
    }
    let toInput = x.elements.indices.map { k in
      func loss(_ change: Double) -> Double {
        var moved = x
        moved.elements[k] += change
        return self.loss(moved, target)
      }
      return (loss(h) - loss(-h)) / (2 * h)
    }
    return (toParameters, toInput)
  }

  /// Expects the gradients to be those that central differences give.
  func expectDifferencesMatch(_ x: Matrix<Double>, _ target: Matrix<Double>) {
    let (gradient, inputGradient) = gradient(x, target)
    let (differences, inputDifferences) = differences(x, target, h: 1e-5)
    #expect(relativeError(differences, gradient) < 1e-8)
    #expect(relativeError(inputDifferences, inputGradient.elements) < 1e-8)
  }
}
