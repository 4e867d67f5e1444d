import Mixtures
import ProbabilityFlow
import RealModule
import Stability

/// The pictures and key figures of one flow's stability, with the grids that are placed by it.
struct StabilityFigures: Sendable {
  /// A time grid to mark.
  struct Grid: Sendable {
    let name: String
    let rule: String
    let times: [Double]
    let color: PlotColor
  }

  let flow: ProbabilityFlow
  let state: StateVariables
  let grids: [Grid]
  let measured: MeasuredStability?
  let bound: StabilityBound
  /// A ball that holds 99 % of the samples, where there is no bound for all x.
  let ball: StabilityBall?
  let information: InformationCertificate
  let highProbability: HighProbabilityCertificate?

  /// - Precondition: measurements are in the same state variables.
  init(
    _ flow: ProbabilityFlow, state: StateVariables, grids: [Grid] = [],
    measured: MeasuredStability? = nil
  ) {
    precondition(measured.map { $0.state == state } ?? true, "state variables differ")
    (self.flow, self.state, self.grids, self.measured) = (flow, state, grids, measured)
    bound = StabilityBound(flow, state: state)
    ball = bound.reason == nil ? nil : bound.ball(holding: 0.99)
    information = InformationCertificate(flow)
    highProbability = information.ratesAreCheap ? information.highProbability(state: state) : nil
  }

  var blocks: [Block] {
    var figures = [
      Figure(svg: ratePlot.svg(), caption: rateCaption),
      Figure(
        svg: sharePlot.svg(),
        caption: "Each curve as a share of its total. Its grid takes equal steps up it."),
    ]
    if let measured {
      figures.append(
        Figure(
          svg: amplificationPlot(measured.amplification).svg(),
          caption: "How much single trajectories amplify a small error from noise to data."
            + farCertificate(measured.amplification)))
    }
    return [.tiles(tiles), .prose(text), .figures(figures)]
  }

  private var text: String {
    var text =
      "State variables: \(state.summary). Worst-case bounds hold for every point of space; the "
      + "information certificate bounds what happens to typical samples, and is often far smaller."
    if let reason = bound.reason {
      text +=
        " No worst-case bound is finite: \(reason). The rates drawn hold on the ball about "
        + "the mean of p_t that holds 99 % of it."
    } else if let reason = state.reason(flow.process) {
      text += " Everything that reaches T is infinite, since \(reason)."
    }
    guard let measured else { return text + " All curves are certificates." }
    text +=
      " Measured on \(NumberText.count(measured.sampleCount)) samples of p_t and as many "
      + "trajectories: estimates."
    let ratio = bound.cumulative(flow.process.horizon) / measured.norm.integral.value
    return text + (PoorBound.warning(ratio: ratio).map { " Warning: \($0)." } ?? "")
  }

  private var tiles: [Tile] {
    let horizon = flow.process.horizon
    let typical = information.typicalLogAmplification(from: horizon, to: 0, state: state)
    var tiles = [
      Tile(
        label: "Typical amplification E log ‖DΦ‖ at most",
        value: NumberText.significant(typical),
        detail: "a factor of \(NumberText.significant(.exp(typical)))", kind: .certificate)
    ]
    if let high = highProbability {
      tiles.append(
        Tile(
          label: "log ‖DΦ‖ of 99 % of samples at most",
          value: NumberText.significant(high.logAmplification), kind: .certificate))
    }
    tiles += [
      Tile(
        label: "Cumulative stability A(T)",
        value: NumberText.significant(bound.cumulative(horizon), digits: 5),
        detail: "two-sided, worst case", kind: .certificate),
      Tile(
        label: "Lipschitz constant of the flow at most",
        value: NumberText.significant(.exp(bound.logAmplification(from: horizon, to: 0))),
        detail: "one-sided, worst case", kind: .certificate),
    ]
    return tiles + measuredTiles
  }

  private var measuredTiles: [Tile] {
    guard let measured else { return [] }
    let (mean, total) = (measured.amplification.mean, measured.norm.integral)
    let quantile = measured.amplification.quantile(0.99)
    let ratio = bound.cumulative(flow.process.horizon) / total.value
    return [
      Tile(
        label: "E log ‖DΦ‖",
        value: NumberText.estimate(mean.value, standardError: mean.standardError),
        detail: "99 % quantile \(NumberText.significant(quantile.value))", kind: .estimate),
      Tile(
        label: "∫ E‖∇v‖ dt",
        value: NumberText.estimate(total.value, standardError: total.standardError),
        detail: "what A(T) is above", kind: .estimate),
      Tile(
        label: "A(T) over ∫ E‖∇v‖ dt", value: NumberText.significant(ratio),
        detail: ratio > PoorBound.threshold
          ? "a poor bound for a grid" : "bound over measurement", kind: .estimate),
    ]
  }

  /// The times that the curves show: logarithmic, as what matters crowds towards the data.
  ///
  /// It begins where the noise is a tenth of the narrowest mode's width, or before the first step of
  /// a grid. Time 0 is off the left edge.
  var timeRange: ClosedRange<Double> {
    let horizon = flow.process.horizon
    let narrow = flow.process.time(
      atNoiseLevel: 0.1 * flow.mixture.smallestVariance.squareRoot())
    let steps = grids.flatMap(\.times).filter { $0 > 0 }.map { $0 / 3 }
    return min(0.5 * horizon, steps.reduce(narrow ?? horizon, min))...horizon
  }

  /// n + 1 times over that range.
  func logarithmicTimes(_ n: Int) -> [Double] {
    let (first, last) = (timeRange.lowerBound, timeRange.upperBound)
    return (0...n).map { $0 == n ? last : last * .pow(first / last, 1 - Double($0) / Double(n)) }
  }
}
