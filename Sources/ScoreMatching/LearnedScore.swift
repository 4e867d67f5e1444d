import Arrays
public import Networks
import RealModule

/// A score network: the Gaussian of the data's moments, and a perceptron for what is not Gaussian.
///
/// In the variables of `DataMoments` it estimates the data from noisy data by
/// ```
/// D_i = m_i + λ_i α/s_i² (x_i − α m_i) + (σ√λ_i/s_i) N_i(z, θ)
/// ```
/// (EDM's preconditioning, Karras et al., 2022, axis by axis: c_skip and c_in those of the Gaussian on
/// that axis, c_out the deviation that the Gaussian leaves to be guessed). With N = 0 it is exactly the
/// posterior mean of that Gaussian. N is a perceptron with the smooth rectifier (z + √(z² + 1))/2, so
/// that the flow has derivatives of all orders. It takes z and cos 2kθ, sin 2kθ for k = 1, 2, 4, 8, and
/// knows no process: one network serves all of them.
public struct LearnedScore: Sendable, Equatable {
  /// Multiples of 2θ whose cosine and sine the network takes.
  static let harmonics = [1, 2, 4, 8]
  /// The number of inputs beside z.
  static let featureCount = 2 * harmonics.count

  /// The Gaussian.
  public let moments: DataMoments
  /// N.
  public let network: Network
  /// How it was learnt.
  public let record: ScoreRecord

  /// A score from its parts.
  ///
  /// - Precondition: the network has the shape that the moments ask for.
  public init(moments: DataMoments, network: Network, record: ScoreRecord) {
    precondition(
      network.inputDimension == moments.dimension + LearnedScore.featureCount
        && network.outputDimension == moments.dimension, "a network of another shape")
    (self.moments, self.network, self.record) = (moments, network, record)
  }

  /// The number of coordinates d.
  public var dimension: Int { moments.dimension }

  /// The shape of the network for d coordinates.
  static func architecture(dimension d: Int, hiddenWidths: [Int]) -> Architecture {
    .mlp(dimensions: [d + featureCount] + hiddenWidths + [d], activations: [.squareplus])
  }

  /// What the network takes: z with the features of each row's angle behind it.
  static func inputs(_ z: Matrix<Double>, angles: [Double]) -> Matrix<Double> {
    let width = z.columns + featureCount
    var elements: [Double] = []
    elements.reserveCapacity(z.rows * width)
    for i in 0..<z.rows {
      elements.append(contentsOf: z.elements[i * z.columns..<(i + 1) * z.columns])
      for k in harmonics {
        let phase = 2 * Double(k) * angles[i]
        elements.append(.cos(phase))
        elements.append(.sin(phase))
      }
    }
    return Matrix(rows: z.rows, columns: width, elements: elements)
  }
}
