import ProbabilityFlow
import Stability

/// Equal steps in the bound on the information about the mode that is still to be chosen.
///
/// The profile I_0^up − I_t^BD of `InformationCertificate` rises where modes split, so this grid
/// sees the mixture.
public enum InformationRule: GridRule {
  public static let name = "information"
  public static let summary =
    "equal steps in the bound on the information about the mode (certificate)"
  public static let family = GridFamily.density

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    let certificate = InformationCertificate(request.flow)
    return try .equalPartition(
      of: CumulativeDensity(kind: .certificate) { certificate.profile($0) }, for: self, request)
  }
}
