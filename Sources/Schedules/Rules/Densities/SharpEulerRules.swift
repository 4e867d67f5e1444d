import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// SharpEuler (Gupta, Lim, Yu and Erichson, 2026, arXiv:2605.11547): equal parts of (E‖a‖)^γ, a = dv/dt
/// being the acceleration along trajectories of the straight path x = (1 − t)X_0 + tZ.
///
/// As published: the norm is averaged over paths, raised to γ = ½ (local error of Euler's method),
/// smoothed by a Gaussian over t with reflection at the ends (5 of 1,000 points), and inverted. Here
/// v = (x̂ − D)/σ̂ − D and a = −(1 + σ̂)³/σ̂ dD/dσ̂ are exact in place of differences of an Euler run, at
/// t = σ̂/(1 + σ̂). Other processes meet it by their noise levels.
public enum SharpEulerRule: GridRule {
  public static let name = "sharp-euler"
  public static let summary =
    "equal steps in the acceleration of straight paths to the power gamma (SharpEuler, 2026)"
  public static let family = GridFamily.density
  public static let parameters = [
    sharpness, GridParameter("smoothing", 0.005, "bandwidth of the Gaussian over t; 0 is none"),
  ]

  /// Points of the published profile.
  private static let support = 1000

  public static func grid(_ request: GridRequest) throws(ScheduleError) -> TimeGrid {
    try request.check(for: self)
    let gamma = try exponent(request, self)
    let bandwidth = request.value("smoothing", of: self)
    guard bandwidth >= 0, bandwidth < 1 else {
      throw .badParameter(
        rule: name, name: "smoothing", problem: "is \(bandwidth); use a number in [0, 1)")
    }
    let draws = try LevelDraws(request, for: self)
    let cells = TabulatedDensity.cells(
      request.flow, from: request.horizon, to: request.end)
    let sharpness = cells.map { cell in
      let stretch = 1 + cell.level
      return Double.pow(
        draws.denoiserRate(cell.level).meanNorm * stretch * stretch * stretch / cell.level, gamma)
    }
    let process = request.flow.process
    @Sendable func straightTime(_ t: Double) -> Double {
      let sigma = process.sigmaSquared(t).squareRoot()
      return sigma / (process.alpha(t) + sigma)
    }
    let (first, last) = (straightTime(request.end), straightTime(request.horizon))
    let step = (last - first) / Double(support)
    let places = cells.map { straightTime($0.time) }
    var next = 0
    var profile = (0..<support).map { i -> Double in
      let t = first + (Double(i) + 0.5) * step
      while next < places.count, places[next] < t { next += 1 }
      if next == 0 { return sharpness[0] }
      if next == places.count { return sharpness[next - 1] }
      let share = (t - places[next - 1]) / (places[next] - places[next - 1])
      return sharpness[next - 1] + share * (sharpness[next] - sharpness[next - 1])
    }
    profile = smoothed(profile, bandwidth: bandwidth / step)
    let sums = profile.reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1) }
    let total = sums[support]
    let density = CumulativeDensity(kind: .estimate) { t in
      let position = (straightTime(t) - first) / step
      let cell = min(max(0, Int(position)), support - 1)
      let value = sums[cell] + (position - Double(cell)) * (sums[cell + 1] - sums[cell])
      return total > 0 ? value / total : 0
    }
    var grid = try TimeGrid.equalPartition(of: density, for: self, request)
    grid.evaluations = cells.count * draws.count
    return grid
  }
}

/// SharpEuler's density in the variables of EDM: (E‖d²x̂/dσ̂²‖)^γ dσ̂, where d²x̂/dσ̂² = −(dD/dσ̂)/σ̂.
///
/// The acceleration to a power is not the same density in other variables, and Euler's method is Euler's in
/// these. Derived from the published rule; not smoothed.
public enum SharpEulerEDMRule: MeasuredDensityRule {
  public static let name = "sharp-euler-edm"
  public static let summary =
    "equal steps in the acceleration in noise level to the power gamma (after SharpEuler)"
  public static let parameters = [sharpness]

  static func density(
    _ cell: NoiseCell, _ draws: LevelDraws, _ request: GridRequest
  ) throws(ScheduleError) -> Double {
    let gamma = try exponent(request, self)
    return .pow(draws.denoiserRate(cell.level).meanNorm / cell.level, gamma) * cell.levelRate
  }
}

private let sharpness = GridParameter("gamma", 0.5, "the power of the acceleration, above 0")

private func exponent(
  _ request: GridRequest, _ rule: any GridRule.Type
) throws(ScheduleError) -> Double {
  let gamma = request.value("gamma", of: rule)
  guard gamma > 0 else {
    throw .badParameter(rule: rule.name, name: "gamma", problem: "is \(gamma); use more than 0")
  }
  return gamma
}

/// Convolution with a Gaussian whose bandwidth is in points, values being reflected at the ends.
func smoothed(_ values: [Double], bandwidth: Double) -> [Double] {
  let (n, radius) = (values.count, min(values.count - 1, Int(3 * bandwidth)))
  guard radius >= 1 else { return values }
  let kernel = (-radius...radius).map { offset -> Double in
    let z = Double(offset) / bandwidth
    return .exp(-0.5 * z * z)
  }
  let total = kernel.reduce(0, +)
  return values.indices.map { i in
    zip(-radius...radius, kernel).reduce(0) { sum, entry in
      var j = abs(i + entry.0)
      if j >= n { j = 2 * (n - 1) - j }
      return sum + entry.1 * values[j]
    } / total
  }
}
