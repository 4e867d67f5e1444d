import RealModule

/// The bound on a multistep sampler's error that DMN minimises (Xue et al., CVPR 2024).
///
/// A data prediction at λ_i (λ = log(α/σ) = −log σ̂) is taken to err by ε_i = σ_i^p/α_i, α and σ of the
/// variance-preserving process at that λ. A step to λ_{s+1} is an exponential integral of e^λ times the
/// polynomial through up to three predictions; with H_0 = e^h − 1, H_1 = h e^h − H_0 and
/// H_2 = h² e^h − 2H_1 its weights are closed forms in the gaps h. The first and the last step use one
/// prediction, their neighbours two. The bound is Σ_i |ε_i Σ_s w_{s,i}|, except that the first
/// `truncation` steps enter by √(Σ_i (ε_i w_{s,i})²) each.
package struct DMNObjective: Sendable {
  /// λ at the first and the last positive level.
  package let first, last: Double
  /// The power p in ε.
  package let power: Double
  /// Steps whose errors are not added with their signs.
  package let truncation: Int

  /// The bound between two values of λ.
  package init(first: Double, last: Double, power: Double, truncation: Int) {
    (self.first, self.last, self.power, self.truncation) = (first, last, power, truncation)
  }

  /// The bound for gaps λ_{i+1} − λ_i > 0 that add up to `last − first`.
  ///
  /// With `smoothing` μ > 0, |c| is replaced by √(c² + μ²), which is differentiable.
  package func value(_ gaps: [Double], smoothing mu: Double = 0) -> Double {
    let n = gaps.count
    var lambda = [first]
    for gap in gaps { lambda.append(lambda[lambda.count - 1] + gap) }
    lambda[n] = last
    let growth = lambda.map { Double.exp($0) }
    let errors = lambda.map { l in
      // σ^p/α with α² = 1/(1 + e^{−2λ}), σ² = 1/(1 + e^{2λ}).
      Double.pow(1 + .exp(2 * l), -power / 2) * (1 + .exp(-2 * l)).squareRoot()
    }
    var (sums, result) = ([Double](repeating: 0, count: n), 0.0)
    for s in 0..<n {
      let weights = DMNObjective.weights(gaps, growth, step: s)
      let start = s + 1 - weights.count
      let terms = weights.indices.map { weights[$0] * errors[start + $0] }
      if weights.count == 1 {
        result += abs(terms[0])
      } else if s >= truncation {
        for (i, term) in terms.enumerated() { sums[start + i] += term }
      } else {
        result += terms.reduce(0) { $0 + $1 * $1 }.squareRoot()
      }
    }
    return result + sums.reduce(0) { $0 + (mu > 0 ? ($1 * $1 + mu * mu).squareRoot() : abs($1)) }
  }

  /// The weights of the predictions that step s uses, the oldest first.
  ///
  /// They are ∫ e^λ ℓ_i(λ) dλ over the step, ℓ_i the Lagrange polynomials of those predictions' λ.
  package static func weights(_ h: [Double], _ growth: [Double], step s: Int) -> [Double] {
    let n = h.count
    if s == 0 || s == n - 1 { return [growth[s + 1] - growth[s]] }
    // H_j(h) = ∫_0^h e^τ τ^j dτ for j = 1, 2 up to sign and order: e^{λ_s} times it is the moment.
    let h0 = Double.expMinusOne(h[s])
    let h1 = Double.exp(h[s]) * h[s] - h0
    let scale = growth[s]
    if s == 1 || s == n - 2 {
      let a = h[s - 1]
      return [-scale * h1 / a, scale * (h1 + a * h0) / a]
    }
    let h2 = Double.exp(h[s]) * h[s] * h[s] - 2 * h1
    let (a, b) = (h[s - 2], h[s - 1])
    return [
      scale * (h2 + b * h1) / (a * (a + b)), -scale * (h2 + (a + b) * h1) / (a * b),
      scale * (h2 + (2 * b + a) * h1 + b * (a + b) * h0) / (b * (a + b)),
    ]
  }
}
