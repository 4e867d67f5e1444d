public import Arrays

/// Whether a component's share of a posterior is too small to change a sum in float64.
private func isNegligible(_ weight: Double) -> Bool { weight < 0x1p-80 }

extension Marginal {
  /// The rate of change of the score at states that move: s(x, u)' for x' = `velocity`, α' and (σ²)'.
  ///
  /// With g_k = C_k^{-1}(x − αμ_k), so that s = −Σ_k γ_k g_k, and C_k' = 2αα'Σ_k + (σ²)'I
  ///
  ///     s' = −Σ_k γ_k [g_k' + (l_k − Σ_j γ_j l_j)(g_k + s)],
  ///     g_k' = C_k^{-1}(x' − α'μ_k − C_k' g_k),
  ///     l_k = −g_k·(x' − α'μ_k) + ½ g_k·C_k' g_k − ½ tr C_k^{-1}C_k'
  ///
  /// (derived: l_k is the rate of log N(x; αμ_k, C_k)). Nothing is differenced. N×d.
  /// - Precondition: `velocity` has the shape of x.
  public func scoreRate(
    _ x: Matrix<Double>, velocity: Matrix<Double>, alphaRate: Double, sigmaSquaredRate: Double
  ) -> Matrix<Double> {
    precondition(
      velocity.rows == x.rows && velocity.columns == x.columns,
      "velocities \(velocity.rows) x \(velocity.columns) of \(x.rows) x \(x.columns) states")
    let (d, a2, slope) = (x.columns, alpha * alpha, 2 * alpha * alphaRate)
    func growth(_ lambda: Double) -> Double { slope * lambda + sigmaSquaredRate }
    let precisions = mixture.covarianceInverses(alpha: alpha, sigmaSquared: sigmaSquared)
    let growths = mixture.functions(growth)
    let traces = mixture.traces { growth($0) / (a2 * $0 + sigmaSquared) }
    let (gamma, scores) = (responsibilities(x), score(x))
    var result = Matrix<Double>(rows: x.rows, columns: d)
    result.forEachRowBlock(grain: 16) { range, block in
      var (offset, motion, pull) = (
        [Double](repeating: 0, count: d), [Double](repeating: 0, count: d),
        [Double](repeating: 0, count: d)
      )
      var (grown, turned) = (pull, pull)
      for (row, i) in range.enumerated() {
        // −s' = Σγg' + Σγl(g + s) − (Σγl)(Σγ(g + s)), and the last sum is 0.
        for k in 0..<mixture.componentCount {
          let weight = gamma[i, k]
          if isNegligible(weight) { continue }
          for a in 0..<d {
            let mean = mixture.means[k, a]
            offset[a] = x[i, a] - alpha * mean
            motion[a] = velocity[i, a] - alphaRate * mean
          }
          let shared = min(k, precisions.count - 1)
          precisions[shared].apply(offset.span, into: &pull)
          growths[shared].apply(pull.span, into: &grown)
          var rate = -0.5 * traces[shared]
          for a in 0..<d {
            rate += pull[a] * (0.5 * grown[a] - motion[a])
            motion[a] -= grown[a]
          }
          precisions[shared].apply(motion.span, into: &turned)
          for a in 0..<d {
            block[row * d + a] -= weight * (turned[a] + rate * (pull[a] + scores[i, a]))
          }
        }
      }
    }
    return result
  }

  /// The posterior's spread E[‖X_0 − E[X_0|x]‖² | x] for each row of x.
  ///
  /// Σ_k γ_k (tr σ²Σ_kC_k^{-1} + ‖e_k − Σ_j γ_j e_j‖²) with the means e_k of `posteriorMeanJacobian`:
  /// centred, so that it keeps its digits at every noise level. Its mean under p_t is the least error
  /// with which X_t determines X_0.
  public func posteriorVariance(_ x: Matrix<Double>) -> [Double] {
    let d = x.columns
    let gains = mixture.functions { alpha * $0 / (alpha * alpha * $0 + sigmaSquared) }
    let traces = mixture.traces { sigmaSquared * $0 / (alpha * alpha * $0 + sigmaSquared) }
    let (gamma, posterior) = (responsibilities(x), posteriorMean(x))
    var result = Matrix<Double>(rows: x.rows, columns: 1)
    result.forEachRowBlock(grain: 16) { range, block in
      var offset = [Double](repeating: 0, count: d)
      var mean = offset
      for (row, i) in range.enumerated() {
        for k in 0..<mixture.componentCount {
          let weight = gamma[i, k]
          if isNegligible(weight) { continue }
          for a in 0..<d { offset[a] = x[i, a] - alpha * mixture.means[k, a] }
          let shared = min(k, gains.count - 1)
          gains[shared].apply(offset.span, into: &mean)
          var square = traces[shared]
          for a in 0..<d {
            let distance = mixture.means[k, a] + mean[a] - posterior[i, a]
            square += distance * distance
          }
          block[row] += weight * square
        }
      }
    }
    return result.elements
  }
}

extension GaussianMixture {
  /// tr f(Σ_k) for each component, or once if all are equal.
  fileprivate func traces(_ f: (Double) -> Double) -> [Double] {
    let copies = spectrum.geometry == .isotropic ? Double(dimension) : 1
    return (0..<spectrum.lambda.rows).map { k in
      copies * spectrum.lambda[row: k].reduce(0) { $0 + f($1) }
    }
  }
}
