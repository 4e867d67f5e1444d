package import Arrays
package import Networks

/// The squared error of students applied in turn, and its gradient with respect to all their weights.
///
/// Backwards through Ψ(x) = base(x) + c net((x − m)/s), the gradient g of a state becomes
/// ```
/// baseᵀ g + (c/s) ∂netᵀ g,    base: 0 (plain), x (residual, linear), A x + b (affine)
/// ```
/// States and their gradients are in double precision, networks in single.
package struct ChainGradient: Sendable {
  /// The students' forms in sampling order.
  package let forms: [StudentForm]
  private let isShared: Bool

  /// The gradient for students of these forms, all of one network if it is shared.
  package init(_ forms: [StudentForm], isShared: Bool) {
    (self.forms, self.isShared) = (forms, isShared)
  }

  /// The number of the network of segment k.
  package func network(_ k: Int) -> Int { isShared ? 0 : k }

  /// The loss Σ‖z_n − y‖²/(B d) and its gradient, one array a network.
  ///
  /// - Parameters:
  ///   - networks: perceptrons, one a segment or one that is shared.
  ///   - x: B states of d coordinates where the first segment begins.
  ///   - target: where they should be at the end.
  ///   - tapes: one a segment, for batches of B.
  package func callAsFunction(
    _ networks: [StudentNetwork], _ x: Matrix<Double>, target: Matrix<Double>,
    _ tapes: inout [StudentTape]
  ) -> (loss: Double, gradients: [[Float]]) {
    var state = x
    for (k, form) in forms.enumerated() {
      state = form.state(state, tapes[k].forward(networks[network(k)], form.input(state)))
    }
    var slope = state
    var sum = 0.0
    for i in state.elements.indices {
      let difference = state.elements[i] - target.elements[i]
      sum += difference * difference
      slope.elements[i] = 2 * difference / Double(state.elements.count)
    }
    var gradients = [[Float]](repeating: [], count: networks.count)
    for (k, form) in forms.enumerated().reversed() {
      let network = network(k)
      tapes[k].backward(
        networks[network], outputGradient: form.outputGradient(slope), toInput: k > 0)
      if gradients[network].isEmpty {
        gradients[network] = tapes[k].gradient
      } else {
        for i in gradients[network].indices { gradients[network][i] += tapes[k].gradient[i] }
      }
      if k > 0 { slope = form.stateGradient(slope, tapes[k].inputGradient) }
    }
    return (sum / Double(state.elements.count), gradients)
  }
}

extension StudentForm {
  /// The gradient of the network's values from that of Ψ(x).
  fileprivate func outputGradient(_ slope: Matrix<Double>) -> Matrix<Float> {
    var result = slope.inSinglePrecision
    guard parametrisation != .plain else { return result }
    for i in slope.elements.indices { result.elements[i] = Float(scale * slope.elements[i]) }
    return result
  }

  /// The gradient of x from that of Ψ(x) and that of the network's input.
  fileprivate func stateGradient(
    _ slope: Matrix<Double>, _ input: Matrix<Float>
  ) -> Matrix<Double> {
    var result =
      switch parametrisation {
      case .plain: Matrix<Double>(rows: slope.rows, columns: slope.columns)
      case .residual: slope
      case .affine, .linear: affine.map { Gemm.product(slope, $0.weights) } ?? slope
      }
    let factor = 1 / (affine?.deviation ?? 1)
    for i in 0..<result.rows {
      for j in 0..<result.columns { result[i, j] += factor * Double(input[i, j]) }
    }
    return result
  }
}
