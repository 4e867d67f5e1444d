public import Networks

/// Grows a network neuron by neuron: the exact blocks of the calculus.
///
/// Every method costs the neurons that its comment names, and is exact in exact arithmetic. Signals
/// of different depth are aligned by identity neurons: max(z, 0) − max(−z, 0), or max(z, 0) alone
/// where z is known not to be negative.
public struct NetworkBuilder: Sendable {
  private var hidden: [[PureLayers.Source]] = []
  private let inputs: Int

  /// A network that takes this many coordinates.
  public init(inputs: Int) { self.inputs = inputs }

  /// Input coordinate `i`, which lies in `interval`.
  public func input(
    _ i: Int, in interval: ClosedRange<Double> = -Double.infinity...Double.infinity
  ) -> Signal {
    precondition((0..<inputs).contains(i), "input \(i) of \(inputs)")
    return Signal(layer: 0, terms: [i: 1], constant: 0, interval: interval)
  }

  /// max(z, 0): one neuron in the next layer.
  public mutating func relu(_ z: Signal) -> Signal {
    add(.relu, z, max(z.interval.lowerBound, 0)...max(z.interval.upperBound, 0))
  }

  /// max(z, 0)²: one neuron in the next layer.
  public mutating func requ(_ z: Signal) -> Signal {
    let (low, high) = (max(z.interval.lowerBound, 0), max(z.interval.upperBound, 0))
    return add(.requ, z, low * low...high * high)
  }

  /// z itself in the layer `layer`: one neuron a layer if z ≥ 0 or z ≤ 0 is known, otherwise two.
  public mutating func carry(_ z: Signal, to layer: Int) -> Signal {
    precondition(z.layer <= layer, "a signal cannot go back from \(z.layer) to \(layer)")
    var result = z
    while result.layer < layer {
      if result.terms.isEmpty {
        result = .constant(result.constant, layer: layer)
      } else if result.isNonNegative {
        result = relu(result)
      } else if result.interval.upperBound <= 0 {
        result = -1 * relu(-1 * result)
      } else if result.layer > 0, result.terms.count <= 2 {
        result = carryTerms(result)
      } else {
        result = (relu(result) - relu(-1 * result)).within(z.interval)
      }
    }
    return result
  }

  /// A signed signal of one or two neurons: they are not negative, so one neuron carries each.
  private mutating func carryTerms(_ z: Signal) -> Signal {
    var result = Signal.constant(z.constant, layer: z.layer + 1)
    for (neuron, coefficient) in z.terms.sorted(by: { $0.key < $1.key }) {
      let alone = Signal(
        layer: z.layer, terms: [neuron: 1], constant: 0, interval: 0...Double.infinity)
      result = result + coefficient * relu(alone)
    }
    return result.within(z.interval)
  }

  /// z² = max(z, 0)² + max(−z, 0)²: one neuron if the sign of z is known, otherwise two.
  public mutating func square(_ z: Signal) -> Signal {
    if z.isNonNegative { return requ(z) }
    if z.interval.upperBound <= 0 { return requ(-1 * z) }
    let largest = max(-z.interval.lowerBound, z.interval.upperBound)
    return (requ(z) + requ(-1 * z)).within(0...largest * largest)
  }

  /// a b = ½((a + b)² − a² − b²) for non-negative a and b; `squareOfB` is shared by products with
  /// the same b: two neurons.
  mutating func product(_ a: Signal, _ b: Signal, squareOfB: Signal) -> Signal {
    let high = a.interval.upperBound * b.interval.upperBound
    return (0.5 * (square(a + b) - square(a) - squareOfB)).within(
      a.interval.lowerBound * b.interval.lowerBound...high)
  }

  /// a b = ¼((a + b)² − (a − b)²): two to four neurons.
  public mutating func product(_ a: Signal, _ b: Signal) -> Signal {
    let corners = [a.interval.lowerBound, a.interval.upperBound].flatMap { x in
      [x * b.interval.lowerBound, x * b.interval.upperBound]
    }
    let bounded = corners.allSatisfy(\.isFinite)
    return (0.25 * (square(a + b) - square(a - b))).within(
      bounded
        ? corners.reduce(.infinity, min)...corners.reduce(-.infinity, max)
        : -.infinity ... .infinity)
  }

