import Arrays
import Foundation
import Networks
import Testing

extension NetworksTests {
  @Suite struct AdamWTests {
    /// The lines of numbers of `Fixtures/adamw.txt`, written by `adamw.py` with PyTorch.
    static func fixture() throws -> [[Double]] {
      let url = try #require(
        Bundle.module.url(forResource: "adamw", withExtension: "txt", subdirectory: "Fixtures"))
      return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
    }

    @Test func matchesPyTorch() throws {
      let lines = try Self.fixture()
      try #require(lines.count == 1 + 4 * 20)
      var parameters = lines[0].map(Float.init)
      var settings = AdamW.Settings()
      settings.weightDecay = 0.05
      settings.maximumGradientNorm = 1.5
      settings.parameterBound = 0.9
      var optimizer = AdamW(parameterCount: parameters.count, settings: settings)
      for step in 0..<20 {
        let part = lines[(1 + 4 * step)..<(5 + 4 * step)].map { $0 }
        let norm = optimizer.step(
          &parameters, gradient: part[1].map(Float.init), learningRate: Float(part[0][0]))
        #expect(abs(norm - part[2][0]) <= 1e-12 * norm)
        for (p, expected) in zip(parameters, part[3]) { #expect(abs(Double(p) - expected) < 1e-6) }
      }
      #expect(optimizer.stepCount == 20)
      #expect(parameters.contains { abs($0) == 0.9 }, "the clamp was never met")
    }

    @Test func nonFiniteGradientChangesNothing() {
      var parameters: [Float] = [1, 2]
      var optimizer = AdamW(parameterCount: 2)
      let before = optimizer
      let norm = optimizer.step(&parameters, gradient: [.nan, 1], learningRate: 0.1)
      #expect(norm.isNaN)
      #expect(parameters == [1, 2])
      #expect(optimizer == before)
    }

    @Test func schedules() {
      #expect(ConstantRate(0.5)(17) == 0.5)
      let cosine = CosineRate(peak: 1, floor: 0.1, warmUp: 4, steps: 104)
      #expect((0..<4).map { cosine($0) } == [0.25, 0.5, 0.75, 1])
      #expect(cosine(4) == 1)
      #expect(abs(cosine(54) - 0.55) < 1e-6)
      #expect(abs(cosine(104) - 0.1) < 1e-7)
      #expect(cosine(1000) == cosine(104))
      #expect((4..<104).allSatisfy { cosine($0) >= cosine($0 + 1) })
    }
  }
}
