import Arrays
import Networks
import Testing

private func network(_ seed: Int, _ dimensions: [Int], _ activations: [Activation]) -> Network {
  let architecture = Architecture.mlp(dimensions: dimensions, activations: activations)
  let stream = RandomStream(seed: 81).substream(UInt64(seed))
  let values = stream.normals(rows: architecture.parameterCount, columns: 1).elements
  return Network(architecture, parameters: values.map { Float(0.5 * $0) })
}

private func norm(_ x: [Double]) -> Double {
  x.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

/// The network in double precision, layer by layer.
private func evaluate(_ network: Network, _ x: [Double]) -> [Double] {
  network.layers.reduce(x) { x, layer in
    (0..<layer.weights.rows).map { i in
      let z = zip(layer.weights[row: i], x).reduce(Double(layer.biases[i])) {
        $0 + Double($1.0) * $1.1
      }
      return layer.activation(z)
    }
  }
}

/// The largest difference quotient near and far among random points within a reach of the origin.
private func steepest(_ network: Network, reach: Double, seed: UInt64) -> Double {
  let d = network.inputDimension
  let u = RandomStream(seed: 82).substream(seed).uniforms(600 * d).map { reach * (2 * $0 - 1) }
  return (0..<299).reduce(0.0) { top, i in
    let x = Array(u[i * d..<(i + 1) * d])
    var other = Array(u[(i + 300) * d..<(i + 301) * d])
    if i % 3 > 0 { for a in 0..<d { other[a] = x[a] + 1e-4 * (other[a] - x[a]) } }
    let step = norm(zip(x, other).map { $0 - $1 })
    let rise = zip(evaluate(network, x), evaluate(network, other)).map { $0 - $1 }
    return max(top, norm(rise) / step)
  }
}

/// The largest singular value by power iteration: an estimate from below.
private func powerNorm(_ w: Matrix<Double>) -> Double {
  var v = (0..<w.columns).map { 1 + 0.1 * Double($0 % 7) }
  var value = 0.0
  for _ in 0..<2000 {
    let image = (0..<w.rows).map { i in (0..<w.columns).reduce(0) { $0 + w[i, $1] * v[$1] } }
    let back = (0..<w.columns).map { j in (0..<w.rows).reduce(0) { $0 + w[$1, j] * image[$1] } }
    let length = norm(back)
    value = norm(image) / norm(v)
    v = back.map { $0 / length }
  }
  return value
}

/// A linear path adds its spectral norm to what is proved of the layers, to all of it.
@Test func aLinearPathAddsItsNorm() {
  let plain = network(3, [3, 9, 9, 2], [.relu])
  let path = RandomStream(seed: 5).normals(rows: 2, columns: 3)
  let with = Network(
    .mlp(dimensions: [3, 9, 9, 2], hasLinearPath: true),
    parameters: plain.parameters + path.inSinglePrecision.elements)
  let (before, after) = (plain.lipschitzCertificate(), with.lipschitzCertificate())
  let added = powerNorm(path.inSinglePrecision.inDoublePrecision)
  #expect(abs(after.layerwise - before.layerwise - added) < 1e-9 * added)
  #expect(abs(after.productOfNorms - before.productOfNorms - added) < 1e-9 * added)
  #expect(after.layerwise >= before.layerwise + added)
}

@Test func certificatesAreAboveEverySlope() {
  for seed in 0..<12 {
    let depth = 1 + seed % 4
    let net = network(
      seed, [2 + seed % 3] + Array(repeating: 4 + seed, count: depth) + [2], [.relu])
    let certificate = net.lipschitzCertificate()
    let measured = steepest(net, reach: 3, seed: UInt64(seed))
    #expect(certificate.reason == nil)
    #expect(measured <= certificate.value * (1 + 1e-9), "seed \(seed)")
    #expect(certificate.layerwise <= certificate.productOfNorms * (1 + 1e-9))
    let product = net.layers.reduce(1.0) { $0 * powerNorm($1.weights.inDoublePrecision) }
    #expect(abs(certificate.productOfNorms / product - 1) < 1e-6, "seed \(seed)")
    // Depth is where the layerwise bound pays.
    if depth > 2 { #expect(certificate.layerwise < 0.9 * certificate.productOfNorms) }
  }
}

/// One hidden layer whose two maps do not line up: ‖A‖‖B‖ = 1, but the layers in a row give less; a
/// linear network of one layer has its norm.
@Test func certificatesOfKnownNetworks() {
  let single = Network(layers: [
    .init(weights: Matrix([[3, 0], [0, 4]]), biases: [1, 2], activation: .identity)
  ])
  #expect(abs(single.lipschitzCertificate().value - 4) < 1e-9)
  let turned = Network(layers: [
    .init(weights: Matrix([[1, 0], [0, 0]]), biases: [0, 0], activation: .relu),
    .init(weights: Matrix([[0, 1]]), biases: [0], activation: .identity),
  ])
  let certificate = turned.lipschitzCertificate()
  #expect(abs(certificate.productOfNorms - 1) < 1e-9)
  // λ = 2, S = diag(1, 0), M = diag(1, 2): √(1/2).
  #expect(abs(certificate.layerwise - 0.5.squareRoot()) < 1e-9)
  let zero = Network(Architecture.mlp(dimensions: [2, 3, 2]))
  #expect(zero.lipschitzCertificate().value == 0)
}

@Test func aReQUHasABoundOnABoxOnly() {
  for seed in 0..<8 {
    let net = network(seed, [2, 5, 6, 2], [.relu, .requ])
    let everywhere = net.lipschitzCertificate()
    #expect(everywhere.value == .infinity && everywhere.reason?.contains("ReQU") == true)
    var last = Double.infinity
    for reach in [4.0, 1, 0.1] {
      let box = InputBox(lower: [-reach, -reach], upper: [reach, reach])
      let local = net.lipschitzCertificate(on: box)
      #expect(local.reason == nil)
      #expect(steepest(net, reach: reach, seed: UInt64(seed)) <= local.value * (1 + 1e-9))
      #expect(local.value < last)
      last = local.value
    }
  }
  // z² on [−1, 3]: slope at most 6.
  let square = Network(layers: [
    .init(weights: Matrix([[1]]), biases: [0], activation: .requ)
  ])
  let value = square.lipschitzCertificate(on: InputBox(lower: [-1], upper: [3])).value
  #expect(abs(value - 6) < 1e-9)
  // A ReLU that never opens on the box.
  let shut = Network(layers: [
    .init(weights: Matrix([[1]]), biases: [-5], activation: .relu)
  ])
  #expect(shut.lipschitzCertificate(on: InputBox(lower: [-1], upper: [3])).value == 0)
}

@Test func weightsBeyondFloatingPointAreNoBound() {
  let huge = Network(layers: [
    .init(weights: Matrix([[.infinity]]), biases: [0], activation: .relu)
  ])
  let certificate = huge.lipschitzCertificate()
  #expect(certificate.value == .infinity && certificate.reason != nil)
}
