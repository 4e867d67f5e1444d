import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// A rule that cuts ∫‖∇ż‖ dt, the measured spectral norm of the velocity's Jacobian in state variables
/// z = κ(t)x.
///
/// ∇_z ż = ∇v + (log κ)'I (`StateVariables`), with eigenvalues by `VelocitySpectrum` on draws of p_t. The
/// integral does not depend on the unit of time, but it does on the state: in the variables of EDM a
/// single Gaussian N(0, c²I) has the rate σ̂/(c² + σ̂²) per unit of σ̂, in the variance-preserving ones
/// 0 if c = 1. That of EDM has no integral up to σ̂ = ∞, so the EDM rules count up to a ceiling, in units of
/// the data's standard deviation per coordinate: EDM's σ_max over its σ_data.
protocol MeasuredRateRule: MeasuredDensityRule {
  static var variables: StateVariables { get }
  /// What is taken of the norms at one time.
  static func statistic(_ norms: [Double]) -> Double
}

extension MeasuredRateRule {
  /// Eigenvalues cost more than a density's usual fields, and a rate is smooth.
  static var cells: Int { 64 }

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    let (flow, process) = (request.flow, request.flow.process)
    var states = draws.states(cell.level)
    let alpha = process.alpha(cell.time)
    for i in states.elements.indices { states.elements[i] *= alpha }
    let found = VelocitySpectrum(flow).extremes(states, at: cell.time)
    let shift = variables.logScaleDerivative(process, at: cell.time)
    let norms = zip(found.smallest, found.largest).map { max(abs($0 + shift), abs($1 + shift)) }
    let value = statistic(norms) * cell.timeRate
    // A rate per unit of log σ̂ this small is what rounding leaves of one that vanishes.
    return value < 1e-12 ? 0 : value
  }
}

private let ceiling = GridParameter(
  "ceiling", 160, "noise level up to which it counts, in data standard deviations")

private func below(
  _ request: GridRequest, _ rule: any GridRule.Type
) throws(ScheduleError) -> ClosedRange<Double> {
  let value = request.value(ceiling.name, of: rule)
  guard value > 0 else {
    throw .badParameter(
      rule: rule.name, name: ceiling.name, problem: "is \(value); use more than 0")
  }
  return 0...value * request.flow.mixture.coordinateDeviation
}

private func rootMeanSquare(_ values: [Double]) -> Double {
  (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
}

/// √E‖∇v‖² along the law, in the process's own state.
public enum RMSNativeRule: MeasuredRateRule {
  public static let name = "rms-native"
  public static let summary = "equal steps in the measured rms of |grad v|, the process's own state"
  static let variables = StateVariables.native
  static func statistic(_ norms: [Double]) -> Double { rootMeanSquare(norms) }
}

/// √E‖∇v‖² along the law, in the variables of EDM.
public enum RMSEDMRule: MeasuredRateRule {
  public static let parameters = [ceiling]
  public static let name = "rms-edm"
  public static let summary = "equal steps in the measured rms of |grad v|, variables of EDM"
  static let variables = StateVariables.edm
  static func levels(_ request: GridRequest) throws(ScheduleError) -> ClosedRange<Double> {
    try below(request, self)
  }
  static func statistic(_ norms: [Double]) -> Double { rootMeanSquare(norms) }
}

/// √E‖∇v‖² along the law, in the variance-preserving variables.
public enum RMSVPRule: MeasuredRateRule {
  public static let name = "rms-vp"
  public static let summary =
    "equal steps in the measured rms of |grad v|, variance-preserving variables"
  static let variables = StateVariables.vp
  static func statistic(_ norms: [Double]) -> Double { rootMeanSquare(norms) }
}

/// The largest ‖∇v‖ seen along the law, in the process's own state.
public enum MaximalNativeRule: MeasuredRateRule {
  public static let name = "max-native"
  public static let summary = "equal steps in the largest |grad v| seen, the process's own state"
  static let variables = StateVariables.native
  static func statistic(_ norms: [Double]) -> Double { norms.reduce(0, max) }
}

/// The largest ‖∇v‖ seen along the law, in the variables of EDM.
public enum MaximalEDMRule: MeasuredRateRule {
  public static let parameters = [ceiling]
  public static let name = "max-edm"
  public static let summary = "equal steps in the largest |grad v| seen, variables of EDM"
  static let variables = StateVariables.edm
  static func levels(_ request: GridRequest) throws(ScheduleError) -> ClosedRange<Double> {
    try below(request, self)
  }
  static func statistic(_ norms: [Double]) -> Double { norms.reduce(0, max) }
}

/// The largest ‖∇v‖ seen along the law, in the variance-preserving variables.
public enum MaximalVPRule: MeasuredRateRule {
  public static let name = "max-vp"
  public static let summary =
    "equal steps in the largest |grad v| seen, variance-preserving variables"
  static let variables = StateVariables.vp
  static func statistic(_ norms: [Double]) -> Double { norms.reduce(0, max) }
}
