import Formats
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import Stability
import TestSupport
import Testing

@Suite struct ProfileTests {
  private static func profile(_ text: String) throws -> ProfileDensity {
    try ProfileDensity(try CSV.parse(Array(text.utf8), path: "p.csv"), path: "p.csv")
  }

  private static func request(_ n: Int, end: Double = 0) throws -> GridRequest {
    var request = GridRequest(try paperFlow(), segments: n)
    request.end = end
    return request
  }

  /// rate = 2t: the integral is t², whatever the scale and the points.
  @Test(arguments: ["t,rate\n0,0\n1,2\n", "t,rate\n0,0\n0.3,3e307\n0.4,4e307\n1,1e308\n"])
  func linearRatesGiveSquareRoots(text: String) throws {
    let profile = try ProfileTests.profile(text)
    let times = try profile.grid(ProfileTests.request(5)).times
    for k in 0...5 { #expect(abs(times[k] - (1 - Double(k) / 5).squareRoot()) < 1e-12) }
    let short = try profile.grid(ProfileTests.request(4, end: 0.5)).times
    for k in 0...4 {
      #expect(abs(short[k] - (1 - 0.75 * Double(k) / 4).squareRoot()) < 1e-12)
    }
    let grid = try profile.grid(ProfileTests.request(3))
    #expect(grid.rule == "profile" && grid.kind == .estimate)
  }

  /// Segments carry equal parts of an integral that the midpoint rule computes.
  @Test func partsAreEqual() throws {
    let rates: [Double] = (0...40).map { i in 1 + .sin(9 * Double(i) / 40) }
    let text = "t,rate\n" + rates.indices.map { "\(Double($0) / 40),\(rates[$0])\n" }.joined()
    let times = try ProfileTests.profile(text).grid(ProfileTests.request(6)).times
    func rate(_ t: Double) -> Double {
      let k = min(Int(t * 40), 39)
      return rates[k] + (t * 40 - Double(k)) * (rates[k + 1] - rates[k])
    }
    func integral(_ a: Double, _ b: Double) -> Double {
      let step = (b - a) / 20_000
      var sum = 0.0
      for i in 0..<20_000 { sum += rate(a + step * (Double(i) + 0.5)) }
      return sum * step
    }
    let whole = integral(0, 1)
    for (to, from) in zip(times.dropFirst(), times) {
      #expect(agrees(integral(to, from), whole / 6, relative: 1e-6))
    }
  }

  @Test func noRateGivesAUniformGridThatSaysSo() throws {
    let grid = try ProfileTests.profile("t,rate\n0,0\n1,0\n").grid(ProfileTests.request(4))
    #expect(grid.times == [1, 0.75, 0.5, 0.25, 0] && grid.note?.contains("uniform") == true)
  }

  @Test(arguments: [
    ("t,rate\n0,1\n0.5,-1\n1,1\n", "row 3"), ("t,rate\n0,1\n0.5,1\n0.5,1\n", "row 4"),
    ("t,rate\n-1,1\n1,1\n", "row 2"), ("t,rate\n0,1\n0.7,1\n0.5,1\n", "row 4"),
    ("t,rate\n0,1\n", "two"), ("t,value\n0,1\n1,1\n", "columns t and rate"),
    ("0,1\n1,1\n", "columns t and rate"), ("t,rate\n0,nan\n1,1\n", "row 2"),
  ])
  func wrongTablesAreRefused(text: String, place: String) throws {
    let error = #expect(throws: FormatError.self) { _ = try ProfileTests.profile(text) }
    #expect(error?.description.contains(place) == true, "\(String(describing: error))")
  }

  @Test func timesMustBeCovered() throws {
    for text in ["t,rate\n0.1,1\n1,1\n", "t,rate\n0,1\n0.9,1\n"] {
      #expect(throws: ScheduleError.self) {
        _ = try ProfileTests.profile(text).grid(ProfileTests.request(2))
      }
    }
    _ = try ProfileTests.profile("t,rate\n0.1,1\n1,1\n").grid(ProfileTests.request(2, end: 0.1))
  }
}
