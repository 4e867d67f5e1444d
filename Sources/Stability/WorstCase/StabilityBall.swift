import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// The worst-case bounds on a ball of states, finite for every mixture.
///
/// Centre and radius refer to the process's own x, the rates to the bound's state variables. On the
/// ball ‖g_j − g_k‖ is at most its value at the centre plus ‖C_j^{-1} − C_k^{-1}‖ radius; each pair has the
/// better of that and its bound for all x.
public struct StabilityBall: Sendable {
  /// What fixes the radius.
  public enum Extent: Sendable, Equatable {
    /// A radius at all times.
    case radius(Double)
    /// At each time a ball that holds at least this share of p_t.
    case mass(Double)
  }

  /// What fixes the radius.
  public let extent: Extent
  private let bound: StabilityBound
  private let fixedCentre: [Double]?

  init(_ bound: StabilityBound, _ extent: Extent, centre: [Double]?) {
    switch extent {
    case .radius(let radius): precondition(radius >= 0 && radius.isFinite, "radius \(radius)")
    case .mass(let mass): precondition(mass > 0 && mass < 1, "mass \(mass)")
    }
    if let centre {
      precondition(centre.count == bound.flow.mixture.dimension, "\(centre.count) coordinates")
    }
    (self.bound, self.extent, fixedCentre) = (bound, extent, centre)
  }

  /// The centre at time t: αμ̄, the mean of p_t, unless another was given.
  public func centre(_ t: Double) -> [Double] {
    let alpha = bound.flow.process.alpha(t)
    return fixedCentre ?? bound.flow.mixture.mean.map { alpha * $0 }
  }

  /// The radius at time t.
  ///
  /// For a mass m: X given k is m_k + C_k^{1/2}Z, and ‖C_k^{1/2}Z‖ has mean at most √tr C_k and exceeds it
  /// by more than r with probability at most exp(−r²/(2λ_max(C_k))) (Gaussian concentration). The radius R
  /// is where Σ_k w_k exp(−((R − ‖m_k − centre‖ − √tr C_k)₊)²/(2λ_max(C_k))) = 1 − m.
  public func radius(_ t: Double) -> Double {
    switch extent {
    case .radius(let radius): return radius
    case .mass(let mass): return radius(holding: mass, t)
    }
  }

  private func radius(holding mass: Double, _ t: Double) -> Double {
    let (mixture, moment) = (bound.flow.mixture, bound.moment(t))
    let (spectrum, centre) = (mixture.spectrum, centre(t))
    let multiplicity = spectrum.geometry == .isotropic ? Double(mixture.dimension) : 1
    let parts = (0..<mixture.componentCount).map { k in
      let variances = spectrum.lambda[row: spectrum.isShared ? 0 : k].map(moment.variance)
      let offset = norm(zip(mixture.means[row: k], centre).map { moment.alpha * $0 - $1 })
      return (
        weight: mixture.weights[k],
        start: offset + (multiplicity * variances.reduce(0, +)).squareRoot(),
        spread: variances.reduce(0, max)
      )
    }
    func outside(_ radius: Double) -> Double {
      parts.reduce(0) { sum, part in
        let excess = max(0, radius - part.start)
        return sum + part.weight * .exp(-0.5 * excess * excess / part.spread)
      }
    }
    let tail = (-2 * Double.log(1 - mass)).squareRoot()
    var (low, high) = (
      0.0, parts.reduce(0) { max($0, $1.start + tail * $1.spread.squareRoot()) }
    )
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if outside(middle) > 1 - mass { low = middle } else { high = middle }
    }
    return high
  }

  private func ends(_ t: Double) -> JacobianEnds {
    let moment = bound.moment(t)
    if moment.isSingular { return .unbounded }
    guard let unequal = bound.rates as? UnequalRates else { return bound.rates.ends(moment) }
    return unequal.ends(moment, centre: centre(t), radius: radius(t))
  }

  /// At least ‖∇v(x, t)‖ for x in the ball.
  public func twoSided(_ t: Double) -> Double { ends(t).norm }

  /// At least λ_max(−∇v(x, t)) for x in the ball.
  public func oneSided(_ t: Double) -> Double { ends(t).parting }

  /// A bound on log ‖DΦ_{s←t}‖, s < t, along every trajectory that is in the ball at all times between.
  ///
  /// A trajectory of p_t may leave the ball of a mass: this is no statement about that share of them.
  public func logAmplification(from t: Double, to s: Double) -> Double {
    if bound.moment(max(s, t)).isSingular { return .infinity }
    let ball = self
    let integral = RunningIntegral(over: t, tolerance: 1e-7, unit: 1) { ball.ends($0).parting }
    return integral(t) - integral(s)
  }
}

extension StabilityBound {
  /// The bounds on balls that hold at least the share `mass` of p_t at each time t.
  ///
  /// - Precondition: 0 < mass < 1.
  public func ball(holding mass: Double) -> StabilityBall {
    StabilityBall(self, .mass(mass), centre: nil)
  }

  /// The bounds on a ball about a centre, by default the mean of p_t at each time.
  ///
  /// - Precondition: the radius is finite and not negative; the centre has d coordinates.
  public func ball(radius: Double, centre: [Double]? = nil) -> StabilityBall {
    StabilityBall(self, .radius(radius), centre: centre)
  }
}
