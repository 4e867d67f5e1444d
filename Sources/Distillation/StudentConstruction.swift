public import Construction
import Formats
public import Mixtures
import Schedules

/// How students are constructed rather than trained: each is the flow map of its segment as one
/// ReLU–ReQU network.
public struct StudentConstruction: Sendable, Equatable {
  /// The rule of the steps within a segment.
  public var scheme: FlowMapRule
  /// The steps in a segment.
  public var stepsPerSegment: Int
  /// What networks may move a velocity, in units of the means' largest distance.
  public var tolerance: Double

  /// A construction of these choices.
  public init(scheme: FlowMapRule = .rk4, stepsPerSegment: Int = 2, tolerance: Double = 1e-4) {
    (self.scheme, self.stepsPerSegment, self.tolerance) = (scheme, stepsPerSegment, tolerance)
  }

  /// What makes it impossible, if anything: one clause naming the choice.
  public var problem: String? {
    if !(1...10_000).contains(stepsPerSegment) {
      return "the number of steps of a constructed student is \(stepsPerSegment); use 1 to 10000"
    }
    if !(tolerance > 0 && tolerance.isFinite) {
      return "the tolerance of constructed students is \(tolerance); use a positive number"
    }
    return nil
  }

  /// The choices as they stand in run folders.
  var json: JSON {
    [
      "scheme": .string(scheme.rawValue), "steps_per_segment": .integer(stepsPerSegment),
      "tolerance": .number(tolerance),
    ]
  }

  /// Decodes the choices from an object of a file.
  init(_ reader: JSONReader) throws(FormatError) {
    var reader = reader
    let name = try reader.string("scheme")
    guard let scheme = FlowMapRule(rawValue: name) else {
      let names = FlowMapRule.allCases.map(\.rawValue).joined(separator: ", ")
      throw reader.error("scheme", "is \"\(name)\"", advice: "use one of \(names)")
    }
    self.init(
      scheme: scheme, stepsPerSegment: try reader.integer("steps_per_segment"),
      tolerance: try reader.number("tolerance"))
    try reader.finish()
  }

  /// The student of one segment.
  func student(
    _ plan: DistillationPlan, from: Double, to: Double
  ) throws(ConstructionError) -> ConstructedStudent {
    let (mixture, process) = (plan.mixture, plan.grid.process)
    try plan.mixture.checkConstructible()
    let times = ConstructedFlowMap.defaultTimes(
      mixture, process, from: from, end: to, segments: stepsPerSegment, rule: scheme,
      tolerance: tolerance)
    let map = try ConstructedFlowMap(
      mixture, process, times: times, rule: scheme, tolerance: tolerance)
    return ConstructedStudent(
      network: map.network, from: from, to: to, errorBound: map.certificate.errorBound,
      isVacuous: map.certificate.isVacuous)
  }
}

extension GaussianMixture {
  /// Checks that flow maps of this mixture can be constructed.
  ///
  /// - Throws: `ConstructionError.anisotropicCovariance`.
  public func checkConstructible() throws(ConstructionError) {
    guard hasSharedCovariance, spectrum.geometry == .isotropic else {
      throw .anisotropicCovariance
    }
  }
}
