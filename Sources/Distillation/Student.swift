public import Arrays
public import Networks

/// A learned flow map of one segment: from states at `from` to states at `to`.
public struct Student: Sendable, Equatable {
  /// The network.
  public var network: Network
  /// How it becomes a flow map.
  public let parametrisation: Parametrisation
  /// The factor c of a residual student; 1 for a plain one.
  public let scale: Double
  /// The time at which it starts.
  public let from: Double
  /// The time at which it ends.
  public let to: Double

  /// A student from its parts.
  public init(
    network: Network, parametrisation: Parametrisation, scale: Double, from: Double, to: Double
  ) {
    self.network = network
    self.parametrisation = parametrisation
    self.scale = scale
    self.from = from
    self.to = to
  }

  /// Ψ(x) for each row of x; the network runs in single precision, the state stays in double.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    let output = network(x.inSinglePrecision)
    switch parametrisation {
    case .plain:
      return output.inDoublePrecision
    case .residual:
      var result = x
      for i in result.elements.indices {
        result.elements[i] += scale * Double(output.elements[i])
      }
      return result
    }
  }

  /// What the network should return for Ψ(x) = y.
  func networkTarget(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Matrix<Float> {
    switch parametrisation {
    case .plain:
      return y.inSinglePrecision
    case .residual:
      var target = Matrix<Float>(rows: y.rows, columns: y.columns)
      for i in target.elements.indices {
        target.elements[i] = Float((y.elements[i] - x.elements[i]) / scale)
      }
      return target
    }
  }
}
