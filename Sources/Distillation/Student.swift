public import Arrays
public import Networks

/// How a network's values become the flow map of a segment.
public struct StudentForm: Sendable, Equatable {
  /// How they are added to the state.
  public let parametrisation: Parametrisation
  /// The factor c of what the network adds; 1 for a plain student.
  public let scale: Double
  /// The affine part of an affine student; of a linear one the identity, with its scaling of the input.
  public let affine: AffineSkip?
  /// The time at which the segment starts.
  public let from: Double
  /// The time at which it ends.
  public let to: Double
  /// What the network takes beside the state: functions of `from` if segments share a network.
  public let timeFeatures: [Float]

  /// A form from its parts.
  public init(
    parametrisation: Parametrisation, scale: Double, from: Double, to: Double,
    timeFeatures: [Float] = [], affine: AffineSkip? = nil
  ) {
    precondition(parametrisation.hasAffinePart == (affine != nil), "an affine part for others")
    self.parametrisation = parametrisation
    self.scale = scale
    self.from = from
    self.to = to
    self.timeFeatures = timeFeatures
    self.affine = affine
  }

  /// What the network takes for the states x: each row with the features of the time behind it.
  package func input(_ x: Matrix<Double>) -> Matrix<Float> {
    guard !timeFeatures.isEmpty else { return (affine?.scaled(x) ?? x).inSinglePrecision }
    return input(x, featureCount: timeFeatures.count) { _ in timeFeatures }
  }

  /// What the network takes for the states x with other features behind each row.
  func input(
    _ x: Matrix<Double>, featureCount: Int, features: (_ row: Int) -> [Float]
  ) -> Matrix<Float> {
    let x = affine?.scaled(x) ?? x
    var elements: [Float] = []
    elements.reserveCapacity(x.rows * (x.columns + featureCount))
    for i in 0..<x.rows {
      for j in 0..<x.columns { elements.append(Float(x[i, j])) }
      elements.append(contentsOf: features(i))
    }
    return Matrix(rows: x.rows, columns: x.columns + featureCount, elements: elements)
  }

  /// Ψ(x) from the network's values.
  package func state(_ x: Matrix<Double>, _ output: Matrix<Float>) -> Matrix<Double> {
    guard var result = base(x) else { return output.inDoublePrecision }
    for i in result.elements.indices {
      result.elements[i] += scale * Double(output.elements[i])
    }
    return result
  }

  /// What a student makes of the states without its network; nil for a plain one: nothing.
  package func base(_ x: Matrix<Double>) -> Matrix<Double>? {
    switch parametrisation {
    case .plain: nil
    case .residual: x
    case .affine, .linear: affine?(x)
    }
  }

  /// What the network should return for Ψ(x) = y.
  func networkTarget(_ x: Matrix<Double>, _ y: Matrix<Double>) -> Matrix<Float> {
    guard let base = base(x) else { return y.inSinglePrecision }
    var target = Matrix<Float>(rows: y.rows, columns: y.columns)
    for i in target.elements.indices {
      target.elements[i] = Float((y.elements[i] - base.elements[i]) / scale)
    }
    return target
  }
}

/// A learned flow map of one segment: from states at `from` to states at `to`.
public struct Student: Sendable, Equatable {
  /// The network.
  public var network: StudentNetwork
  /// How it becomes a flow map.
  public let form: StudentForm

  /// A student from its parts.
  public init(network: StudentNetwork, form: StudentForm) {
    self.network = network
    self.form = form
  }

  /// A student of a perceptron that takes the state alone.
  public init(
    network: Network, parametrisation: Parametrisation, scale: Double, from: Double, to: Double
  ) {
    self.init(
      network: StudentNetwork(network),
      form: StudentForm(parametrisation: parametrisation, scale: scale, from: from, to: to))
  }

  /// How the network becomes a flow map.
  public var parametrisation: Parametrisation { form.parametrisation }
  /// The factor c of a residual or affine student; 1 for a plain one.
  public var scale: Double { form.scale }
  /// The time at which it starts.
  public var from: Double { form.from }
  /// The time at which it ends.
  public var to: Double { form.to }

  /// Ψ(x) for each row of x; the network runs in single precision, the state stays in double.
  public func callAsFunction(_ x: Matrix<Double>) -> Matrix<Double> {
    form.state(x, network(form.input(x)))
  }
}
