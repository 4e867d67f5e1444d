public import Arrays
public import Mixtures

/// The probability-flow ODE dx/dt = v(x, t) = f x − ½ g² ∇ log p_t(x) of a mixture under a process.
///
/// Its solution at t has the law p_t if it starts with the law p_T at T.
public struct ProbabilityFlow: Sendable {
  /// The mixture at t = 0.
  public let mixture: GaussianMixture
  /// The forward process.
  public let process: any ForwardProcess

  /// The flow of a mixture under a process.
  public init(_ mixture: GaussianMixture, _ process: any ForwardProcess) {
    self.mixture = mixture
    self.process = process
  }

  /// The law p_t.
  public func marginal(at t: Double) -> Marginal {
    Marginal(mixture, alpha: process.alpha(t), sigmaSquared: process.sigmaSquared(t))
  }

  /// The velocity v(x, t) for each row of x, N×d.
  public func velocity(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    let marginal = marginal(at: t)
    var v = marginal.score(x)
    if isNearlyNoise(t) {
      let mean = marginal.posteriorMean(x)
      let (speed, half) = (process.alphaDerivative(t), 0.5 * process.sigmaSquaredDerivative(t))
      for i in v.elements.indices {
        v.elements[i] = speed * mean.elements[i] - half * v.elements[i]
      }
      return v
    }
    let (f, half) = (process.drift(t), 0.5 * process.diffusionSquared(t))
    for i in v.elements.indices { v.elements[i] = f * x.elements[i] - half * v.elements[i] }
    return v
  }

  /// The Jacobian ∇v = f I − ½ g² ∇s for each row of x: N rows of d·d numbers.
  public func velocityJacobian(_ x: Matrix<Double>, at t: Double) -> Matrix<Double> {
    let d = x.columns
    let marginal = marginal(at: t)
    var jacobian = marginal.scoreJacobian(x)
    if isNearlyNoise(t) {
      let mean = marginal.posteriorMeanJacobian(x)
      let (speed, half) = (process.alphaDerivative(t), 0.5 * process.sigmaSquaredDerivative(t))
      for i in jacobian.elements.indices {
        jacobian.elements[i] = speed * mean.elements[i] - half * jacobian.elements[i]
      }
      return jacobian
    }
    let (f, half) = (process.drift(t), 0.5 * process.diffusionSquared(t))
    for i in jacobian.elements.indices {
      let entry = i % (d * d)
      jacobian.elements[i] = (entry % (d + 1) == 0 ? f : 0) - half * jacobian.elements[i]
    }
    return jacobian
  }

  /// Whether f and g² are large against what they sum to: there the equal form
  /// v = α' E[X_0|x] − ½(σ²)' ∇log p_t keeps the digits, and is finite where α = 0.
  private func isNearlyNoise(_ t: Double) -> Bool {
    let alpha = process.alpha(t)
    return alpha * alpha < 1e-4 * process.sigmaSquared(t)
  }
}
