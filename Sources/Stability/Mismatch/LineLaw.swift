import Arrays
package import Mixtures
import RealModule

/// A Gaussian mixture on the real line.
package struct LineLaw: Sendable {
  let weights: [Double]
  let centres: [Double]
  let deviations: [Double]

  /// P(S ≤ s).
  package func cumulative(_ s: Double) -> Double {
    weights.indices.reduce(0) {
      $0 + weights[$1] * 0.5 * .erfc((centres[$1] - s) / (deviations[$1] * 2.0.squareRoot()))
    }
  }

  /// The s at which P(S ≤ s) = p, by bisection to the last bits; within 9 deviations of a centre.
  package func quantile(_ p: Double) -> Double {
    var (low, high) = support
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if cumulative(middle) < p { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }

  /// An interval outside which there is less than 1e-17 of the mass.
  var support: (low: Double, high: Double) {
    weights.indices.filter { weights[$0] > 1e-18 }
      .reduce((low: .infinity, high: -.infinity)) { ends, k in
        let reach = 9 * deviations[k]
        return (min(ends.low, centres[k] - reach), max(ends.high, centres[k] + reach))
      }
  }
}

/// The laws of p_t on the lines of one direction.
///
/// If X ~ p_t and S is drawn afresh from the conditional law on the line X + Rv, the new point has
/// the law p_t again: however X lies on its line, the line and S are the disintegration of p_t along
/// v. For component k with covariance C the restriction to a + sv is Gaussian with the precision
/// P = vᵀC^{-1}v and the centre vᵀC^{-1}(m − a)/P, and its mass follows by completing the square.
package struct ConditionalLines: Sendable {
  /// The unit vector v.
  let direction: [Double]
  private let components: [Component]

  /// One component in the eigenbasis of its covariance.
  private struct Component: Sendable {
    let logWeight: Double
    let mean: [Double]
    let inverses: [Double]
    let direction: [Double]
    let rotation: Matrix<Double>?
    let precision: Double
  }

  /// - Precondition: `direction` has length 1.
  package init(_ mixture: GaussianMixture, alpha: Double, sigmaSquared: Double, direction: [Double])
  {
    self.direction = direction
    let (spectrum, d) = (mixture.spectrum, mixture.dimension)
    components = (0..<mixture.componentCount).map { k in
      let rotation = spectrum.frame ?? (spectrum.geometry == .full ? spectrum.rotations[k] : nil)
      let lambda = spectrum.lambda[row: spectrum.isShared ? 0 : k]
      let inverses = (0..<d).map { a in
        1 / (alpha * alpha * lambda[lambda.startIndex + (lambda.count == 1 ? 0 : a)] + sigmaSquared)
      }
      let v = rotated(direction, rotation)
      let precision = zip(v, inverses).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
      return Component(
        logWeight: .log(mixture.weights[k]) + inverses.reduce(0) { $0 + 0.5 * .log($1) }
          - 0.5 * .log(precision),
        mean: rotated(mixture.means[row: k].map { alpha * $0 }, rotation), inverses: inverses,
        direction: v, rotation: rotation, precision: precision)
    }
  }

  /// The foot of the line through x: its point orthogonal to v, the same for all x of a line.
  package func foot(_ x: some Sequence<Double>) -> [Double] {
    let along = zip(x, direction).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(x, direction).map { $0 - along * $1 }
  }

  /// The point a + sv.
  package func point(_ foot: [Double], _ s: Double) -> [Double] {
    zip(foot, direction).map { $0 + s * $1 }
  }

  /// The law of s on the line with this foot.
  package func law(_ foot: [Double]) -> LineLaw {
    var (logMasses, centres): ([Double], [Double]) = ([], [])
    for c in components {
      let a = rotated(foot, c.rotation)
      var (along, square) = (0.0, 0.0)
      for i in a.indices {
        let difference = c.mean[i] - a[i]
        along += c.direction[i] * difference * c.inverses[i]
        square += difference * difference * c.inverses[i]
      }
      centres.append(along / c.precision)
      logMasses.append(c.logWeight - 0.5 * (square - along * along / c.precision))
    }
    let top = logMasses.reduce(-.infinity, max)
    let masses = logMasses.map { Double.exp($0 - top) }
    let total = masses.reduce(0, +)
    return LineLaw(
      weights: masses.map { $0 / total }, centres: centres,
      deviations: components.map { 1 / $0.precision.squareRoot() })
  }
}

/// xU for one row x, or x itself.
private func rotated(_ x: [Double], _ rotation: Matrix<Double>?) -> [Double] {
  guard let rotation else { return x }
  return (0..<rotation.columns).map { b in x.indices.reduce(0) { $0 + x[$1] * rotation[$1, b] } }
}
