public import Arrays
public import Mixtures
import Networks
import RealModule

/// How the size of a constructed score grows with one quantity while the others stay.
///
/// The mixtures are like the paper's: equal weights, means uniform in [−5, 5]^d, one variance σ_0².
public struct SizeSweep: Sendable {
  /// The quantity that grows.
  public enum Quantity: String, Sendable, CaseIterable {
    /// The number of components K, in 16 dimensions with σ_0 = 1.
    case components
    /// The dimension d, with 8 components and σ_0 = 1.
    case dimension
    /// The largest distance of two means in units of σ_0, D/σ_0, with 8 components in 16 dimensions.
    case separation
  }

  /// One network's size.
  public struct Row: Sendable, Equatable {
    /// The quantity.
    public let value: Double
    /// Hidden layers.
    public let depth: Int
    /// The most neurons of a hidden layer.
    public let width: Int
    /// Weights that are not zero.
    public let weights: Int
  }

  /// The quantity.
  public let quantity: Quantity
  /// The sizes; a row is left out where rounding makes the tolerance unreachable.
  public let rows: [Row]

  /// The sizes at one time and tolerance, relative to the score.
  ///
  /// - Parameters:
  ///   - quantity: what grows.
  ///   - tolerance: relative to ‖s‖_{L²(p_t)}.
  ///   - marginal: whose α and σ² are used.
  ///   - variant: the networks' layout.
  ///   - random: of the means.
  /// - Throws: `ConstructionError` for a bad tolerance.
  public init(
    _ quantity: Quantity, tolerance: Double, like marginal: Marginal,
    variant: NetworkVariant = .mixed, random: RandomStream
  ) throws(ConstructionError) {
    self.quantity = quantity
    var rows: [Row] = []
    for step in 1...6 {
      let power = 1 << step
      let (k, d) = (
        quantity == .components ? power : 8, quantity == .dimension ? power : 16
      )
      let means = SizeSweep.means(k, d, random)
      let diameter = SizeSweep.diameter(means)
      let separation = Double.pow(4, Double(step))
      let sigma0 = quantity == .separation ? diameter / separation : 1
      let weights = [Double](repeating: 1 / Double(k), count: k)
      let variances = [Double](repeating: sigma0 * sigma0, count: k)
      let mixture = try? GaussianMixture(
        weights: weights, means: means, covariances: .spherical(variances))
      guard let mixture else { continue }
      let scaled = Marginal(mixture, alpha: marginal.alpha, sigmaSquared: marginal.sigmaSquared)
      do {
        let network = try ConstructedScore(scaled, tolerance: tolerance, variant: variant).network
        rows.append(
          Row(
            value: quantity == .separation ? separation : Double(power),
            depth: network.hiddenLayers, width: network.width, weights: network.weightCount))
      } catch .unreachable {
        continue
      }
    }
    self.rows = rows
  }

  private static func means(_ k: Int, _ d: Int, _ random: RandomStream) -> Matrix<Double> {
    let uniforms = random.substream("means").uniforms(k * d)
    return Matrix(rows: k, columns: d, elements: uniforms.map { 10 * $0 - 5 })
  }

  private static func diameter(_ means: Matrix<Double>) -> Double {
    var result = 0.0
    for i in 0..<means.rows {
      for j in 0..<i {
        result = max(result, Norms.length(Norms.difference(means[row: i], means[row: j])))
      }
    }
    return result
  }
}
