public import Formats

/// The proof of a constructed flow map as numbers.
///
/// ‖Φ̂ − Φ‖_{L²(p_T)} ≤ `errorBound`, in exact arithmetic on the coefficients as stored. Local errors
/// of the steps are multiplied by the Lipschitz constants of the steps after them; the sum is cut
/// off at `trivialBound`, which holds for every rule.
public struct FlowMapCertificate: Sendable, Equatable {
  /// The quadrature's local errors, amplified and added.
  public let quadrature: Double
  /// The networks' errors, amplified and added.
  public let network: Double
  /// σ_0 D (r_0 − r_T): no velocity leaves the hull of the means, so no result is farther off;
  /// infinite where no velocity is approximated.
  public let trivialBound: Double

  /// The bound in the units of x.
  public var errorBound: Double { min(quadrature + network, trivialBound) }
  /// Whether the bound says no more than that velocities lie in the hull of the means.
  public var isVacuous: Bool { !(quadrature + network < trivialBound) }

  /// The certificate for files and `--json`; a part that is infinite has a `reason` beside it.
  public var json: JSON {
    var entries: [(String, JSON)] = [
      ("norm", "l2 over p_T"), ("error_bound", .number(errorBound)), ("vacuous", .bool(isVacuous)),
      ("quadrature", .number(quadrature)), ("network", .number(network)),
    ]
    if trivialBound.isFinite { entries.append(("trivial_bound", .number(trivialBound))) }
    if !(quadrature + network).isFinite {
      entries.append(("reason", "the steps' Lipschitz constants multiply beyond float64"))
    }
    return .object(JSONObject(entries))
  }
}