  /// max(a, b) = b + max(a − b, 0): one neuron, and those that carry b.
  public mutating func maximum(_ a: Signal, _ b: Signal) -> Signal {
    let excess = relu(a - b)
    return (carry(b, to: excess.layer) + excess).within(
      max(
        a.interval.lowerBound, b.interval.lowerBound)...max(
          a.interval.upperBound, b.interval.upperBound))
  }

  /// z clipped to [low, high] = low + max(z − low, 0) − max(z − high, 0): two neurons.
  public mutating func clip(_ z: Signal, to range: ClosedRange<Double>) -> Signal {
    let (low, high) = (range.lowerBound, range.upperBound)
    return (relu(z + -low) - relu(z + -high) + low).within(range)
  }

  /// The network whose results are these signals, carried to one depth, without the neurons that
  /// nothing uses.
  public mutating func network(outputs: [Signal]) -> SparseNetwork {
    let layers = used(for: outputs)
    return SparseNetwork(inputs: inputs, layers: layers.map { $0.map(\.neuron) })
  }

  /// The same function with each layer all ReLU or all ReQU, and how many layers stand for each one
  /// of `network(outputs:)`; see `PureLayers`.
  mutating func pureNetwork(
    outputs: [Signal], typical: Double
  ) -> (network: SparseNetwork, counts: [Int]) {
    let pure = PureLayers(inputs: inputs, used(for: outputs), typical: typical)
    return (SparseNetwork(inputs: inputs, layers: pure.layers), pure.counts)
  }

  /// The layers with the outputs as the last one, without the neurons that nothing uses.
  private mutating func used(for outputs: [Signal]) -> [[PureLayers.Source]] {
    let last = max(hidden.count, outputs.reduce(0) { max($0, $1.layer) })
    let final = outputs.map { carry($0, to: last) }
    var all = hidden + [final.map { .init(neuron: neuron(.identity, $0), passes: nil) }]
    var places: [[Int: Int]] = Array(repeating: [:], count: all.count)
    for l in all.indices.dropFirst().reversed() {
      let used = Set(all[l].flatMap { $0.neuron.weights.map(\.input) })
      let kept = all[l - 1].indices.filter(used.contains)
      // A layer that nothing uses still passes on one neuron.
      let members = kept.isEmpty ? [0] : kept
      places[l] = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1, $0) })
      all[l - 1] = members.map { all[l - 1][$0] }
    }
    return all.enumerated().map { l, sources in
      sources.map { source in
        let neuron = SparseNetwork.Neuron(
          activation: source.neuron.activation, bias: source.neuron.bias,
          weights: source.neuron.weights.map {
            (l == 0 ? $0.input : places[l][$0.input] ?? 0, $0.weight)
          })
        return .init(neuron: neuron, passes: source.passes)
      }
    }
  }

  private mutating func add(
    _ activation: Activation, _ z: Signal, _ interval: ClosedRange<Double>
  ) -> Signal {
    if hidden.count == z.layer { hidden.append([]) }
    hidden[z.layer].append(
      .init(neuron: neuron(activation, z), passes: z.isNonNegative ? z.interval : nil))
    return Signal(
      layer: z.layer + 1, terms: [hidden[z.layer].count - 1: 1], constant: 0, interval: interval)
  }

  private func neuron(_ activation: Activation, _ z: Signal) -> SparseNetwork.Neuron {
    SparseNetwork.Neuron(
      activation: activation, bias: z.constant,
      weights: z.terms.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}

extension SparseNetwork {
  fileprivate init(inputs: Int, layers neurons: [[Neuron]]) {
    var layers: [Layer] = []
    for members in neurons {
      layers.append(.init(inputs: layers.last?.neurons ?? inputs, neurons: members))
    }
    self.init(inputDimension: inputs, layers: layers)
  }
}
