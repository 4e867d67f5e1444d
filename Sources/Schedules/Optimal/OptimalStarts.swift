import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// The grids from which the oracle starts its descents, as interior angles θ = atan σ̂.
struct OptimalStarts {
  private let request: GridRequest
  private let gaps: AngleGaps

  init(_ request: GridRequest, _ gaps: AngleGaps) { (self.request, self.gaps) = (request, gaps) }

  /// Different families, each without two equal angles.
  var all: [[Double]] {
    let deviation = request.flow.mixture.coordinateDeviation
    let smallest = request.flow.mixture.smallestVariance.squareRoot()
    return [
      arctan(deviation), arctan(1), arctan((deviation * smallest).squareRoot()), arctan(smallest),
      powers(7), logarithmic, uniformInTime, curvature, information, planned,
    ].compactMap { $0 }.filter(isGrid)
  }

  private var n: Int { request.segments }

  private func isGrid(_ angles: [Double]) -> Bool {
    let all = [gaps.first] + angles + [gaps.last]
    return angles.count == n - 1 && zip(all, all.dropFirst()).allSatisfy { $0 > $1 }
  }

  /// Equal angles atan(σ̂/c).
  private func arctan(_ c: Double) -> [Double] {
    // atan(tan θ/c), exact at ½π too.
    let (first, last) = (
      Double.atan2(y: .sin(gaps.first), x: c * .cos(gaps.first)),
      Double.atan2(y: .sin(gaps.last), x: c * .cos(gaps.last))
    )
    return (1..<max(n, 1)).map { k in
      let angle = first + (last - first) * Double(k) / Double(n)
      return .atan2(y: c * .sin(angle), x: .cos(angle))
    }
  }

  /// Where noise levels begin and end for the families that cannot hold infinity and 0: EDM's σ_max, and a
  /// tenth of the smallest standard deviation.
  private var range: (first: Double, last: Double) {
    let mixture = request.flow.mixture
    let low = max(.tan(gaps.last), 0.1 * mixture.smallestVariance.squareRoot())
    let high = gaps.first >= 0.5 * .pi ? Double.infinity : .tan(gaps.first)
    return (max(min(high, 80 * max(mixture.coordinateDeviation, 1)), 2 * low), low)
  }

  /// Equal steps of σ̂^{1/ρ} (Karras et al., 2022), one more to 0 if the grid ends below the range.
  private func powers(_ rho: Double) -> [Double] {
    spread {
      Double.pow($0, 1 / rho)
    } back: {
      .pow($0, rho)
    }
  }

  /// Equal steps of log σ̂.
  private var logarithmic: [Double] {
    spread {
      .log($0)
    } back: {
      .exp($0)
    }
  }

  private func spread(
    _ forward: (Double) -> Double, back: (Double) -> Double
  ) -> [Double] {
    let (first, last) = range
    let reaches = .tan(gaps.last) >= last
    let steps = max(reaches ? n : n - 1, 1)
    return (1..<max(n, 1)).map { k in
      let share = Double(k) / Double(steps)
      return .atan(back(forward(first) + (forward(last) - forward(first)) * share))
    }
  }

  private var uniformInTime: [Double] {
    (1..<max(n, 1)).map { k in
      let share = Double(n - k) / Double(n)
      let t = request.end + (request.horizon - request.end) * share
      return NoiseLevel(request.flow.process, at: t).angle
    }
  }

  /// Equal parts of ∫ √(‖dD/dλ‖) dλ, D the denoised state along a fine run of Euler's method: the steps'
  /// local errors are then about equal.
  private var curvature: [Double]? {
    let (first, last) = range
    let process = request.flow.process
    let top = min(process.noiseLevel(request.horizon), first)
    let count = 64
    var times = (0...count).compactMap { k in
      process.time(
        atNoiseLevel: top * .pow(last / top, Double(k) / Double(count)))
    }
    times = times.filter { $0 >= request.end }
    guard times.count > 2, zip(times, times.dropFirst()).allSatisfy({ $0 > $1 }) else { return nil }
    var x = request.flow.marginal(at: times[0])
      .sample(128, from: RandomStream(seed: request.seed).substream("curvature"))
    var means: [Matrix<Double>] = []
    for (k, t) in times.enumerated() {
      means.append(request.flow.marginal(at: t).posteriorMean(x))
      if k + 1 < times.count {
        x = EulerSampler.run(request.flow, x, along: [t, times[k + 1]])
      }
    }
    var cumulative = [0.0]
    for (a, b) in zip(means, means.dropFirst()) {
      let square = zip(a.elements, b.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      cumulative.append(cumulative[cumulative.count - 1] + .pow(square, 0.25))
    }
    let total = cumulative[cumulative.count - 1]
    return (1..<max(n, 1)).map { k in
      let target = total * Double(k) / Double(n)
      let i = max(cumulative.firstIndex { $0 >= target } ?? 1, 1)
      let width = cumulative[i] - cumulative[i - 1]
      let share = width > 0 ? (target - cumulative[i - 1]) / width : 0.5
      let (a, b) = (
        NoiseLevel(process, at: times[i - 1]).angle, NoiseLevel(process, at: times[i]).angle
      )
      return a + share * (b - a)
    }
  }

  /// The grid of `PlannedRule`, where it costs little beside the search.
  private var planned: [Double]? {
    let mixture = request.flow.mixture
    guard n > 1, mixture.componentCount * mixture.dimension <= 512 else { return nil }
    var plan = request
    // The descents polish it as well as its own least squares would.
    (plan.parameters, plan.progress) = (["refinements": 8], nil)
    guard let grid = try? PlannedRule.grid(plan) else { return nil }
    return grid.times.dropFirst().dropLast().map {
      NoiseLevel(request.flow.process, at: $0).angle
    }
  }

  /// The grid of `InformationRule`, where there are few enough modes for it to be quick.
  private var information: [Double]? {
    guard request.flow.mixture.componentCount <= 32 else { return nil }
    var plain = GridRequest(request.flow, segments: n)
    plain.end = request.end
    guard let grid = try? InformationRule.grid(plain) else { return nil }
    return grid.times.dropFirst().dropLast().map {
      NoiseLevel(request.flow.process, at: $0).angle
    }
  }
}
