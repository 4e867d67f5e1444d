import Arrays
import Mixtures
import RealModule

/// Points where the logits of two or three components with one covariance are nearly equal.
struct BoundaryPoints {
  private let marginal: Marginal
  /// C^{-1} v is the score at −v of a Gaussian at 0.
  private let gaussian: Marginal

  init(_ marginal: Marginal) throws {
    self.marginal = marginal
    let mixture = marginal.mixture
    let d = mixture.dimension
    gaussian = Marginal(
      try GaussianMixture(
        weights: [1], means: Matrix(rows: 1, columns: d), covariances: .tied(mixture.covariance(0))),
      alpha: marginal.alpha, sigmaSquared: marginal.sigmaSquared)
  }

  private func precisionProduct(_ v: [Double]) -> [Double] {
    gaussian.score(Matrix(rows: 1, columns: v.count, elements: v.map { -$0 })).elements
  }

  func points(_ count: Int, _ random: RandomStream) -> Matrix<Double> {
    let mixture = marginal.mixture
    let (d, k) = (mixture.dimension, mixture.componentCount)
    var result = marginal.sample(count, from: random.substream("boundary"))
    let choices = random.substream("choices").uniforms(4 * count)
    for n in 0..<count {
      let i = min(k - 1, Int(choices[4 * n] * Double(k)))
      // The nearest other means, whose boundaries are likeliest to be real ones.
      var others = (0..<k).filter { $0 != i }
      others.sort { distance($0, i) < distance($1, i) }
      let chosen = others.prefix(n % 2 == 0 || d == 1 ? 1 : 2)
      if n % 3 == 0 {
        let factor = 50 * choices[4 * n + 3]
        for a in 0..<d {
          let mean = marginal.alpha * mixture.means[i, a]
          result[n, a] = mean + factor * (result[n, a] - mean)
        }
      }
      // Alternating projections when there are three.
      for _ in 0..<(chosen.count == 1 ? 1 : 5) {
        for (step, j) in chosen.enumerated() {
          let wanted: Double = n % 5 == 0 ? 0 : 6 * choices[4 * n + 1 + step] - 3
          move(&result, n, i, j, to: wanted)
        }
      }
    }
    return result
  }

  /// Moves a point along m_j − m_i to where ℓ_j − ℓ_i is as wanted.
  private func move(_ x: inout Matrix<Double>, _ n: Int, _ i: Int, _ j: Int, to wanted: Double) {
    let mixture = marginal.mixture
    let d = mixture.dimension
    var difference = [Double](repeating: 0, count: d)
    for a in 0..<d {
      difference[a] = marginal.alpha * (mixture.means[j, a] - mixture.means[i, a])
    }
    let slope = precisionProduct(difference)
    var logit: Double = .log(mixture.weights[j] / mixture.weights[i])
    var length = 0.0
    for a in 0..<d {
      let middle: Double = 0.5 * marginal.alpha * (mixture.means[j, a] + mixture.means[i, a])
      logit += slope[a] * (x[n, a] - middle)
      length += slope[a] * difference[a]
    }
    guard length > 0 else { return }
    for a in 0..<d { x[n, a] += (wanted - logit) / length * difference[a] }
  }

  private func distance(_ i: Int, _ j: Int) -> Double {
    let means = marginal.mixture.means
    var result = 0.0
    for a in 0..<means.columns {
      let difference = means[i, a] - means[j, a]
      result += difference * difference
    }
    return result
  }
}
