import RealModule

/// Uniform in the time of the cosine process α = cos θ/cos θ_0, θ = ½π(t + s)/(1 + s) (Nichol and
/// Dhariwal, 2021), whatever the process of the flow.
///
/// The continuous form of their schedule; at s = 0 it is `kl-optimal`.
public enum CosineRule: NoiseLevelRule {
  public static let name = "cosine"
  public static let summary = "equal steps in the time of the cosine process (improved DDPM)"
  static let ownParameters = [GridParameter("s", 0.008, "the offset; 0 is kl-optimal")]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let s = try request.notNegative("s", of: self)
    let zero = 0.5 * Double.pi * s / (1 + s)
    let (cosine, sine) = (Double.cos(zero), Double.sin(zero))
    return range.uniform(
      // tan² θ = (σ̂² + sin² θ_0)/cos² θ_0 from 1 + σ̂² = cos² θ_0/cos² θ.
      in: { .atan2(y: ($0 * $0 + sine * sine).squareRoot(), x: cosine) },
      // Its inverse as a product, because the difference of squares would cancel near θ_0.
      inverse: { (.sin($0 - zero) * .sin($0 + zero)).squareRoot() / .cos($0) })
  }
}

/// The noise levels of improved DDPM's M discrete steps, evenly chosen, as EDM computes them.
///
/// ᾱ(j) = sin²(½π j/(M(1 + C_2))), u_M = 0, u_{j−1}² = (u_j² + 1)/max(ᾱ(j − 1)/ᾱ(j), C_1) − 1 (Karras et
/// al., 2022, table 1); of the u_j in the range those at evenly spaced places, rounded to the nearest.
public enum ImprovedDDPMRule: NoiseLevelRule {
  public static let name = "iddpm"
  public static let summary = "evenly chosen noise levels of improved DDPM's discrete steps (EDM)"
  static let ownParameters = [
    GridParameter("steps", 1000, "the number M of discrete steps"),
    GridParameter("c1", 0.001, "the least ratio of neighbouring alpha-bars"),
    GridParameter("c2", 0.008, "the offset of the cosine"),
  ]

  static func levels(
    _ range: NoiseLevelRange, _ request: GridRequest
  ) throws(ScheduleError) -> [Double] {
    let (c1, c2) = (
      try request.positive("c1", of: self), try request.notNegative("c2", of: self)
    )
    let steps = try request.wholeNumber("steps", of: self, in: 1...1_000_000)
    func alphaBar(_ j: Int) -> Double {
      let sine = Double.sin(0.5 * .pi * Double(j) / Double(steps) / (c2 + 1))
      return sine * sine
    }
    var squares = [0.0]
    for j in stride(from: steps, to: 0, by: -1) {
      squares.append((squares[steps - j] + 1) / max(alphaBar(j - 1) / alphaBar(j), c1) - 1)
    }
    // From the largest level down; the range's own ends replace those nearest to them.
    let levels = squares.reversed().map { $0.squareRoot() }
      .filter { $0 >= range.low && $0 <= range.high }
    guard !levels.isEmpty else {
      throw .unusable(rule: name, reason: "none of its levels lies between the ends")
    }
    return range.ramp.map {
      levels[Int((Double(levels.count - 1) * $0).rounded(.toNearestOrEven))]
    }
  }
}

extension GridRequest {
  /// The value of a parameter that must be a whole number of a range.
  func wholeNumber(
    _ name: String, of rule: any GridRule.Type, in range: ClosedRange<Int>
  ) throws(ScheduleError) -> Int {
    let value = value(name, of: rule)
    guard let number = Int(exactly: value), range.contains(number) else {
      throw .badParameter(
        rule: rule.name, name: name,
        problem: "is \(value); use a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
