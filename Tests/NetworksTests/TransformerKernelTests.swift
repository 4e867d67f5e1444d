import Arrays
import Foundation
import Testing

extension NetworksTests {
  @Suite struct TransformerKernelTests {
    /// Φ(x) and φ(x).
    static func normal(_ x: Double) -> (cumulative: Double, density: Double) {
      (erfc(-x / 2.0.squareRoot()) / 2, exp(-x * x / 2) / (2 * Double.pi).squareRoot())
    }

    @Test func geluMatchesTheLibrarysErf() {
      // All magnitudes from the smallest that matter to those with Φ = 0 or 1, and 0 itself.
      let points = (-4000...4000).map { Float($0) * 0.004 } + [1e-20, -1e-20, 40, -40]
      var (z, a) = (points, points)
      Float.gelu(count: points.count, &z, into: &a)
      for (i, point) in points.enumerated() {
        let x = Double(point)
        let (cumulative, density) = Self.normal(x)
        #expect(abs(Double(a[i]) - x * cumulative) <= 2e-7 * max(1, abs(x)), "gelu(\(x))")
        #expect(abs(Double(z[i]) - cumulative - x * density) <= 5e-7, "slope at \(x)")
      }
      var doubles = points.map(Double.init)
      var values = doubles
      Double.gelu(count: points.count, &doubles, into: &values)
      for (i, point) in points.enumerated() {
        let x = Double(point)
        #expect(abs(values[i] - x * Self.normal(x).cumulative) <= 1e-15 * max(1, abs(x)))
      }
    }

    @Test func notANumberIsSeen() {
      var z: [Float] = [.nan, 1]
      var a = z
      Float.gelu(count: 2, &z, into: &a)
      #expect(a[0].isNaN && z[0].isNaN && !a[1].isNaN)
      var x: [Float] = [1, .nan, 0, 1, 2, 3]
      Float.softmax(rows: 2, columns: 3, &x)
      #expect(x[..<3].contains { $0.isNaN } && x[3...].allSatisfy { !$0.isNaN })
    }

    @Test func softmaxIsSafeAndExact() {
      let rows: [[Double]] = [
        [0, 0, 0, 0], [1000, 0, -1000, 999.5], [-1e30, -2e30, -3e30, -1e30],
        [0.5, -80, -90, -100], [3, 2, 1, 0],
      ]
      var x = rows.flatMap { $0 }.map(Float.init)
      Float.softmax(rows: rows.count, columns: 4, &x)
      for (i, row) in rows.enumerated() {
        let top = row.max() ?? 0
        let sum = row.reduce(0) { $0 + exp($1 - top) }
        for (j, value) in row.enumerated() {
          #expect(abs(Double(x[4 * i + j]) - exp(value - top) / sum) < 2e-7)
        }
      }
    }

    @Test func constantRowsNormaliseToZero() {
      var (normalised, inverse, y) = ([Float](repeating: 9, count: 6), [Float(9), 9], [Float]())
      y = normalised
      Float.layerNorm(
        scale: [2, 2, 2, 1, 2, 3], [5, 5, 5, -1e4, 0, 1e4], normalised: &normalised,
        inverseDeviation: &inverse, into: &y)
      #expect(y[..<3] == [1, 2, 3])
      #expect(abs(inverse[0] - 1 / Float(1e-5).squareRoot()) < 1e-2)
      #expect(abs(y[5] - (3 + 2 * Float(1.5).squareRoot())) < 1e-5)
    }
  }
}
