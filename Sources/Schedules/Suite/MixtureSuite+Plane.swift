import Arrays
import Mixtures
import RealModule

extension MixtureSuite {
  /// Mixtures that fill a plane.
  static let plane = [
    SuiteMixture(
      "ring-8", "eight modes of deviation 0.05 on the unit circle: neighbours split late"
    ) { () throws(MixtureError) in
      let angles = (0..<8).map { 0.25 * Double.pi * Double($0) }
      return try modes(angles.map { [Double.cos($0), .sin($0)] }, deviation: 0.05)
    },
    SuiteMixture(
      "grid-25",
      "five by five modes of deviation 0.03, half a unit apart: many splits at one noise level"
    ) { () throws(MixtureError) in
      let places = [-1, -0.5, 0, 0.5, 1]
      return try modes(places.flatMap { y in places.map { [$0, y] } }, deviation: 0.03)
    },
    SuiteMixture(
      "tree",
      "a tree that branches three times, of 45 thin Gaussians: thin sets and splits on every scale"
    ) { () throws(MixtureError) in try tree(stages: 3) },
  ]

  /// A binary tree in the plane that grows upwards from (0, −1).
  ///
  /// Every branch ends in two that are 0.65 times as long, turned by 0.45 to the left and by 0.55 to
  /// the right. It is covered by three Gaussians side by side along it, whose deviations are a sixth of
  /// its length along it and a twenty-fifth across; weights go with the length.
  static func tree(stages: Int) throws(MixtureError) -> GaussianMixture {
    var means: [[Double]] = []
    var covariances: [Matrix<Double>] = []
    var lengths: [Double] = []
    func grow(_ x: Double, _ y: Double, _ angle: Double, _ length: Double, _ left: Int) {
      let (dx, dy) = (Double.sin(angle), Double.cos(angle))
      let (along, across) = (length * length / 36, length * length / 625)
      let mixed = (along - across) * dx * dy
      for part in [1.0, 3, 5] {
        means.append([x + part / 6 * length * dx, y + part / 6 * length * dy])
        covariances.append(
          Matrix([
            [along * dx * dx + across * dy * dy, mixed],
            [mixed, along * dy * dy + across * dx * dx],
          ]))
        lengths.append(length)
      }
      guard left > 0 else { return }
      for turn in [-0.45, 0.55] {
        grow(x + length * dx, y + length * dy, angle + turn, 0.65 * length, left - 1)
      }
    }
    grow(0, -1, 0, 0.9, stages)
    let total = lengths.reduce(0, +)
    return try GaussianMixture(
      weights: lengths.map { $0 / total }, means: Matrix(means), covariances: .full(covariances))
  }
}
