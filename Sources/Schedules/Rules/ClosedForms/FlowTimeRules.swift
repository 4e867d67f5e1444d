import Mixtures
import ProbabilityFlow

/// A rule whose formula lives in the time τ = σ̂/(1 + σ̂) = σ/(α + σ) of rectified flow, which is its t.
///
/// τ is finite and no logarithm is taken, so these need no smallest level and the last step to 0 is one
/// of the formula's own: n + 1 times from τ(T) to τ(end).
protocol FlowTimeRule: GridRule {
  /// n + 1 values that descend from `first` to `last`.
  static func flowTimes(
    from first: Double, to last: Double, _ request: GridRequest
  ) throws(ScheduleError) -> [Double]
}

extension FlowTimeRule {
  public static var family: GridFamily { .closedForm }

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let process = request.flow.process
    let times = try flowTimes(
      from: process.flowTime(request.horizon), to: process.flowTime(request.end), request)
    return try .atNoiseLevels(times.map { $0 / (1 - $0) }, for: self, request)
  }
}

extension ForwardProcess {
  /// The time σ/(α + σ) at which rectified flow has the noise level of time t; 1 where α = 0.
  func flowTime(_ t: Double) -> Double {
    let sigma = sigmaSquared(t).squareRoot()
    return sigma / (alpha(t) + sigma)
  }
}

/// Uniform in the time of rectified flow.
public enum FlowUniformRule: FlowTimeRule {
  public static let name = "flow-uniform"
  public static let summary = "equal steps in the time of rectified flow, level/(1 + level)"

  static func flowTimes(
    from first: Double, to last: Double, _ request: GridRequest
  ) -> [Double] { TimeGrid.uniformTimes(request.segments, from: first, to: last) }
}

/// τ = sτ'/(1 + (s − 1)τ'), τ' uniform: the shift of Stable Diffusion 3 and FLUX (Esser et al., 2024).
///
/// The ends stay what they are. FLUX's pipelines take τ' = 1, …, 1/n, 0 so; diffusers' own default for n
/// steps stops at 1/1000 before the last 0, another grid.
public enum FlowShiftRule: FlowTimeRule {
  public static let name = "flow-shift"
  public static let summary = "equal steps in the shifted time of rectified flow (SD3, FLUX)"
  public static let parameters = [GridParameter("shift", 3, "the shift s; 1 is flow-uniform")]

  static func flowTimes(
    from first: Double, to last: Double, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let shift = try request.positive("shift", of: self)
    return TimeGrid.uniformTimes(
      request.segments, from: flowShift(first, by: 1 / shift), to: flowShift(last, by: 1 / shift)
    ).map { flowShift($0, by: shift) }
  }
}

/// The shift sτ/(1 + (s − 1)τ) of rectified flow's time; its inverse is the shift by 1/s.
func flowShift(_ time: Double, by shift: Double) -> Double {
  shift * time / (1 + (shift - 1) * time)
}

/// First linear steps, then quadratic ones, joined smoothly (Mochi; ComfyUI's `linear_quadratic`).
///
/// 1 − τ is linear up to a threshold in the first half of the steps and quadratic up to 1 in the rest.
/// ComfyUI scales by σ_max in the model's own noise level instead, which for rectified flow is the same.
public enum LinearQuadraticRule: FlowTimeRule {
  public static let name = "linear-quadratic"
  public static let summary = "half the steps linear down to a threshold, then quadratic (Mochi)"
  public static let parameters = [
    GridParameter("threshold", 0.025, "how far the linear steps go, as a share of the time")
  ]

  static func flowTimes(
    from first: Double, to last: Double, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let threshold = try request.positive("threshold", of: self)
    guard threshold < 1 else {
      throw .badParameter(
        rule: name, name: "threshold", problem: "is \(threshold); use less than 1")
    }
    let n = request.segments
    let linear = n / 2
    let slope = linear > 0 ? threshold / Double(linear) : 0
    let rest = Double(n - linear)
    // The quadratic a v² + slope v + threshold, v = k − linear, is 1 at the last step.
    let curvature = (1 - (linear > 0 ? threshold : 0) - slope * rest) / (rest * rest)
    return (0...n).map { k in
      let v = Double(k - linear)
      let share = slope * Double(k) + (v > 0 ? curvature * v * v : 0)
      return k == n ? last : first + (last - first) * share
    }
  }
}
