import Distillation
import Mixtures
public import ProbabilityFlow
import RealModule
import Schedules
import Stability

extension RunReport {
  /// Measures the flow on `count` samples and trajectories, for the page to show beside the bounds.
  ///
  /// - Throws: `FlowError` if a trajectory cannot be followed.
  public mutating func measure(samples count: Int) throws(FlowError) {
    measured = try MeasuredStability(
      flow, times: logarithmicTimes(40), samples: count, seed: plan.seed)
  }

  /// What was measured, beside the bounds if there are any.
  func measuredBlocks(
    _ bound: StabilityBound?, _ information: InformationCertificate?
  ) -> [Block] {
    guard let measured else { return [] }
    let ratio = bound.map { $0.cumulative(flow.process.horizon) / measured.norm.integral.value }
    let mean = measured.amplification.mean
    let total = measured.norm.integral
    let quantile = measured.amplification.quantile(0.99)
    var tiles = [
      Tile(
        label: "E log ‖DΦ‖",
        value: NumberText.estimate(mean.value, standardError: mean.standardError),
        detail: "99 % quantile \(NumberText.significant(quantile.value))", kind: .estimate),
      Tile(
        label: "∫ E‖∇v‖ dt",
        value: NumberText.estimate(total.value, standardError: total.standardError),
        detail: "what A(T) is above", kind: .estimate),
    ]
    if let ratio {
      tiles.append(
        Tile(
          label: "A(T) over ∫ E‖∇v‖ dt", value: NumberText.significant(ratio),
          detail: ratio > PoorBound.threshold
            ? "a poor bound for a grid" : "bound over measurement",
          kind: .estimate))
    }
    let warning = ratio.flatMap(PoorBound.warning).map { " Warning: \($0)." } ?? ""
    return [
      .tiles(tiles),
      .prose(
        "What really happens to \(NumberText.count(measured.sampleCount)) samples of the flow and "
          + "as many trajectories: estimates, beside the bounds.\(warning)"),
      .figures([
        Figure(
          svg: ratePlot(measured, bound).svg(),
          caption: "Bars are one standard error; the largest values seen are below the supremum."),
        Figure(
          svg: amplificationPlot(measured.amplification, information).svg(),
          caption: "How much single trajectories amplify a small error from noise to data."),
      ]),
    ]
  }

  private func ratePlot(_ measured: MeasuredStability, _ bound: StabilityBound?) -> Plot {
    let times = measured.times
    var series: [Plot.Series] = []
    if let bound {
      series = [
        .line("two-sided bound", x: times, y: times.map { bound.twoSided($0) }, color: .ink),
        .line(
          "one-sided bound", x: times, y: times.map { bound.oneSided($0) }, color: .ink,
          dash: .dashed),
      ]
    }
    func rate(_ name: String, _ rate: MeasuredStability.Rate, _ color: PlotColor) {
      series.append(
        .errorBars(
          name, x: times, y: rate.expected.map(\.value),
          errors: rate.expected.map(\.standardError), color: color))
    }
    rate("E‖∇v‖", measured.norm, .vermillion)
    rate("E λ_max(−∇v)", measured.samplingRate, .blue)
    series.append(
      .line(
        "largest ‖∇v‖ seen", x: times, y: measured.norm.largest, color: .vermillion, dash: .dotted))
    for (i, run) in runs.enumerated() {
      series.append(.rug("\(run.name) grid", at: run.plan.grid.times, color: color(i)))
    }
    let top = (measured.norm.largest + (bound.map { b in times.map { b.twoSided($0) } } ?? []))
      .reduce(0, max)
    return Plot(
      title: "Rates: bounds and measurements",
      description: "Certified bounds of the velocity's Jacobian and its measured means.",
      x: .init("time t (data to the left)", scale: .log10, range: timeRange),
      // Close to the data the means of modes far apart vanish; eight decades show what matters.
      y: .init(
        "rate", scale: .log10, range: top > 0 && top.isFinite ? 1e-8 * top...2 * top : nil),
      series: series)
  }

  private func amplificationPlot(
    _ amplification: MeasuredAmplification, _ information: InformationCertificate?
  ) -> Plot {
    let values = amplification.logNorms
    let (low, high) = (values[0], amplification.largest)
    // One trajectory, or all alike, still make a bar.
    let width = max(high - low, 1e-6 * (1 + abs(high)))
    let bins = max(1, min(40, Int(Double(values.count).squareRoot())))
    let edges = (0...bins).map { low + width * Double($0) / Double(bins) }
    var heights = [Double](repeating: 0, count: bins)
    for value in values {
      heights[min(bins - 1, Int((value - low) / width * Double(bins)))] += 1
    }
    var series: [Plot.Series] = [
      .histogram("trajectories", edges: edges, heights: heights, color: .sky),
      .verticals("measured mean", at: [amplification.mean.value], color: .ink, dash: .solid),
    ]
    if let information {
      series.append(
        .verticals(
          "information certificate of the mean", at: [information.typicalLogAmplification],
          color: .vermillion))
    }
    return Plot(
      title: "Amplification of trajectories", x: .init("log ‖DΦ‖ from T to 0"),
      y: .init("trajectories"), series: series)
  }

  /// The times that the curves show: logarithmic, as the grids that matter crowd towards the data.
  ///
  /// Time 0 is off the left edge.
  var timeRange: ClosedRange<Double> {
    let horizon = flow.process.horizon
    let first = (runs.flatMap { $0.plan.grid.times }.filter { $0 > 0 }.min() ?? horizon) / 3
    return first...horizon
  }

  /// n + 1 times over that range.
  func logarithmicTimes(_ n: Int) -> [Double] {
    let (first, last) = (timeRange.lowerBound, timeRange.upperBound)
    return (0...n).map { last * .pow(first / last, 1 - Double($0) / Double(n)) }
  }
}
