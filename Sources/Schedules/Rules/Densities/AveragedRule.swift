import ProbabilityFlow
import Stability

/// Equal steps in the certified bound on ∫E ½g²‖Cov_γ(g)‖ dt: how fast doubt between modes parts
/// trajectories on average.
///
/// Source: `InformationCertificate.averagedRate`, derived. One component has no doubt, and its grid is
/// uniform.
public enum AveragedRule: GridRule {
  public static let name = "averaged"
  public static let summary =
    "equal steps in the bound on the mean rate at which modes part trajectories (certificate)"
  public static let family = GridFamily.density

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let certificate = InformationCertificate(request.flow)
    guard certificate.ratesAreCheap else {
      throw .unusable(
        rule: name, reason: "its bound is dear for this many unequal components; use information")
    }
    let integral = certificate.averagedIntegral
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { integral($0) }, for: self, request)
  }
}
