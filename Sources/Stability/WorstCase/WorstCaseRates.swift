/// Bounds on the two ends of the spectrum of the velocity's Jacobian over all x.
struct JacobianEnds: Sendable {
  /// At least sup_x λ_max(−∇v): neighbours part at most this fast when sampling.
  var parting: Double
  /// At least sup_x λ_max(∇v): neighbours part at most this fast up the noise.
  var stretch: Double

  /// At least sup_x ‖∇v‖.
  var norm: Double { max(parting, stretch) }

  static let unbounded = JacobianEnds(parting: .infinity, stretch: .infinity)
}

/// What is proved about the Jacobian's ends for one geometry of covariances.
protocol WorstCaseRates: Sendable {
  /// Why the bounds are infinite; nil if they are finite.
  var reason: String? { get }
  /// The sharpest bounds known.
  func ends(_ moment: FlowMoment) -> JacobianEnds
  /// The two-sided bound in its published form, where there is one: extreme stretch plus pull.
  func published(_ moment: FlowMoment) -> Double
}

extension WorstCaseRates {
  func published(_ moment: FlowMoment) -> Double { ends(moment).norm }
}
