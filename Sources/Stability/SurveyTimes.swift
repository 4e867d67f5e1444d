import Mixtures
public import ProbabilityFlow
import RealModule

extension ProbabilityFlow {
  /// Fourteen times from 0 to T at which a table shows what happens to this flow.
  ///
  /// Fixed shares of the horizon for `ou`. For the other processes, whose users think in noise levels
  /// σ/α, equal steps in log(1 + cw) with w = α²/s², s² = α²λ + σ², λ the smallest variance and
  /// c = D²/4 + λ: the scale on which modes part and then their width gives way to the data, rounded to
  /// three digits.
  public func surveyTimes() -> [Double] {
    guard process.name != OrnsteinUhlenbeck.typeName else {
      return [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
        .map { $0 * process.horizon }
    }
    let (variance, steps) = (mixture.smallestVariance, 13)
    let scale = mixture.diameter * mixture.diameter / 4 + variance
    func coordinate(_ t: Double) -> Double {
      let level = process.noiseLevel(t)
      return .log(onePlus: scale / (variance + level * level))
    }
    let (first, last) = (coordinate(0), coordinate(process.horizon))
    let inner = (1..<steps).compactMap { i -> Double? in
      let u = first + (last - first) * Double(i) / Double(steps)
      let square = scale / .expMinusOne(u) - variance
      return process.time(atNoiseLevel: max(0, square).squareRoot()).map(roundedToThreeDigits)
    }
    let times = inner.reduce(into: [0.0]) { times, t in
      if t > times[times.count - 1], t < process.horizon { times.append(t) }
    }
    return times + [process.horizon]
  }
}

private func roundedToThreeDigits(_ t: Double) -> Double {
  guard t > 0, t > 1e-290 else { return 0 }
  let unit = Double.pow(10, Double.log10(t).rounded(.down) - 2)
  return unit < 1 ? (t / unit).rounded() / (1 / unit).rounded() : (t / unit).rounded() * unit
}
