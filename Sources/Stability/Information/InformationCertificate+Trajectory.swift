public import Arrays
import Mixtures
public import ProbabilityFlow
import RealModule

extension InformationCertificate {
  /// A bound on log ‖DΦ_{s←t}(x_t)‖ for each trajectory from its two ends' densities alone:
  /// log p_t(x_t) − log p_s(x_s) + ∫_s^t max_k Σ_{a≠max} ½ (log c_ka)' dτ, s < t.
  ///
  /// Derived: the product of the d − 1 smallest singular values is the least factor by which the flow
  /// changes (d−1)-volumes, which along the way shrink at most at that rate; the rest of log det DΦ is
  /// left for the largest. For one covariance the integral is Σ_{a≠max} ½ log(c_a(t)/c_a(s)),
  /// (d−1) log(s_t/s_s) if isotropic, and the mean over trajectories is the information certificate.
  ///
  /// `start` and `end` are in the process's own x; in other state variables the bound is larger by
  /// log(κ(s)/κ(t)).
  ///
  /// - Precondition: row i of `end` is where the flow carries row i of `start`; an error in `end` moves
  ///   the bound by its product with the score.
  public func trajectoryLogAmplification(
    _ start: Matrix<Double>, at t: Double, to end: Matrix<Double>, at s: Double,
    state: StateVariables = .native
  ) -> [Double] {
    precondition(s < t && start.rows == end.rows, "\(start.rows) to \(end.rows) rows, \(t) to \(s)")
    let offset = volumeOffset(from: t, to: s) + shift(state, from: t, to: s)
    let (before, after) = (
      flow.marginal(at: t).logDensity(start), flow.marginal(at: s).logDensity(end)
    )
    return zip(before, after).map { $0 - $1 + offset }
  }

  /// ∫_s^t max_k Σ_{a≠max} ½ (log c_ka)' dτ.
  func volumeOffset(from t: Double, to s: Double) -> Double {
    let (process, d) = (flow.process, flow.mixture.dimension)
    let rows = Set(pairs.smallerEigenvalues(dimension: d)).sorted {
      $0.lexicographicallyPrecedes($1)
    }
    func change(_ row: WeightedEigenvalues) -> Double {
      row.parts.reduce(0) { $0 + $1.count * logScaleRatio($1.eigenvalue, from: s, to: t) }
    }
    guard let main = rows.max(by: { change($0) < change($1) }) else { return 0 }
    guard rows.count > 1 else { return change(main) }
    // Relative to one component's closed form, so that nothing is left where that one prevails; in
    // units of log-amplification, since what is left may be nothing but rounding.
    let excess = RunningIntegral(over: t, tolerance: 1e-10, unit: 1) { time in
      let (alpha, sigmaSquared) = (process.alpha(time), process.sigmaSquared(time))
      let own = alpha * process.alphaDerivative(time)
      let noise = 0.5 * process.sigmaSquaredDerivative(time)
      func rate(_ row: WeightedEigenvalues) -> Double {
        var sum = 0.0
        for part in row.parts {
          let variance = alpha * alpha * part.eigenvalue + sigmaSquared
          sum += part.count * (own * part.eigenvalue + noise) / variance
        }
        return sum
      }
      let reference = rate(main)
      return rows.reduce(0) { max($0, rate($1) - reference) }
    }
    return change(main) + excess.total - excess(s)
  }
}

/// Eigenvalues with the number of directions that share them.
struct WeightedEigenvalues: Hashable {
  struct Part: Hashable {
    var eigenvalue: Double
    var count: Double
  }
  var parts: [Part]

  func lexicographicallyPrecedes(_ other: WeightedEigenvalues) -> Bool {
    parts.map(\.eigenvalue).lexicographicallyPrecedes(other.parts.map(\.eigenvalue))
  }
}

extension ComponentPairs {
  /// The eigenvalues of each different covariance without its largest.
  fileprivate func smallerEigenvalues(dimension d: Int) -> [WeightedEigenvalues] {
    weights.indices.map { k in
      let values = eigenvalues(k).sorted()
      guard values.count > 1 || d == 1 else {
        return WeightedEigenvalues(parts: [.init(eigenvalue: values[0], count: Double(d - 1))])
      }
      return WeightedEigenvalues(parts: values.dropLast().map { .init(eigenvalue: $0, count: 1) })
    }
  }
}
