import Arrays
import Reports
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0.0427, 3, "0.0427"), (0.04271, 3, "0.0427"), (1234.5, 3, "1235"), (0, 3, "0"),
    (-0.0, 3, "0"), (1, 3, "1.00"), (-2.5, 2, "−2.5"), (4.27e-7, 3, "4.27e-7"),
    (9.996, 3, "10.0"), (0.0009996, 3, "0.00100"), (999_999.6, 3, "1.00e6"),
    (1e6, 3, "1.00e6"), (-1.5e300, 2, "−1.5e300"), (.leastNonzeroMagnitude, 2, "5.0e-324"),
    (.infinity, 3, "∞"), (-.infinity, 3, "−∞"), (.nan, 3, "undefined"), (210.09, 5, "210.09"),
  ])
  func significant(value: Double, digits: Int, expected: String) {
    #expect(NumberText.significant(value, digits: digits) == expected)
  }

  @Test(arguments: [
    (0.0427, 0.0003, "0.0427 ± 0.0003"), (1.296, 0.006, "1.296 ± 0.006"),
    (210.09, 12, "210 ± 12"), (0.5, 0.013, "0.500 ± 0.013"), (0.5, 0.096, "0.50 ± 0.10"),
    (4.27e-7, 3e-9, "(4.27 ± 0.03)e-7"), (-3.14159, 0.02, "−3.14 ± 0.02"),
    (0.01, 0.3, "0.0 ± 0.3"), (12345678, 400_000, "(1.23 ± 0.04)e7"), (1, 0, "1.00 ± 0"),
    (1, .nan, "1.00 ± unknown"), (1, .infinity, "1.00 ± ∞"), (.infinity, 1, "∞"),
    (0, 0.02, "0.00 ± 0.02"), (-0.001, 0.02, "0.00 ± 0.02"),
  ])
  func estimate(value: Double, error: Double, expected: String) {
    #expect(NumberText.estimate(value, standardError: error) == expected)
  }

  @Test func otherStyles() {
    #expect(NumberText.fixed(2.345, decimals: 2) == "2.35")
    #expect(NumberText.fixed(-0.001, decimals: 2) == "0.00")
    #expect(NumberText.fixed(1e21, decimals: 1) == "1000000000000000000000.0")
    #expect(NumberText.percent(0.1234) == "12.3\u{202F}%")
    #expect(NumberText.percent(.nan) == "undefined")
    #expect(NumberText.count(9999) == "9999")
    #expect(NumberText.count(-1_234_567) == "−1\u{202F}234\u{202F}567")
    #expect(NumberText.count(.min).hasPrefix("−9"))
  }

  /// Seventeen digits read back to the same number.
  @Test(arguments: 0..<16) func expansionIsExact(seed: UInt64) throws {
    for (index, uniform) in RandomStream(seed: seed).uniforms(64).enumerated() {
      let value = Ticks.value(of: 1, power: index * 9 - 290) * uniform
      let text = NumberText.significant(value, digits: 17)
      #expect(Double(text) == value, "\(text) of \(value)")
    }
  }
}
