public import Arrays

/// A network in double precision with its directional derivatives, for integrators.
///
/// Single precision has too few digits for the error control of an integrator of high order: the
/// rounding of a value looks to it like an error of its own. Weights are converted once.
public struct NetworkDerivative: Sendable {
  private struct Layer {
    /// Outputs × inputs.
    let weights: Matrix<Double>
    let biases: [Double]
    let activation: Activation
  }

  private let layers: [Layer]
  private let linearPath: Matrix<Double>?
  /// The number of coordinates of a sample.
  public let inputDimension: Int
  /// The number of coordinates of a result.
  public let outputDimension: Int

  /// The network whose weights are those of `network`.
  public init(_ network: Network) {
    layers = network.layers.map {
      Layer(
        weights: $0.weights.inDoublePrecision, biases: $0.biases.map(Double.init),
        activation: $0.activation)
    }
    linearPath = network.linearPath?.inDoublePrecision
    (inputDimension, outputDimension) = (network.inputDimension, network.outputDimension)
  }

  /// The values at the rows of `x`, on the caller's thread.
  ///
  /// - Parameter x: samples × input dimension.
  /// - Returns: samples × output dimension.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    check(x)
    var result = layers.reduce(x) { values($0, $1) }
    addLinearPath(x, to: &result)
    return result
  }

  /// The values at the rows of `x`, and the derivative there in some directions: J(x_i) v for each
  /// of the m vectors v of row i, on the caller's thread.
  ///
  /// Each layer maps a vector to f'(z) ∘ W v, forward beside the values.
  /// - Parameters:
  ///   - x: samples × input dimension.
  ///   - vectors: (samples · m) × input dimension, those of one sample after the other.
  /// - Returns: values, samples × output dimension, and derivatives, (samples · m) × output dimension.
  public func push(
    _ vectors: Matrix<Double>, at x: Matrix<Double>
  ) -> (values: Matrix<Double>, derivatives: Matrix<Double>) {
    check(x)
    precondition(
      vectors.columns == inputDimension && (x.rows == 0 || vectors.rows % x.rows == 0),
      "\(vectors.rows) x \(vectors.columns) vectors at \(x.rows) samples")
    let count = x.rows > 0 ? vectors.rows / x.rows : 0
    var (state, tangents) = (x, vectors)
    for layer in layers {
      state = values(state, layer)
      tangents = product(tangents, layer)
      let width = layer.biases.count
      for i in 0..<state.rows where layer.activation != .identity {
        for j in 0..<width {
          let slope = layer.activation.slope(atValue: state.elements[i * width + j])
          for v in i * count..<(i + 1) * count { tangents.elements[v * width + j] *= slope }
        }
      }
    }
    addLinearPath(x, to: &state)
    addLinearPath(vectors, to: &tangents)
    return (state, tangents)
  }

  private func addLinearPath(_ x: Matrix<Double>, to result: inout Matrix<Double>) {
    guard let linearPath else { return }
    var span = result.elements.mutableSpan
    Gemm.multiplySerially(
      m: x.rows, n: linearPath.rows, k: x.columns, x.elements.span, linearPath.elements.span,
      transposed: true, into: &span, beta: 1)
  }

  private func values(_ x: Matrix<Double>, _ layer: Layer) -> Matrix<Double> {
    var result = product(x, layer)
    let (width, biases, activation) = (layer.biases.count, layer.biases, layer.activation)
    for i in 0..<x.rows {
      for j in 0..<width {
        result.elements[i * width + j] = activation(result.elements[i * width + j] + biases[j])
      }
    }
    return result
  }

  private func product(_ x: Matrix<Double>, _ layer: Layer) -> Matrix<Double> {
    var result = Matrix<Double>(rows: x.rows, columns: layer.biases.count)
    var span = result.elements.mutableSpan
    Gemm.multiplySerially(
      m: x.rows, n: layer.biases.count, k: x.columns, x.elements.span,
      layer.weights.elements.span, transposed: true, into: &span)
    return result
  }

  private func check(_ x: Matrix<Double>) {
    precondition(
      x.columns == inputDimension, "\(x.columns) columns for \(inputDimension) inputs")
  }
}
