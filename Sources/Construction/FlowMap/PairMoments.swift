import RealModule

/// Upper bounds of moments of γ_iγ_j and of the rate of ℓ_i − ℓ_j under the law of the flow (derived).
///
/// With Δ = ℓ_i − ℓ_j, p γ_iγ_j ≤ w_i p_i/(1 + e^Δ) and γ_iγ_j ≤ 1/((1 + e^Δ)(1 + e^{−Δ})), so that
/// E[(γ_iγ_j)² g] is at most an integral over component i alone, where Δ = ρ + ½r²D² + rDζ with ζ
/// standard normal, D = ‖μ_i − μ_j‖, ρ = log w_i/w_j. Along the flow Δ' = (μ_i − μ_j)ᵀ(y − r μ̄) +
/// r (μ_i − μ_j)ᵀ(M − μ̄), μ̄ the middle of both; the first is Dζ + ½rD², the second at most r c with
/// c the largest |(μ_i − μ_j)ᵀ(μ_k − μ̄)|, as M lies in the hull of the means. No 1/r is left.
struct PairMoments: Sendable {
  /// D.
  let distance: Double
  /// c.
  let reach: Double
  /// ρ.
  let logRatio: Double
  /// w_i.
  let weight: Double

  /// The bounds for all r in an interval: of E(γ_iγ_j)² |Δ'|^q, q = 0, 2, 4.
  ///
  /// An upper sum: on each cell of ζ every factor takes its largest value.
  func bounds(from low: Double, to high: Double) -> (plain: Double, second: Double, fourth: Double)
  {
    let middle = 0.5 * distance * distance
    let (first, last) = (logRatio + low * low * middle, logRatio + high * high * middle)
    // |ζ| > 12: E[ζ⁴; |ζ| > 12] < 10⁻²⁸, and |Δ'| ≤ |ζ| times this.
    let far = distance + high * (middle + reach)
    var plain = 1e-28
    var (second, fourth) = (1e-28 * far * far, 1e-28 * far * far * far * far)
    for cell in Self.cells {
      let least = first + distance * min(low * cell.low, high * cell.low)
      let most = last + distance * max(low * cell.high, high * cell.high)
      let (lower, upper) = (Double.exp(-abs(least)), Double.exp(-abs(most)))
      let product =
        least <= 0 && most >= 0
        ? 0.25 : max(lower / ((1 + lower) * (1 + lower)), upper / ((1 + upper) * (1 + upper)))
      let rate =
        max(
          abs(distance * cell.low + low * middle), abs(distance * cell.high + high * middle))
        + high * reach
      let share = cell.mass * product * (least > 0 ? lower : 1) / (1 + lower)
      plain += share
      second += share * rate * rate
      fourth += share * rate * rate * rate * rate
    }
    // Rounding moves Δ by 1e-15 of ½r²D², which is at most 1e6 where a moment is not negligible.
    let factor = weight * (1 + 1e-6)
    return (plain * factor, second * factor, fourth * factor)
  }

  /// Cells of ζ in [−12, 12] with their mass.
  private static let cells: [(low: Double, high: Double, mass: Double)] = {
    // Narrow where the mass is.
    let tail: [Double] = (0...28).map { 5 + 0.25 * Double($0) }
    let inside: [Double] = (1..<100).map { -5 + 0.1 * Double($0) }
    let ends: [Double] = tail.reversed().map { -$0 } + inside + tail
    return zip(ends, ends.dropFirst()).map { low, high in
      // By symmetry the difference is one of small tails.
      let (a, b) = high <= 0 ? (-high, -low) : (low, high)
      let mass = 0.5 * (.erfc(a / Double(2).squareRoot()) - .erfc(b / Double(2).squareRoot()))
      return (low, high, mass * (1 + 1e-9))
    }
  }()
}
