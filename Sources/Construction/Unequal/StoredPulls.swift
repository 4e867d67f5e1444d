import Arrays
import RealModule

/// The output v_j + Σ_k γ_k (v_k − v_j) as stored, in the coordinates y = x − origin.
struct StoredPulls: Sendable {
  let centre: Int
  /// The origin of y.
  let origin: [Double]
  /// v_j at the origin.
  let offset: [Double]
  /// −C_j^{-1}.
  let slope: Matrix<Double>
  /// v_k − v_j at the origin, and its slope C_j^{-1} − C_k^{-1}.
  let steps: [[Double]]
  let bends: [Matrix<Double>]
  /// How far the output is from that of the exact coefficients, where Σ_k γ_k ≤ 1.
  let error: LogitDifferences.Bound

  /// Whether every v_k is the same.
  var isAffine: Bool {
    steps.allSatisfy { $0.allSatisfy { $0 == 0 } }
      && bends.allSatisfy { $0.elements.allSatisfy { $0 == 0 } }
  }

  /// The stored output.
  ///
  /// For each entry of the slopes all components' entries lie on one grid, a power of two so coarse
  /// that their sums have at most 53 digits: the network stores such sums.
  init(_ components: [WhitenedComponent], centre: Int, origin: [DoubleDouble]) {
    let d = origin.count
    let (pulls, base) = (components.map { $0.pull(at: origin) }, components[centre])
    let exactSteps = pulls.map { pull in zip(pull, pulls[centre]).map { $0 - $1 } }
    let exactBends = components.map { base.precision - $0.precision }
    let negative = PreciseMatrix(rows: d, columns: d) - base.precision
    self.centre = centre
    self.origin = origin.map(\.value)
    offset = pulls[centre].map(\.value)
    slope = negative.rounded
    steps = exactSteps.map { $0.map(\.value) }
    var bends = exactBends.map(\.rounded)
    for n in 0..<d * d {
      let total = bends.reduce(0) { $0 + abs($1.elements[n]) }
      guard total > 0 else { continue }
      let grid = Double(sign: .plus, exponent: total.exponent + 2 - 52, significand: 1)
      for k in bends.indices {
        bends[k].elements[n] = (bends[k].elements[n] / grid).rounded() * grid
      }
    }
    self.bends = bends
    func loss(_ exact: [DoubleDouble], _ stored: [Double]) -> Double {
      Norms.length(zip(exact, stored).map { ($0 - DoubleDouble($1)).value }) * (1 + 1e-9)
    }
    // What the precisions themselves miss acts on m − x.
    let widest = components.reduce(0) { max($0, $1.precisionError) }
    let farthest = components.reduce(0) {
      max($0, Norms.length(zip($1.mean, origin).map { ($0 - $1).value }))
    }
    let size = components.reduce(0) { max($0, $1.precision.length) }
    let spare = 3 * widest + Double(d + 4) * 0x1p-96 * size
    error = .init(
      constant: loss(pulls[centre], offset) + spare * farthest
        + zip(exactSteps, steps).reduce(0) { max($0, loss($1.0, $1.1)) },
      slope: loss(negative.elements, slope.elements) + spare
        + zip(exactBends, bends).reduce(0) { max($0, loss($1.0.elements, $1.1.elements)) })
  }
}
