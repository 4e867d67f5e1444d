import Arrays
import RealModule

extension NoisyComponents {
  /// Rows evaluated together: enough for BLAS, few enough for the second-level cache.
  private static let grain = 128

  /// The expectation step: fills `gamma` (N×K) with the responsibilities
  /// γ_ik = w_k N(x_i; m_k, C_k) / Σ_j w_j N(x_i; m_j, C_j), by log-sum-exp, and returns the mean
  /// log-likelihood of the rows of `x` (N×d, centred).
  ///
  /// Block sums are added in order, so the value does not depend on the number of threads.
  func expectation(_ x: Matrix<Double>, into gamma: inout Matrix<Double>) -> Double {
    let (d, k) = (means.columns, means.rows)
    let determinants = spectra.map { $0.logDeterminant(d) }
    let constants = weights.indices.map {
      .log(weights[$0]) - 0.5 * determinants[min($0, determinants.count - 1)]
    }
    let sums =
      type == .full
      ? fullSums(x, constants, into: &gamma) : scaledSums(x, constants, into: &gamma)
    precondition(gamma.columns == k, "\(gamma.columns) columns for \(k) components")
    return sums.reduce(0, +) / Double(x.rows) - 0.5 * Double(d) * .log(2 * .pi)
  }

  /// Spherical, diagonal and tied: weighted squares of differences, in the white frame if tied.
  private func scaledSums(
    _ x: Matrix<Double>, _ constants: [Double], into gamma: inout Matrix<Double>
  ) -> [Double] {
    let (d, k) = (means.columns, means.rows)
    var (x, means) = (x, means)
    var inverse = Matrix<Double>(rows: k, columns: d, repeating: 1)
    if let whitening = spectra[0].whiteningRows {
      x = Gemm.product(x, transposed: whitening)
      means = Gemm.product(means, transposed: whitening)
    } else {
      for j in 0..<k {
        let values = spectra[j].values
        for a in 0..<d { inverse[j, a] = 1 / values[values.count == 1 ? 0 : a] }
      }
    }
    let (samples, centres, inverses) = (x, means, inverse)
    return gamma.mapRowBlocks(grain: NoisyComponents.grain) { range, block in
      MixtureFitKernels.scaledLogits(
        samples.elements.span.extracting(samples.elementRange(range)), means: centres,
        inverse: inverses, constants: constants,
        into: &block)
      return GaussianKernels.softmax(rows: range.count, columns: k, &block).reduce(0, +)
    }
  }

  /// Full covariances: log w_k N(x_i; m_k, C_k) = constant_k − ½‖W_k (x_i − m_k)‖², the differences
  /// first, since W x − W m would lose digits for components far from the centre.
  private func fullSums(
    _ x: Matrix<Double>, _ constants: [Double], into gamma: inout Matrix<Double>
  ) -> [Double] {
    let (means, weights) = (means, weights)
    let whitenings = Parallel.map(means.rows) { j in
      guard let rows = spectra[j].whiteningRows else { preconditionFailure("no eigenvectors") }
      return BoundedLogits.separating(rows, of: j, means: means, weights: weights)
    }
    return gamma.mapRowBlocks(grain: 2 * NoisyComponents.grain) { range, block in
      var logits = BoundedLogits(
        rows: range.count, means: means, whitenings: whitenings, constants: constants)
      logits.fill(&block, x.elements.span.extracting(x.elementRange(range)))
      return GaussianKernels.softmax(rows: range.count, columns: means.rows, &block).reduce(0, +)
    }
  }
}

extension Matrix {
  /// Where the elements of the rows in `range` lie.
  func elementRange(_ range: Range<Int>) -> Range<Int> {
    range.lowerBound * columns..<range.upperBound * columns
  }
}
