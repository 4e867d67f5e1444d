import Arrays

/// The logits constant_k − ½‖W_k (x_i − m_k)‖² of a block of rows x_i, those that matter.
///
/// A squared norm is at least the sum over some of its coordinates, here an eighth, in which the other means
/// are farthest: every logit has the upper bound u_ik. The component of the largest bound is computed in full,
/// which gives ℓ_i, and so are those with u_ik ≥ ℓ_i − 80. The others are set to −∞: together they hold less
/// than K e^{−80} of the likelihood of their row, which the rounding of its logarithm hides for any K below
/// 10^18. On the digits that leaves 3.9 components of twenty for a row, and .29 of the products; with the
/// coordinates of least variance, where pixels that never change are first, it was 13.6 and .76.
struct BoundedLogits {
  private let means: Matrix<Double>
  private let whitenings: [Matrix<Double>]
  private let constants: [Double]
  /// Rows, their coordinates, and how many of these the bounds take.
  private let (n, d, leading): (Int, Int, Int)
  private var difference: [Double]
  private var white: [Double]
  private var rows: [UInt32]

  /// Logits of the components with these means and W_k, whose rows are in the order of `separating`, for
  /// blocks of `n` rows.
  init(rows n: Int, means: Matrix<Double>, whitenings: [Matrix<Double>], constants: [Double]) {
    (self.means, self.whitenings, self.constants) = (means, whitenings, constants)
    (self.n, d) = (n, means.columns)
    leading = means.rows < 3 ? d : min(d, max(8, d / 8))
    difference = Array(repeating: 0, count: n * d)
    white = Array(repeating: 0, count: n * d)
    rows = Array(repeating: 0, count: n)
  }

  /// The rows of W_j, those first in which the other means are farthest: in descending order of
  /// Σ_k w_k (W_j (m_k − m_j))_a².
  static func separating(
    _ whitening: Matrix<Double>, of j: Int, means: Matrix<Double>, weights: [Double]
  ) -> Matrix<Double> {
    let z = Gemm.product(means, transposed: whitening)
    let d = means.columns
    let squares = (0..<d).map { a in
      weights.indices.reduce(0) { sum, k in
        sum + weights[k] * (z[k, a] - z[j, a]) * (z[k, a] - z[j, a])
      }
    }
    let order = (0..<d).sorted { (squares[$1], $0) < (squares[$0], $1) }
    return Matrix(
      rows: d, columns: d, elements: order.flatMap { whitening[row: $0] })
  }

  /// Fills the n×K `logits` for the n×d block `x`.
  mutating func fill(_ logits: inout MutableSpan<Double>, _ x: Span<Double>) {
    let k = means.rows
    for i in 0..<n {
      rows[i] = UInt32(i)
      for j in 0..<k { logits[i * k + j] = constants[j] }
    }
    for j in 0..<k { subtract(0..<leading, of: j, count: n, x, from: &logits) }
    guard leading < d else { return }
    let likeliest = (0..<n).map { i in
      (1..<k).reduce(0) { logits[i * k + $1] > logits[i * k + $0] ? $1 : $0 }
    }
    for j in 0..<k { complete(j, x, &logits) { i, _ in likeliest[i] == j } }
    let floors = (0..<n).map { logits[$0 * k + likeliest[$0]] - 80 }
    for j in 0..<k {
      complete(j, x, &logits) { i, bound in likeliest[i] != j && !(bound < floors[i]) }
      for i in 0..<n where likeliest[i] != j && logits[i * k + j] < floors[i] {
        logits[i * k + j] = -.infinity
      }
    }
  }

  /// Subtracts the other coordinates of component `j` at the rows that `include`, given the row and
  /// its bound, takes.
  private mutating func complete(
    _ j: Int, _ x: Span<Double>, _ logits: inout MutableSpan<Double>,
    _ include: (Int, Double) -> Bool
  ) {
    var count = 0
    for i in 0..<n where include(i, logits[i * means.rows + j]) {
      rows[count] = UInt32(i)
      count += 1
    }
    subtract(leading..<d, of: j, count: count, x, from: &logits)
  }

  /// logits_ij −= ½ Σ (W_j (x_i − m_j))_a² over `coordinates` for the first `count` of `rows`.
  private mutating func subtract(
    _ coordinates: Range<Int>, of j: Int, count: Int, _ x: Span<Double>,
    from logits: inout MutableSpan<Double>
  ) {
    if count == 0 { return }
    let (means, whitening, rows) = (means, whitenings[j], rows)
    var target = difference.mutableSpan
    MixtureFitKernels.differences(
      x, rows: rows.span, count: count,
      mean: means.elements.span.extracting(means.elementRange(j..<j + 1)), into: &target)
    let (difference, dimension) = (difference, d)
    var z = white.mutableSpan
    Gemm.multiplySerially(
      m: count, n: coordinates.count, k: dimension, difference.span,
      whitening.elements.span.extracting(whitening.elementRange(coordinates)), transposed: true,
      into: &z)
    MixtureFitKernels.subtractHalfSquares(
      white.span, dimension: coordinates.count, rows: rows.span, count: count, column: j,
      of: means.rows, from: &logits)
  }
}
