import RealModule

/// The noise levels of a model trained on K discrete timesteps.
///
/// σ̂_i = √(1/ᾱ_i − 1), ᾱ_i = Π_{j≤i} (1 − β_j), β^{1/p} linear from β_start to β_end: `scaled_linear` of
/// diffusers at p = 2, `linear` at p = 1.
public struct TimestepTable: Sendable, Equatable {
  /// The level of each timestep, ascending.
  public let levels: [Double]
  private let isFlow: Bool

  /// The table of Stable Diffusion 1, 2 and XL.
  public static let stableDiffusion = TimestepTable(
    betaStart: 0.00085, betaEnd: 0.012, power: 2, count: 1000)

  /// A table of β.
  ///
  /// - Precondition: 0 < β_start ≤ β_end < 1, p > 0, K ≥ 2.
  public init(betaStart: Double, betaEnd: Double, power: Double, count: Int) {
    precondition(
      betaStart > 0 && betaStart <= betaEnd && betaEnd < 1 && power > 0 && count >= 2,
      "betas \(betaStart) to \(betaEnd), power \(power), \(count) timesteps")
    let (first, last) = (Double.pow(betaStart, 1 / power), Double.pow(betaEnd, 1 / power))
    var log = 0.0
    levels = (0..<count).map { i in
      let root = first + (last - first) * Double(i) / Double(count - 1)
      log += .log(onePlus: -.pow(root, power))
      return Double.expMinusOne(-log).squareRoot()
    }
    isFlow = false
  }

  /// The table of a rectified flow: τ = (i + 1)/K.
  ///
  /// - Precondition: K ≥ 2.
  public init(flowTimesteps count: Int) {
    precondition(count >= 2, "\(count) timesteps")
    levels = (0..<count).map { Double($0 + 1) / Double(count - 1 - $0) }
    isFlow = true
  }

  /// How levels between timesteps are found.
  enum Interpolation {
    /// Linear in the level, as diffusers' EulerDiscrete.
    case linear
    /// Linear in its logarithm, as k-diffusion and ComfyUI.
    case logarithmic
  }

  /// The level at a timestep in [0, K − 1], which need not be whole.
  ///
  /// A rectified flow's table is linear in time whatever the interpolation.
  func level(at timestep: Double, _ interpolation: Interpolation) -> Double {
    let low = min(Int(timestep), levels.count - 1)
    let weight = timestep - Double(low)
    if weight == 0 || low == levels.count - 1 { return levels[low] }
    let (a, b) = (levels[low], levels[low + 1])
    if isFlow {
      let time = (timestep + 1) / Double(levels.count)
      return time / (1 - time)
    }
    return switch interpolation {
    case .linear: a + weight * (b - a)
    case .logarithmic: a * .pow(b / a, weight)
    }
  }

  /// The timestep of a level by interpolation of its logarithm, within [0, K − 1].
  ///
  /// The inverse of `level(at:_:)` for logarithmic interpolation; `_sigma_to_t` of diffusers.
  public func timestep(ofLevel level: Double) -> Double {
    if level <= levels[0] { return 0 }
    guard let high = levels.firstIndex(where: { $0 > level }) else {
      return Double(levels.count - 1)
    }
    let (a, b) = (levels[high - 1], levels[high])
    return Double(high - 1) + Double.log(level / a) / .log(b / a)
  }
}
