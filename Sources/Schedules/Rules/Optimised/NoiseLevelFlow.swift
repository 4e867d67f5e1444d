package import Arrays
package import Mixtures

/// The flow of a mixture in EDM's variables x̂ = x/α and σ̂ = σ/α, in which all processes agree:
/// dx̂/dσ̂ = (x̂ − E[X_0|x̂])/σ̂.
package struct NoiseLevelFlow: Sendable {
  /// The mixture at noise level 0.
  package let mixture: GaussianMixture

  /// The flow of a mixture.
  package init(mixture: GaussianMixture) { self.mixture = mixture }

  /// The law of x̂ at a noise level.
  package func marginal(_ level: Double) -> Marginal {
    Marginal(mixture, alpha: 1, sigmaSquared: level * level)
  }

  /// The slope dx̂/dσ̂ for each row.
  package func slope(_ x: Matrix<Double>, at level: Double) -> Matrix<Double> {
    var slope = marginal(level).posteriorMean(x)
    for i in slope.elements.indices {
      slope.elements[i] = (x.elements[i] - slope.elements[i]) / level
    }
    return slope
  }
}
