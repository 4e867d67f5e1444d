public import Arrays

/// The linear assignment problem on a dense matrix: each row gets a column of its own.
///
/// Shortest augmenting paths with dual variables (the augmentation of Jonker and Volgenant, 1987),
/// O(n³).
public enum AssignmentSolver {
  /// The permutation σ that maximises Σ_i gain(i, σ(i)).
  ///
  /// - Precondition: the matrix is square and finite.
  public static func maximise(_ gain: Matrix<Double>) -> [Int] {
    minimise(Matrix(rows: gain.rows, columns: gain.columns, elements: gain.elements.map { -$0 }))
  }

  /// The permutation σ that minimises Σ_i cost(i, σ(i)).
  ///
  /// - Precondition: the matrix is square and finite.
  public static func minimise(_ cost: Matrix<Double>) -> [Int] {
    precondition(
      cost.rows == cost.columns && cost.isFinite, "\(cost.rows) x \(cost.columns) costs")
    let n = cost.rows
    var search = AugmentingPaths(cost)
    for row in 0..<n { search.insert(row) }
    var columns = [Int](repeating: 0, count: n)
    for (column, row) in search.rowOfColumn.enumerated() { columns[row] = column }
    return columns
  }
}

/// A matching that grows by one row at a time, with prices that prove it optimal: the reduced cost
/// cost(i, j) − u_i − v_j is never negative and is zero on the matching.
private struct AugmentingPaths {
  private let cost: Matrix<Double>
  private var rowPrice: [Double]
  private var columnPrice: [Double]
  /// The row of each column, or −1.
  private(set) var rowOfColumn: [Int]

  init(_ cost: Matrix<Double>) {
    self.cost = cost
    let n = cost.rows
    rowPrice = Array(repeating: 0, count: n)
    columnPrice = (0..<n).map { j in (0..<n).reduce(.infinity) { min($0, cost[$1, j]) } }
    rowOfColumn = Array(repeating: -1, count: n)
  }

  /// Matches one more row, along the shortest path (in reduced costs) to a free column.
  mutating func insert(_ first: Int) {
    let n = rowPrice.count
    var shortest = [Double](repeating: .infinity, count: n)
    var previous = [Int](repeating: -1, count: n)
    var scanned = [Bool](repeating: false, count: n)
    var (row, length, last) = (first, 0.0, -1)
    while true {
      let offset = length - rowPrice[row]
      var (next, best) = (-1, Double.infinity)
      for j in 0..<n where !scanned[j] {
        let candidate = cost[row, j] - columnPrice[j] + offset
        if candidate < shortest[j] { (shortest[j], previous[j]) = (candidate, last) }
        // A free column ends the search: among equals it is the one to take.
        if shortest[j] < best || (shortest[j] == best && rowOfColumn[j] < 0) {
          (next, best) = (j, shortest[j])
        }
      }
      (length, last) = (best, next)
      scanned[next] = true
      guard rowOfColumn[next] >= 0 else { break }
      row = rowOfColumn[next]
    }
    rowPrice[first] += length
    for j in 0..<n where scanned[j] && rowOfColumn[j] >= 0 {
      rowPrice[rowOfColumn[j]] += length - shortest[j]
      columnPrice[j] -= length - shortest[j]
    }
    // Along the path every column takes the row of its predecessor.
    while last >= 0 {
      let before = previous[last]
      rowOfColumn[last] = before >= 0 ? rowOfColumn[before] : first
      last = before
    }
  }
}
