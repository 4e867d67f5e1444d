public import Stability

/// How much smaller the error is on the stability-balanced grid than on the uniform one.
public struct GridReduction: Sendable {
  /// The number of segments n.
  public let segments: String
  /// The error on the uniform grid.
  public let uniform: Estimate
  /// The error on the stability-balanced grid.
  public let balanced: Estimate
  /// 1 − balanced/uniform.
  public let reduction: Estimate
  /// The same of the published means, with the error of ten seeds each.
  public let published: Estimate?

  /// The reductions at all n that have both grids.
  ///
  /// Where two seeds or more have both, the error is that of the ratio of means over pairs of one
  /// seed. Otherwise the standard errors of the two cells are taken as independent, which is too
  /// careful: both were evaluated on the same samples.
  ///
  /// - Parameter name: the measurement; nil for the one that the published tables have.
  public static func all(_ groups: [ResultGroup], measurement name: String? = nil)
    -> [GridReduction]
  {
    let groups = groups.filter(\.isPublishedKind)
    func published(_ grid: String, _ n: String) -> Estimate? {
      Experiment.grids.published.first { $0["grid"] == grid && $0["n"] == n }?.estimate
    }
    return groups.filter { $0["grid"] == "uniform" }.compactMap { uniform in
      let (n, name) = (uniform["n"], name ?? uniform.errorName)
      guard let balanced = groups.first(where: { $0["grid"] == "stability" && $0["n"] == n }),
        let a = balanced.estimate(name), let b = uniform.estimate(name)
      else { return nil }
      let pairs = uniform.results.compactMap { result -> (Double, Double)? in
        let twin = balanced.results.first { $0["seed"] == result["seed"] }
        guard let below = result.measured(name)?.value, let above = twin?.measured(name)?.value
        else { return nil }
        return (above, below)
      }
      let ratio =
        pairs.count > 1 ? Estimate(ratioOf: pairs.map(\.0), to: pairs.map(\.1)) : a.quotient(b)
      let known = published("uniform", n).flatMap { b in published("stability", n)?.quotient(b) }
      return GridReduction(
        segments: n, uniform: b, balanced: a, reduction: ratio.complement,
        published: known?.complement)
    }
  }
}

extension Estimate {
  /// The quotient of independent estimates, by the delta method.
  fileprivate func quotient(_ other: Estimate) -> Estimate {
    let (own, below) = (standardError / value, other.standardError / other.value)
    let ratio = value / other.value
    return Estimate(
      value: ratio, standardError: abs(ratio) * (own * own + below * below).squareRoot())
  }

  fileprivate var complement: Estimate {
    Estimate(value: 1 - value, standardError: standardError)
  }
}
