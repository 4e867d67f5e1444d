import RealModule

/// UniPC-3: the unified predictor and corrector of order 3 with B(h) = e^h − 1 (`bh2`), multistep, with data
/// prediction (Zhao et al., 2023; coefficients as in the authors' code and in diffusers).
///
/// Each denoised state is computed once, at the predicted state, and serves the corrector of the step before
/// and the predictor of the next. Orders rise 1, 2, 3 as history comes. The last step has no corrector, for
/// nothing is evaluated after it; to level 0 it is Euler's. Other last steps keep their order, where the
/// authors' code lowers that of the last two.
public enum UniPCSampler: FewStepSampler {
  public static let name = "unipc"
  public static let summary =
    "UniPC of order 3, B(h) of kind bh2, multistep (Zhao et al., 2023); Euler first and to 0"
  public static let order = 3

  public static func plan<S: SamplerScalar>(_ levels: [NoiseLevel<S>]) -> SamplerPlan<S> {
    var plan = SamplerPlan<S>()
    var (state, base) = (SamplerPlan<S>.start, SamplerPlan<S>.start)
    var history = MultistepHistory<S>()
    for (level, next) in zip(levels, levels.dropFirst()) {
      let denoised = plan.denoise(state, at: level)
      if let last = history.entries.first {
        base = plan.step(
          base, from: last.level, to: level,
          denoised: weights(history, to: level, corrector: denoised))
      }
      history.append(denoised, at: level)
      state = plan.step(
        base, from: level, to: next,
        denoised: next.isData ? history.firstOrder : weights(history, to: next, corrector: nil))
    }
    return plan
  }

  /// The weights of D_0 + Σ_k ρ_k (D_k − D_0)/r_k, r_k = (λ_k − λ_0)/h, over the older denoised states and,
  /// for the corrector, the one at the end of the step, r = 1.
  private static func weights<S: SamplerScalar>(
    _ history: MultistepHistory<S>, to next: NoiseLevel<S>, corrector: Int?
  ) -> [(node: Int, coefficient: S)] {
    let (newest, level) = history.entries[0]
    var points: [(node: Int, position: S)] = []
    var rho: [S] = []
    if level.isNoise {
      // h is infinite: nothing older counts, and the corrector of order 1 has the weight ½.
      rho = [S(0.5)]
    } else {
      let h = level.logStep(to: next)
      points = history.entries.dropFirst().map { ($0.node, -($0.level.logStep(to: level) / h)) }
      rho = solution(
        points.map(\.position) + (corrector == nil ? [] : [S(1)]), h, level.ratio(to: next))
    }
    if let corrector { points.append((corrector, S(1))) }
    var own = S(1)
    var result: [(node: Int, coefficient: S)] = []
    for (point, rho) in zip(points, rho) {
      let weight = rho / point.position
      own = own - weight
      result.append((point.node, weight))
    }
    return [(newest, own)] + result
  }

  /// The ρ with Σ_k ρ_k r_k^{i−1} = b_i = i! φ_{i+1}-term/B for i = 1, 2, …: matching the powers of the
  /// exact integral. For one point the authors take ½, its value at h = 0.
  private static func solution<S: SamplerScalar>(_ r: [S], _ h: S, _ ratio: S) -> [S] {
    guard r.count > 1 else { return [S(0.5)] }
    let b = ratio - 1
    var right: [S] = []
    var (phi, factorial) = (b / -h - 1, 1.0)
    for i in 1...r.count {
      right.append(factorial * phi / b)
      factorial *= Double(i + 1)
      phi = phi / -h - 1 / factorial
    }
    return solveVandermonde(r, right)
  }

  /// The solution of Σ_k x_k r_k^i = b_i, i = 0, 1, …, by elimination; the points are distinct.
  private static func solveVandermonde<S: SamplerScalar>(_ r: [S], _ b: [S]) -> [S] {
    let n = r.count
    var (rows, b) = ([Array(repeating: S(1), count: n)], b)
    for _ in 1..<n { rows.append(zip(rows[rows.count - 1], r).map { $0 * $1 }) }
    for pivot in 0..<n {
      for row in pivot + 1..<max(n, pivot + 1) {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot..<n {
          rows[row][column] = rows[row][column] - factor * rows[pivot][column]
        }
        b[row] = b[row] - factor * b[pivot]
      }
    }
    var x = b
    for row in (0..<n).reversed() {
      for column in row + 1..<max(n, row + 1) { x[row] = x[row] - rows[row][column] * x[column] }
      x[row] = x[row] / rows[row][row]
    }
    return x
  }
}
