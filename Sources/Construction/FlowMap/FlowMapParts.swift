import Arrays
import Mixtures
import Networks
import RealModule

/// The network of a flow map in the state y = x/s for given blocks.
///
/// Carried through all layers are x_T, the K − 1 projections (μ_i − μ_j)ᵀx_T and the running sums
/// G_k = Σ h γ_k, from which y = x_T/s_T + (r − r_T) μ_c + Σ G_k (μ_k − μ_c) follows.
struct FlowMapParts: Sendable {
  let mixture: GaussianMixture
  let spread: MeanSpread
  /// α/s at the grid's times, increasing.
  let ratios: [Double]
  /// σ_0².
  let variance: Double
  /// s at the first and last time.
  let deviations: (first: Double, last: Double)
  private let pairs: [[Int]]

  init(_ mixture: GaussianMixture, _ process: any ForwardProcess, _ times: [Double]) {
    self.mixture = mixture
    spread = MeanSpread.means(of: mixture)
    variance = mixture.spectrum.lambda.elements[0]
    let deviations = times.map { [variance] t in
      (process.alpha(t) * process.alpha(t) * variance + process.sigmaSquared(t)).squareRoot()
    }
    ratios = zip(times, deviations).map { process.alpha($0) / $1 }
    self.deviations = (deviations[0], deviations[times.count - 1])
    pairs = GapTree.pairs(mixture.componentCount)
  }

  private func step(_ k: Int) -> [Double] {
    Norms.difference(mixture.means[row: k], mixture.means[row: spread.centre])
  }

  private func dot(_ a: some Sequence<Double>, _ b: some Sequence<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The largest ‖μ_k‖.
  var farthest: Double {
    (0..<mixture.componentCount).reduce(0) { max($0, Norms.length(mixture.means[row: $1])) }
  }

  /// A bound of (E‖x_T‖⁴)^{1/4}/s_T.
  var reach: Double {
    let d = Double(mixture.dimension)
    return ratios[0] * farthest + (d * (d + 2)).squareRoot().squareRoot()
  }

  /// A bound in L²(p_T) of what stored coefficients do to a velocity (derived).
  ///
  /// Each difference has d + 8 roundings or fewer in terms of at most r (r + r_T) ρ² with ρ the
  /// largest ‖μ_k‖, and slopes of at most D/s_T against ‖x_T‖; the tree adds up K − 1 of them.
  var roundingBound: Double {
    let d = Double(mixture.dimension)
    let last = ratios[ratios.count - 1]
    let size = last * (12 * last * farthest * farthest + spread.diameter * reach)
    let range = Double(pairs.count) * (d + 8) * 0x1p-53 * size
    return 0.25 * spread.diameter * range + (d + 8) * 0x1p-53 * (4 * farthest + reach)
  }

  /// The signals that a step works with, all in one layer.
  private struct State {
    var x: [Signal]
    var projections: [[Int]: Signal]
    /// One for each component but the centre, whose entry is zero.
    var sums: [Signal]

    func carried(to layer: Int, in builder: inout NetworkBuilder) -> State {
      var result = self
      result.x = x.map { builder.carry($0, to: layer) }
      for (pair, signal) in projections.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        result.projections[pair] = builder.carry(signal, to: layer)
      }
      result.sums = sums.map { builder.carry($0, to: layer) }
      return result
    }
  }

  /// γ̂ at r with `sums`, in a later layer.
  private func responsibilities(
    _ state: State, _ sums: [Signal], at r: Double, _ blocks: ResponsibilityBlocks,
    in builder: inout NetworkBuilder
  ) -> [Signal] {
    var differences: [[Int]: (signal: Signal, error: LogitDifferences.Bound)] = [:]
    for pair in pairs {
      guard let projection = state.projections[pair] else { continue }
      let (a, b) = (mixture.means[row: pair[0]], mixture.means[row: pair[1]])
      let slopes = Norms.difference(a, b)
      let middle = zip(a, b).map { 0.5 * ($0 + $1) }
      var signal = 1 / deviations.first * projection
      for (k, sum) in sums.enumerated() where k != spread.centre {
        signal = signal + dot(slopes, step(k)) * sum
      }
      let offset =
        (r - ratios[0]) * dot(slopes, mixture.means[row: spread.centre]) - r * dot(slopes, middle)
      differences[pair] = (signal + offset, .init())
    }
    let gaps = GapTree.gaps(mixture.componentCount, differences, in: &builder).gaps
    return blocks.responsibilities(
      gaps.map { r * $0 }, weights: mixture.weights, in: &builder)
  }

  /// One step: every stage goes to its node by the velocity of the stage before.
  private func stepped(
    _ start: State, _ rule: FlowMapRule, from r: Double, to end: Double,
    _ blocks: ResponsibilityBlocks, in builder: inout NetworkBuilder
  ) -> State {
    let h = end - r
    var (state, base, gammas) = (start, start.sums, [Signal]())
    for (stage, (node, weight)) in zip(rule.nodes, rule.weights).enumerated() {
      let ahead = gammas.isEmpty ? base : zip(base, gammas).map { $0 + node * h * $1 }
      gammas = responsibilities(state, ahead, at: r + node * h, blocks, in: &builder)
      let layer = gammas[0].layer
      state = state.carried(to: layer, in: &builder)
      if stage + 1 < rule.stages { base = base.map { builder.carry($0, to: layer) } }
      state.sums = state.sums.enumerated().map { k, sum in
        k == spread.centre
          ? .constant(0, layer: layer)
          : (sum + weight * h * gammas[k]).within(0...2 * (end - ratios[0]))
      }
    }
    return state
  }

  /// The whole network, and the hidden layers of each step.
  func build(
    _ rule: FlowMapRule, _ blocks: ResponsibilityBlocks
  ) -> (SparseNetwork, stages: [(name: String, layers: Range<Int>)]) {
    var builder = NetworkBuilder(inputs: mixture.dimension)
    let x = (0..<mixture.dimension).map { builder.input($0) }
    var projections: [[Int]: Signal] = [:]
    for pair in pairs {
      let slopes = Norms.difference(mixture.means[row: pair[0]], mixture.means[row: pair[1]])
      projections[pair] = zip(slopes, x).reduce(Signal.constant(0, layer: 0)) {
        $0 + $1.0 * $1.1
      }
    }
    let zero = (0..<mixture.componentCount).map { _ in Signal.constant(0, layer: 0) }
    var state = State(x: x, projections: projections, sums: zero)
    // The inputs are combined once: afterwards two neurons carry each coordinate and projection.
    state = state.carried(to: 1, in: &builder)
    var stages: [(name: String, layers: Range<Int>)] = []
    for (n, (r, end)) in zip(ratios, ratios.dropFirst()).enumerated() {
      let first = n == 0 ? 1 : state.x[0].layer + 1
      state = stepped(state, rule, from: r, to: end, blocks, in: &builder)
      stages.append(("step \(n + 1)", first..<state.x[0].layer + 1))
    }
    if state.sums.count > 4 {
      state = state.carried(to: state.x[0].layer + 1, in: &builder)
    }
    let length = ratios[ratios.count - 1] - ratios[0]
    let network = builder.network(
      outputs: state.x.indices.map { a in
        let scale = deviations.last
        var sum =
          scale / deviations.first * state.x[a] + scale * length * mixture.means[spread.centre, a]
        for (k, g) in state.sums.enumerated() where k != spread.centre {
          sum = sum + scale * step(k)[a] * g
        }
        return sum
      })
    return (network, stages)
  }
}
