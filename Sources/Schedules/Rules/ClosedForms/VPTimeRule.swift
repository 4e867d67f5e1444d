import RealModule

/// Uniform in t^{1/ρ} of the linear variance-preserving process, σ̂(t) = √(e^{½β_d t² + β_min t} − 1), t from 1
/// to ε, whatever the process of the flow.
///
/// EDM's `vp` discretisation (Karras et al., 2022, table 1) at ρ = 1, diff-sampler's `time_uniform` with its
/// exponent otherwise; both fit β_d and β_min to the range of levels. With β_d given it is k-diffusion's
/// `get_sigmas_vp`.
public enum VPTimeRule: NoiseLevelRule {
  public static let name = "vp-time"
  public static let summary =
    "equal steps in the time of the linear VP process (EDM's vp, GITS's time_uniform)"
  static let ownParameters = [
    GridParameter("rho", 1, "the exponent of time"),
    GridParameter("epsilon", 0.001, "the time of the last level"),
    GridParameter("beta_d", 0, "the slope of beta; 0 fits both to the ends (k-diffusion: 19.9)"),
    GridParameter("beta_min", 0.1, "beta at time 0, if beta_d is given"),
  ]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let rho = try request.positive("rho", of: self)
    let epsilon = try request.positive("epsilon", of: self)
    guard epsilon < 1 else {
      throw .badParameter(rule: name, name: "epsilon", problem: "is \(epsilon); use less than 1")
    }
    var slope = try request.notNegative("beta_d", of: self)
    var least = try request.positive("beta_min", of: self)
    if slope == 0 {
      // Two equations ½β_d t² + β_min t = log(1 + σ̂²), at t = ε and t = 1.
      let (low, high) = (
        Double.log(onePlus: range.low * range.low), Double.log(onePlus: range.high * range.high)
      )
      slope = 2 * (low / epsilon - high) / (epsilon - 1)
      least = high - 0.5 * slope
    }
    let last = Double.pow(epsilon, 1 / rho)
    let squares = range.ramp.map { u in
      let t = Double.pow(1 + u * (last - 1), rho)
      return Double.expMinusOne((0.5 * slope * t + least) * t)
    }
    guard squares.allSatisfy({ $0 >= 0 }) else {
      throw .unusable(
        rule: name, reason: "the range of levels is too narrow to fit a VP process to; set beta_d")
    }
    return squares.map { $0.squareRoot() }
  }
}
