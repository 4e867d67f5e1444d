import Arrays
import Formats
import Foundation
import Mixtures
import ProbabilityFlow
import RealModule
import Stability
import TestSupport
import Testing

/// A file as another program sees it: its text, through Foundation's decoder.
private func parsed<T: Decodable>(_ json: JSON, as type: T.Type) throws -> T {
  try JSONDecoder().decode(type, from: Data(json.text().utf8))
}

private struct HighProbabilityPart: Decodable {
  struct ClosedForm: Decodable { let log_amplification, time: Double }
  let confidence, log_amplification: Double
  let closed_form: ClosedForm?
}

private struct SummaryPart: Decodable {
  let state: String
  let diameter, cumulative_horizon, one_sided_log_amplification, typical_log_amplification: Double
  let times, two_sided, one_sided, cumulative, information: [Double]
  let one_sided_amplification: Amplification
  let averaged_integral: Double
  let high_probability: HighProbabilityPart
  let kinds: [String: String]
  let reason: String?

  /// A number, or the word that stands for infinity.
  enum Amplification: Decodable, Equatable {
    case number(Double)
    case word(String)
    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .word(try value.decode(String.self))
      }
    }
  }
}

@Test func theSummaryHasEveryDocumentedField() throws {
  let flow = try paperFlow(sigma0: 0.5)
  let times = [0, 0.35, 1]
  let summary = StabilitySummary(flow, times: times)
  let file = try parsed(summary.json, as: SummaryPart.self)
  let (bound, certificate) = (StabilityBound(flow), InformationCertificate(flow))
  #expect(file.state == "native" && file.diameter == bound.diameter && file.times == times)
  #expect(file.two_sided == times.map { bound.twoSided($0) })
  #expect(file.one_sided == times.map { bound.oneSided($0) })
  #expect(file.cumulative == times.map { bound.cumulative($0) })
  #expect(file.cumulative_horizon == bound.cumulative(1))
  #expect(file.information == times.map { certificate.profile($0) })
  #expect(file.typical_log_amplification == certificate.typicalLogAmplification)
  let high = certificate.highProbability(0.99)
  #expect(file.high_probability.confidence == 0.99)
  #expect(file.high_probability.log_amplification == high.logAmplification)
  #expect(file.high_probability.closed_form?.time == high.closedForm?.time)
  #expect(
    file.high_probability.closed_form?.log_amplification == high.closedForm?.logAmplification)
  #expect(file.averaged_integral == certificate.averagedIntegral.total)
  #expect(file.one_sided_log_amplification == bound.logAmplification(from: 1, to: 0))
  let proved = [
    "diameter", "two_sided", "one_sided", "cumulative", "cumulative_horizon",
    "one_sided_amplification", "one_sided_log_amplification", "information",
    "typical_log_amplification", "high_probability", "averaged_integral",
  ]
  #expect(file.kinds == Dictionary(uniqueKeysWithValues: proved.map { ($0, "certificate") }))
}

/// JSON has no infinity: the word, and a reason beside it.
@Test func anInfiniteCertificateIsTheWordAndAReason() throws {
  let summary = StabilitySummary(try paperFlow(sigma0: 0.01), times: [0])
  let file = try parsed(summary.json, as: SummaryPart.self)
  #expect(file.one_sided_amplification == .word("infinity"))
  #expect(file.reason?.isEmpty == false)
  #expect(file.one_sided_log_amplification > 710)
  let tame = StabilitySummary(try paperFlow(), times: [0])
  let other = try parsed(tame.json, as: SummaryPart.self)
  #expect(other.reason == nil)
  #expect(other.one_sided_amplification == .number(tame.oneSidedAmplification))
}
