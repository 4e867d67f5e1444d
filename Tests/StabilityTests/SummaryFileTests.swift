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
  let sharp_cumulative_horizon, trajectory_offset: Double
  let times, noise_levels, two_sided, sharp_two_sided, one_sided, cumulative: [Double]
  let information: [Double]
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
  #expect(file.noise_levels == times.map { flow.process.noiseLevel($0) })
  #expect(file.sharp_two_sided == times.map { bound.sharpTwoSided($0) })
  #expect(file.sharp_cumulative_horizon == bound.sharpCumulative(1))
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
  let averaged = certificate.averagedIntegral
  // Rounded up by what the quadrature may be off.
  #expect(file.averaged_integral == averaged.total + averaged.disagreement)
  #expect(averaged.disagreement < 1e-6 * averaged.total)
  #expect(file.one_sided_log_amplification == bound.logAmplification(from: 1, to: 0))
  let proved = [
    "diameter", "two_sided", "sharp_two_sided", "one_sided", "cumulative", "cumulative_horizon",
    "sharp_cumulative_horizon", "trajectory_offset", "one_sided_amplification",
    "one_sided_log_amplification", "information",
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

private struct BallPart: Decodable {
  struct Ball: Decodable {
    let mass: Double
    let radius, two_sided, one_sided: [Double]
  }
  let ball: Ball
  let reason: String
}

/// Where the score is not Lipschitz the file says why and has bounds on balls, which hold there.
@Test func crossedCovariancesHaveBalls() throws {
  let mixture = try GaussianMixture(
    weights: [0.5, 0.5], means: Matrix([[-1, 0], [1, 0]]),
    covariances: .diagonal(Matrix([[1, 2], [2, 1]])))
  let flow = ProbabilityFlow(mixture, try OrnsteinUhlenbeck())
  let times = [0, 0.05, 0.3]
  let summary = StabilitySummary(flow, times: times)
  #expect(summary.cumulativeHorizon == .infinity && summary.typicalLogAmplification.isFinite)
  let file = try parsed(summary.json, as: BallPart.self)
  #expect(file.ball.mass == 0.99 && file.reason.contains("indefinite"))
  for (i, t) in times.enumerated() {
    let x = flow.marginal(at: t).sample(2000, from: RandomStream(seed: 4))
    let centre = mixture.mean.map { flow.process.alpha(t) * $0 }
    let inside = (0..<x.rows).filter { distance(x[row: $0], centre[...]) <= file.ball.radius[i] }
    #expect(Double(inside.count) >= 0.98 * 2000)
    let found = VelocitySpectrum(flow).extremes(x.gatheringRows(inside), at: t)
    #expect((found.norms.max() ?? .infinity) <= file.ball.two_sided[i])
    #expect((found.samplingRates.max() ?? .infinity) <= file.ball.one_sided[i])
  }
}

/// Every process has ascending times from 0 to T that see its mixture; `ou` its customary ones.
@Test func surveyTimesSuitTheProcess() throws {
  for type in ProcessCatalog.all {
    let process = try type.init(
      parameters: type.parameterDefaults.map { $0.value }, horizon: type.defaultHorizon)
    for variance in [1e-6, 1, 100] {
      let flow = ProbabilityFlow(try twoModes(at: 1, variance: variance), process)
      let times = flow.surveyTimes()
      #expect(times.first == 0 && times.last == process.horizon && times.count >= 8)
      #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 }, "\(process.name) \(times)")
      if process.name == "ou" {
        #expect(times.count == 14 && times[3] == 0.05)
      } else if variance <= 1 {
        // Some time sees single modes, and some sees them merged.
        let levels = times.map { process.noiseLevel($0) }
        #expect(levels.contains { $0 > 0 && $0 < 2 * variance.squareRoot() }, "\(levels)")
        #expect(levels.contains { $0 > 0.3 && $0 < 20 }, "\(levels)")
      }
    }
  }
}
