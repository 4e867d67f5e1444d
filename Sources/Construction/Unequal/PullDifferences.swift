import Arrays
import RealModule

/// The differences v_i − v_k of v_k(x) = C_k^{-1}(m_k − x), affine in x.
struct PullDifferences: Sendable {
  let components: [WhitenedComponent]
  /// C_k^{-1} − C_i^{-1}, the slope of v_i − v_k; only i < k are kept.
  private var slopes: [Matrix<Double>] = []
  private let count: Int

  init(_ components: [WhitenedComponent]) {
    self.components = components
    count = components.count
    for i in 0..<count {
      for k in i + 1..<count {
        slopes.append((components[k].precision - components[i].precision).rounded)
      }
    }
  }

  /// ±(C_k^{-1} − C_i^{-1}).
  func slope(_ i: Int, _ k: Int) -> Matrix<Double> {
    let (low, high) = (min(i, k), max(i, k))
    return slopes[low * (2 * count - low - 1) / 2 + high - low - 1]
  }

  /// v_i(x) − v_k(x).
  func value(_ i: Int, _ k: Int, at x: [DoubleDouble]) -> [Double] {
    zip(components[i].pull(at: x), components[k].pull(at: x)).map { ($0 - $1).value }
  }

  /// The moments of ‖v_i − v_k‖ under a normal law.
  func moments(_ i: Int, _ k: Int, _ law: NormalLaw, highest: Int) -> GaussianMoments {
    GaussianMoments(
      value(i, k, at: law.mean), slope: slope(i, k), law.factor, highest: highest)
  }

  /// A bound of the q-th moment's root of ‖v_i − v_k‖ under N_l, for even q up to 8, at O(d²).
  ///
  /// ‖A g‖² is a sum of squares of normal variables, and (E Z⁸)^{1/8} = 105^{1/8} < 1.79.
  func crude(_ i: Int, _ k: Int, under l: Int) -> Double {
    let component = components[l]
    return Norms.length(value(i, k, at: component.mean))
      + 1.79 * Norms.length(slope(i, k).elements) * Norms.length(component.factor.elements)
  }
}
