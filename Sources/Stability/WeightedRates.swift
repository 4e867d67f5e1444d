import Arrays
import Mixtures
import ProbabilityFlow
import RealModule

/// The rates ‖∇v‖ and λ_max(−∇v) on samples of p_t, with importance weights where those help.
struct WeightedRates: Sendable {
  private let flow: ProbabilityFlow
  private let spectrum: VelocitySpectrum
  private let between: BetweenModes?
  private let count: Int
  private let stream: RandomStream

  init(_ flow: ProbabilityFlow, _ state: StateVariables, count: Int, stream: RandomStream) {
    (self.flow, self.count, self.stream) = (flow, count, stream)
    spectrum = VelocitySpectrum(flow, state: state)
    between = BetweenModes(flow)
  }

  /// The terms of an estimate in two strata of independent values: draws of p_t, and the rest.
  struct Values: Sendable {
    private(set) var terms: [Double]
    /// The largest rate seen, weights aside.
    private(set) var largest: Double

    init(_ count: Int) {
      terms = Array(repeating: 0, count: count)
      largest = -.infinity
    }

    /// base + weight · (rate − base): what does not depend on the sample has no scatter.
    init(_ rates: [Double], weights: [Double], base: Double) {
      terms = zip(rates, weights).map { base + $1 * ($0 - base) }
      largest = rates.reduce(-.infinity, max)
    }

    mutating func add(_ other: Values, times factor: Double) {
      for i in terms.indices { terms[i] += factor * other.terms[i] }
    }

    /// The mean, with the standard error of a stratified sample.
    var estimate: Estimate {
      let first = BetweenModes.plainCount(of: terms.count)
      let strata = [terms[..<first], terms[first...]].filter { !$0.isEmpty }.map {
        (share: Double($0.count) / Double(terms.count), mean: Estimate(meanOf: Array($0)))
      }
      let value = strata.reduce(0) { $0 + $1.share * $1.mean.value }
      let square = strata.reduce(0) {
        let error = $1.share * $1.mean.standardError
        return $0 + error * error
      }
      // Rounding alone makes some scatter of equal values.
      let error = square.squareRoot()
      return Estimate(value: value, standardError: error < 1e-14 * abs(value) ? 0 : error)
    }
  }

  /// Both rates at time t.
  func values(at t: Double) -> (norm: Values, sampling: Values) {
    let draw =
      between?.draw(count, at: t, from: stream)
      ?? BetweenModes.Draw(
        states: flow.marginal(at: t).sample(count, from: stream),
        weights: Array(repeating: 1, count: count))
    let found = spectrum.extremes(draw.states, at: t)
    return (
      Values(found.norms, weights: draw.weights, base: abs(found.stretch)),
      Values(found.samplingRates, weights: draw.weights, base: -found.stretch)
    )
  }
}
