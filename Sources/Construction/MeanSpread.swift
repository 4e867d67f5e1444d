import Arrays
import Mixtures

/// The distances of the vectors that responsibilities average, in the units of the result.
struct MeanSpread: Sendable {
  /// The number of components K.
  let count: Int
  /// The dimension d.
  let dimension: Int
  /// The component at the centre, from which the others are measured.
  let centre: Int
  /// The weights w_k that multiply the exponentials; nil if the logits hold them.
  let weights: [Double]?
  /// The largest distance.
  let diameter: Double
  /// The largest distance to the centre, or to the origin if sums are not centred.
  let radius: Double
  /// What responsibilities move the average by at most, for each unit that is added to every e_k
  /// against the largest one: max_j Σ_k w_k ‖v_k − v_j‖/min w.
  let totalDistance: Double

  /// The spread of vectors with these distances, K×K.
  ///
  /// - Parameter radius: the largest length if sums are about the origin and not the centre.
  init(
    dimension: Int, distances: Matrix<Double>, centre: Int, weights: [Double]?,
    radius: Double? = nil
  ) {
    count = distances.rows
    (self.dimension, self.centre, self.weights) = (dimension, centre, weights)
    diameter = distances.elements.reduce(0, max)
    self.radius = radius ?? distances[row: centre].reduce(0, max)
    let smallest = weights?.reduce(1, min) ?? 1
    totalDistance = (0..<distances.rows).reduce(0) { sum, j in
      max(
        sum,
        (0..<distances.rows).reduce(0) { $0 + (weights?[$1] ?? 1) * distances[$1, j] } / smallest)
    }
  }
}

extension MeanSpread {
  /// The spread of a mixture's means, weights outside the logits.
  static func means(of mixture: GaussianMixture) -> MeanSpread {
    let (means, count) = (mixture.means, mixture.componentCount)
    var distances = Matrix<Double>(rows: count, columns: count)
    for i in 0..<count {
      for j in 0..<count {
        distances[i, j] =
          Norms.length(Norms.difference(means[row: i], means[row: j])) * (1 + 1e-9)
      }
    }
    let centre =
      (0..<count).min {
        distances[row: $0].reduce(0, max) < distances[row: $1].reduce(0, max)
      } ?? 0
    return MeanSpread(
      dimension: mixture.dimension, distances: distances, centre: centre,
      weights: mixture.weights)
  }
}
