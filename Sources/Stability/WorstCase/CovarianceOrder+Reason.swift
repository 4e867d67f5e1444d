extension CovarianceOrder {
  /// The first pair without a finite bound, and why, in one sentence; nil if every pair has one.
  ///
  /// A pair has one if its own covariances are comparable, or if some third component's covariance is
  /// larger than both. The score of a mixture in which no covariance is at least as large as all
  /// others is not Lipschitz: at infinity it is −½ R ∇min_k uᵀC_k^{-1}u in direction u, which is
  /// continuous only if one quadratic form is the smallest everywhere.
  var reason: String? {
    for k in 0..<count {
      for j in 0..<k where !isBounded(j, k) { return sentence(j, k) }
    }
    return nil
  }

  private func isBounded(_ j: Int, _ k: Int) -> Bool {
    if self[j, k] == .equal || reach(j, k) != nil || reach(k, j) != nil { return true }
    return (0..<count).contains { reach(j, $0) != nil && reach(k, $0) != nil }
  }

  private func sentence(_ j: Int, _ k: Int) -> String {
    let difference = "C_\(j)^-1 - C_\(k)^-1 of components \(j) and \(k)"
    let verdict =
      count == 2 || (self[j, k] == .crossing && !hasLargest)
      ? "the score is not Lipschitz" : "no finite bound on the score's Jacobian is proved"
    switch self[j, k] {
    case .crossing:
      let others = count == 2 ? "" : " and no third covariance is larger than both"
      return "\(difference) is indefinite\(others), so \(verdict)"
    case .linear:
      return "\(difference) is semidefinite and the means differ in a direction in which both "
        + "covariances agree, so \(verdict)"
    default:
      return "\(difference) is too close to singular for float64 to tell its sign, so no finite "
        + "bound on the score's Jacobian is proved"
    }
  }
}
