import Arrays
import Stability
import Testing

private func total(_ matrix: Matrix<Double>, _ columns: [Int]) -> Double {
  columns.enumerated().reduce(0) { $0 + matrix[$1.offset, $1.element] }
}

/// All orders of 0..<n.
private func permutations(_ n: Int) -> [[Int]] {
  if n == 0 { return [[]] }
  return permutations(n - 1).flatMap { shorter in
    (0..<n).map { place in
      var longer = shorter
      longer.insert(n - 1, at: place)
      return longer
    }
  }
}

/// Small problems, with ties and negative costs, against all permutations.
@Test func assignmentsAreTheBestOfAll() {
  for n in 1...6 {
    let all = permutations(n)
    for seed in 0..<30 {
      let u = RandomStream(seed: 71).substream(UInt64(100 * n + seed)).uniforms(n * n)
      // Few different values in every third case.
      let values = u.map { seed % 3 == 0 ? ($0 * 4).rounded() : 20 * $0 - 10 }
      let matrix = Matrix(rows: n, columns: n, elements: values)
      let (low, high) = (AssignmentSolver.minimise(matrix), AssignmentSolver.maximise(matrix))
      #expect(Set(low).count == n && Set(high).count == n)
      let totals = all.map { total(matrix, $0) }
      #expect(abs(total(matrix, low) - totals.reduce(.infinity, min)) < 1e-12)
      #expect(abs(total(matrix, high) - totals.reduce(-.infinity, max)) < 1e-12)
    }
  }
}

/// Totals of scipy.optimize.linear_sum_assignment (SciPy 1.17.1) for
/// cost(i, j) = (37i² + 101j² + 17ij(i + j) + 5i) mod 1009.
@Test(arguments: [
  (1, 0, 0), (2, 143, 177), (3, 739, 1011), (5, 1015, 3997), (8, 1384, 7077), (20, 1997, 18450),
  (50, 1681, 48511), (100, 1564, 99061),
]) func assignmentsAgreeWithSciPy(n: Int, least: Int, greatest: Int) {
  var cost = Matrix<Double>(rows: n, columns: n)
  for i in 0..<n {
    for j in 0..<n {
      cost[i, j] = Double((37 * i * i + 101 * j * j + 17 * i * j * (i + j) + 5 * i) % 1009)
    }
  }
  #expect(total(cost, AssignmentSolver.minimise(cost)) == Double(least))
  #expect(total(cost, AssignmentSolver.maximise(cost)) == Double(greatest))
}
