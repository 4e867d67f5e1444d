import Networks

/// A network whose layers are all ReLU or all ReQU, with the values of one that mixes them.
///
/// A layer of ReQU cannot pass z ≥ 0 on, but z = ((z + c)² − z² − c²)/(2c), two neurons, and without
/// the constant z = ((z + c)² − (z − c)²)/(4c), three. With c a power of two every coefficient is
/// exact; the second form is taken where the first would round a bias of the next layer. So the
/// network computes the same function in exact arithmetic, and its certificate is the same. A layer
/// with ReQU in which some ReLU cuts off becomes two: ReLU, then squares.
struct PureLayers {
  /// The hidden layers and the outputs.
  private(set) var layers: [[SparseNetwork.Neuron]] = []
  /// How many layers stand for each one of the mixed network.
  private(set) var counts: [Int] = []
  /// Each neuron of the mixed network by those of the last layer.
  private var values: [Value]

  /// A neuron of the mixed network with what is known of it.
  struct Source {
    let neuron: SparseNetwork.Neuron
    /// The interval of its sum if that is never negative, so that ReLU only passes it on.
    let passes: ClosedRange<Double>?
  }

  private struct Value {
    var terms: [(neuron: Int, coefficient: Double)]
    var constant = 0.0
  }

  /// The pure form of a network of these layers, the outputs last.
  ///
  /// - Parameter typical: a power of two near the values that have no bound.
  init(inputs: Int, _ sources: [[Source]], typical: Double) {
    values = (0..<inputs).map { Value(terms: [($0, 1)]) }
    for (l, layer) in sources.enumerated() {
      let before = layers.count
      let isOutput = l == sources.count - 1
      if isOutput || layer.allSatisfy({ $0.neuron.activation == .relu }) {
        append(layer.map { substituted($0.neuron) })
      } else {
        values = layer.map { source in
          let sum = substituted(source.neuron)
          return Value(terms: sum.weights.map { ($0.input, $0.weight) }, constant: sum.bias)
        }
        let isPassing = layer.indices.allSatisfy { i in
          layer[i].neuron.activation == .requ
            || layer[i].passes != nil && scale(layer[i], values[i], typical) != nil
        }
        if !isPassing { cutOff() }
        square(layer, next: sources[l + 1], typical)
      }
      counts.append(layers.count - before)
    }
  }

  private mutating func append(_ neurons: [SparseNetwork.Neuron]) {
    layers.append(neurons)
    values = neurons.indices.map { Value(terms: [($0, 1)]) }
  }

  /// The neuron on the last layer instead of the mixed one.
  private func substituted(_ neuron: SparseNetwork.Neuron) -> SparseNetwork.Neuron {
    var weights: [(input: Int, weight: Double)] = []
    var constants: [Double] = []
    for (input, weight) in neuron.weights {
      weights += values[input].terms.map { ($0.neuron, weight * $0.coefficient) }
      constants.append(weight * values[input].constant)
    }
    let bias = ExactSum.value(constants + [neuron.bias])
    guard let bias else { preconditionFailure("a bias that rounds") }
    return .init(activation: neuron.activation, bias: bias, weights: weights)
  }

  /// A layer of ReLU with all the sums, equal ones once.
  private mutating func cutOff() {
    var neurons: [SparseNetwork.Neuron] = []
    var places: [[Double]: Int] = [:]
    values = values.map { sum in
      let key = [sum.constant] + sum.terms.flatMap { [Double($0.neuron), $0.coefficient] }
      let place = places[key] ?? neurons.count
      if place == neurons.count {
        places[key] = place
        neurons.append(
          .init(
            activation: .relu, bias: sum.constant,
            weights: sum.terms.map { ($0.neuron, $0.coefficient) }))
      }
      return Value(terms: [(place, 1)])
    }
    layers.append(neurons)
  }

  /// The power of two c that passes a sum on, near its largest value; nil if the bias would round.
  private func scale(_ source: Source, _ sum: Value, _ typical: Double) -> Double? {
    let high = source.passes?.upperBound ?? .infinity
    let size = high.isFinite && high > 0 ? high : typical
    return (0..<8).map { Double(sign: .plus, exponent: size.exponent - $0, significand: 1) }.first {
      ExactSum.value([sum.constant, $0]) != nil && ExactSum.value([sum.constant, -$0]) != nil
    }
  }

  /// A layer of ReQU: `values` are the sums of a mixed layer, ReLU to be passed on.
  private mutating func square(_ layer: [Source], next: [Source], _ typical: Double) {
    let scales = layer.indices.map { i in
      layer[i].neuron.activation == .relu ? scale(layer[i], values[i], typical) : nil
    }
    let withoutConstant = PureLayers.rounding(scales, next)
    var neurons: [SparseNetwork.Neuron] = []
    func add(_ sum: Value, times factor: Double, plus shift: Double) {
      neurons.append(
        .init(
          activation: .requ, bias: factor * sum.constant + shift,
          weights: sum.terms.map { ($0.neuron, factor * $0.coefficient) }))
    }
    values = values.enumerated().map { i, sum in
      let first = neurons.count
      guard let c = scales[i] else {
        add(sum, times: 1, plus: 0)
        return Value(terms: [(first, 1)])
      }
      add(sum, times: 1, plus: c)
      if withoutConstant.contains(i) {
        add(sum, times: 1, plus: -c)
        add(sum, times: -1, plus: c)
        let part = 0.25 / c
        return Value(terms: [(first, part), (first + 1, -part), (first + 2, -part)])
      }
      add(sum, times: 1, plus: 0)
      return Value(terms: [(first, 0.5 / c), (first + 1, -0.5 / c)], constant: -0.5 * c)
    }
    layers.append(neurons)
  }

  /// The neurons of a layer whose constants would round a bias of the next layer.
  private static func rounding(_ scales: [Double?], _ next: [Source]) -> Set<Int> {
    var result: Set<Int> = []
    var isStable = false
    while !isStable {
      isStable = true
      for source in next {
        let passed = source.neuron.weights.filter {
          scales[$0.input] != nil && !result.contains($0.input)
        }
        let constants = passed.map { -0.5 * (scales[$0.input] ?? 0) * $0.weight }
        if ExactSum.value(constants + [source.neuron.bias]) == nil {
          result.formUnion(passed.map(\.input))
          isStable = false
        }
      }
    }
    return result
  }
}

/// Sums that do not round.
enum ExactSum {
  /// The sum if adding one after the other never rounds, otherwise nil.
  static func value(_ terms: [Double]) -> Double? {
    var sum = 0.0
    for term in terms {
      let next = DoubleDouble(sum: sum, term)
      if next.low != 0 { return nil }
      sum = next.high
    }
    return sum
  }
}
