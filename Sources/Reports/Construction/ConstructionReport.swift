public import Construction
import Mixtures
import Networks
public import ProbabilityFlow
import Stability

/// The page about a constructed score: how large it is and where, what is proved of its error and what
/// was measured, and how its size depends on the tolerance and the mixture if that was swept.
///
/// It draws and lays out; the numbers are those of the networks and their certificates.
public struct ConstructionReport: Sendable {
  /// The flow of the mixture.
  public let flow: ProbabilityFlow
  /// The time t of the score.
  public let time: Double
  /// The network with its certificate.
  public let score: ConstructedScore
  /// Its errors at points.
  public let measured: MeasuredError
  /// The tolerance that was asked for.
  public var tolerance: Double
  /// Whether tolerances are in units of ‖s‖_{L²(p_t)}.
  public var isRelative = true
  /// The layout of all networks.
  public var variant = NetworkVariant.mixed
  /// The networks of this mixture for other tolerances, largest first.
  public var accuracies: [(tolerance: Double, score: ConstructedScore)] = []
  /// The sizes for mixtures like the paper's.
  public var sizes: [SizeSweep] = []
  /// The title of the page.
  public var title: String
  /// How the page came about.
  public var provenance: [(name: String, value: String)] = []

  /// A report of one network.
  public init(
    _ flow: ProbabilityFlow, time: Double, _ score: ConstructedScore, _ measured: MeasuredError,
    tolerance: Double, title: String
  ) {
    (self.flow, self.time, self.score, self.measured) = (flow, time, score, measured)
    (self.tolerance, self.title) = (tolerance, title)
  }

  /// The page.
  public func page() -> HTMLReport {
    HTMLReport(
      title: title, lead: lead,
      sections: (accuracies.isEmpty ? [] : [accuracySection])
        + (sizes.isEmpty ? [] : [sizeSection]) + [networkSection, errorSection],
      provenance: provenance)
  }

  private var lead: String {
    "\(flow.described). Its score ∇log p_t at t = \(NumberText.shortest(time)) is written down as "
      + "a ReLU–ReQU network (variant \(variant.rawValue)) whose error is proved to be at most "
      + "\(NumberText.shortest(tolerance)) \(unit). Nothing is trained; numbers of layers, neurons "
      + "and weights are counted."
  }

  /// In what a tolerance is measured.
  var unit: String {
    isRelative ? "relative to the root mean square of the score" : "absolute"
  }

  /// The certified error in the unit of the tolerance.
  func certified(_ certificate: ScoreCertificate) -> Double {
    isRelative ? certificate.relativeErrorBound : certificate.errorBound
  }
}

extension NumberText {
  /// A number that somebody gave, with as few digits as tell it apart from others, 17 at most.
  static func shortest(_ value: Double) -> String {
    (1...17).lazy.map { significant(value, digits: $0) }.first { Double($0) == value }
      ?? significant(value)
  }
}
