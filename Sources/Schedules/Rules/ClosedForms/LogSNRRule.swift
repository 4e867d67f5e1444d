import RealModule

/// Uniform in log σ̂, hence in the logarithm of the signal-to-noise ratio.
///
/// `get_sigmas_exponential` of k-diffusion and `logSNR` of DPM-Solver (Lu et al., 2022) are this.
public enum LogSNRRule: NoiseLevelRule {
  public static let name = "log-snr"
  public static let summary =
    "equal steps in the log noise level (DPM-Solver; k-diffusion's exponential)"

  static func levels(_ range: NoiseLevelRange, _ request: GridRequest) -> [Double] {
    range.uniform(in: { .log($0) }, inverse: { .exp($0) })
  }
}

/// σ̂ = σ_min (σ_max/σ_min)^(r^ρ), r from 1 to 0: `get_sigmas_polyexponential` of k-diffusion.
public enum PolyexponentialRule: NoiseLevelRule {
  public static let name = "polyexponential"
  public static let summary = "the log noise level as a power of a ramp (k-diffusion)"
  static let ownParameters = [GridParameter("rho", 1, "the power of the ramp; 1 is log-snr")]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let rho = try request.positive("rho", of: self)
    let span = Double.log(range.high / range.low)
    return range.ramp.map { range.low * .exp(span * .pow(1 - $0, rho)) }
  }
}
