import RealModule

/// σ̂ = (σ_max^{1/ρ} + u (σ_min^{1/ρ} − σ_max^{1/ρ}))^ρ, u from 0 to 1 (Karras et al., 2022, equation 5).
///
/// With a grid that ends above 0 it is the `polynomial` schedule of diff-sampler, from which GITS
/// starts.
public enum KarrasRule: NoiseLevelRule {
  public static let name = "karras"
  public static let summary = "equal steps in the noise level to the power 1/rho (EDM)"
  static let ownParameters = [GridParameter("rho", 7, "the power; 1 is uniform, infinity log-snr")]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let rho = try request.positive("rho", of: self)
    return range.uniform(in: { .pow($0, 1 / rho) }, inverse: { .pow($0, rho) })
  }
}
