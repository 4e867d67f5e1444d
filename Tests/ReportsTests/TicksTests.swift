import Arrays
import Reports
import Testing

@Suite struct TicksTests {
  private func check(_ ticks: Ticks, _ lower: Double, _ upper: Double) {
    let values = ticks.major.map(\.value)
    #expect((3...10).contains(values.count), "\(values) in \(lower)...\(upper)")
    #expect(values.allSatisfy { $0 >= lower && $0 <= upper }, "\(values) in \(lower)...\(upper)")
    #expect(zip(values, values.dropFirst()).allSatisfy(<), "\(values) in \(lower)...\(upper)")
    #expect(ticks.minor.allSatisfy { $0 >= lower && $0 <= upper && !values.contains($0) })
    let texts = ticks.major.map { "\($0.label.text)^\($0.label.power ?? 0)" }
    #expect(Set(texts).count == texts.count, "\(texts) in \(lower)...\(upper)")
  }

  @Test(arguments: 0..<64) func linear(seed: UInt64) {
    let uniforms = RandomStream(seed: seed).uniforms(200)
    for index in stride(from: 0, to: 200, by: 2) {
      let width = Ticks.value(of: 1, power: index - 100) * (0.1 + uniforms[index])
      let lower = (uniforms[index + 1] - 0.5) * width * (index % 3 == 0 ? 1e6 : 3)
      check(.linear(lower, lower + width), lower, lower + width)
    }
  }

  @Test(arguments: 0..<64) func logarithmic(seed: UInt64) {
    let uniforms = RandomStream(seed: seed).uniforms(200)
    for index in stride(from: 0, to: 200, by: 2) {
      let lower = Ticks.value(of: 1, power: index - 140) * (0.1 + uniforms[index])
      let span = uniforms[index + 1]
      let factor = index % 4 == 0 ? 1.001 + span : Ticks.value(of: 2, power: Int(span * 60))
      check(.logarithmic(lower, lower * factor), lower, lower * factor)
    }
  }

  @Test func labels() {
    func texts(_ ticks: Ticks) -> [String] {
      ticks.major.map { $0.label.text + ($0.label.power.map { "^\($0)" } ?? "") }
    }
    #expect(texts(.linear(0, 1)) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(texts(.linear(-3, 3)) == ["−3", "−2", "−1", "0", "1", "2", "3"])
    #expect(texts(.linear(0, 4e-5)) == ["0", "1×10^-5", "2×10^-5", "3×10^-5", "4×10^-5"])
    #expect(texts(.logarithmic(0.009, 2000)) == ["0.01", "0.1", "1", "10", "100", "1000"])
    #expect(texts(.logarithmic(1e-5, 100)) == (-5...2).map { "10^\($0)" })
    #expect(texts(.logarithmic(4, 60)) == ["5", "10", "20", "50"])
    #expect(texts(.logarithmic(1e-100, 1e100)).count <= 10)
  }
}
