import Arrays
import Testing

/// All tests of this module, one after another: some change the number of threads.
@Suite(.serialized) struct ArraysTests {}

/// SplitMix64 (Steele, Lea and Flood, 2014): a source independent of the module under test.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Numbers in the range.
  mutating func numbers(_ count: Int, _ range: ClosedRange<Double> = -1...1) -> [Double] {
    (0..<count).map { _ in Double.random(in: range, using: &self) }
  }

  /// Small whole numbers, whose sums of products every precision holds exactly.
  mutating func wholeMatrix(_ rows: Int, _ columns: Int) -> Matrix<Double> {
    Matrix(
      rows: rows, columns: columns,
      elements: (0..<rows * columns).map { _ in Double(Int.random(in: -8...8, using: &self)) })
  }
}

/// op(a) op(b), one sum after the other.
func naiveProduct(
  _ a: Matrix<Double>, _ transposeA: Bool, _ b: Matrix<Double>, _ transposeB: Bool
) -> Matrix<Double> {
  let a = transposeA ? a.transposed : a
  let b = transposeB ? b.transposed : b
  var c = Matrix<Double>(rows: a.rows, columns: b.columns)
  for i in 0..<a.rows {
    for j in 0..<b.columns {
      for t in 0..<a.columns { c[i, j] += a[i, t] * b[t, j] }
    }
  }
  return c
}

/// Expects that numbers agree to within `tolerance` of the largest magnitude expected, or of one.
func expectClose(
  _ found: [Double], _ expected: [Double], _ tolerance: Double,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  let scale = expected.reduce(1) { max($0, abs($1)) }
  let wrong = zip(found, expected).enumerated().first {
    !(abs($1.0 - $1.1) <= tolerance * scale)
  }
  if let wrong { Issue.record("\(wrong)", sourceLocation: sourceLocation) }
}

/// Expects the same bits from one, two and five threads.
func expectSameOnAllThreads<T: BinaryFloatingPoint>(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () -> [T]
) {
  let before = Parallel.threadCount
  defer { Parallel.threadCount = before }
  let results = [1, 2, 5].map { count in
    Parallel.threadCount = count
    return body()
  }
  for result in results[1...] {
    let isSame =
      result.count == results[0].count
      && zip(result, results[0]).allSatisfy {
        $0.sign == $1.sign && $0.exponentBitPattern == $1.exponentBitPattern
          && $0.significandBitPattern == $1.significandBitPattern
      }
    #expect(isSame, sourceLocation: sourceLocation)
  }
}
