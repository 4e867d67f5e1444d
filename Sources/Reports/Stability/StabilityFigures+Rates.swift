import RealModule
import Stability

extension StabilityFigures {
  var timeAxis: Plot.Axis { .init("time t (data to the left)", scale: .log10, range: timeRange) }

  var rugs: [Plot.Series] {
    grids.map { .rug("\($0.name) grid", at: $0.times, color: $0.color) }
  }

  var rateCaption: String {
    let bars =
      measured == nil
      ? ""
      : "Bars are one standard error; the largest values seen are "
        + "below the supremum. "
    return bars + (grids.isEmpty ? "Negative rates are left out." : "Ticks are the grids' points.")
  }

  /// All rates on one logarithmic axis: bounds, and what was measured.
  var ratePlot: Plot {
    let times = logarithmicTimes(ball == nil ? 240 : 60)
    let place = ball == nil ? "" : " on the ball"
    let twoSided = times.map { ball?.twoSided($0) ?? bound.twoSided($0) }
    var series: [Plot.Series] = [
      .line("two-sided bound L\(place)", x: times, y: twoSided, color: .ink)
    ]
    if ball == nil {
      series.append(
        .line(
          "its sharper form", x: times, y: times.map { bound.sharpTwoSided($0) }, color: .purple,
          dash: .dashed))
    }
    series.append(
      .line(
        "one-sided bound ℓ\(place)", x: times,
        y: times.map { ball?.oneSided($0) ?? bound.oneSided($0) }, color: .ink, dash: .dotted))
    if information.ratesAreCheap {
      let few = logarithmicTimes(60)
      series.append(
        .line(
          "mean conflict of modes, at most", x: few, y: few.map { information.averagedRate($0) },
          color: .green))
    }
    if let measured { series += measuredRates(measured) }
    return Plot(
      title: "Rates: bounds" + (measured == nil ? "" : " and measurements"),
      description: "Certified bounds of the velocity's Jacobian, and its measured means if any.",
      x: timeAxis, y: .init("rate", scale: .log10, range: rateRange(twoSided)),
      series: series + rugs)
  }

  private func measuredRates(_ measured: MeasuredStability) -> [Plot.Series] {
    let times = measured.curveTimes
    func means(_ name: String, _ rate: MeasuredStability.Rate, _ color: PlotColor) -> Plot.Series {
      .errorBars(
        name, x: times, y: rate.curve.expected.map(\.value),
        errors: rate.curve.expected.map(\.standardError), color: color)
    }
    return [
      means("E‖∇v‖", measured.norm, .vermillion),
      means("E λ_max(−∇v)", measured.samplingRate, .blue),
      .line(
        "largest ‖∇v‖ seen", x: times, y: measured.norm.curve.largest, color: .vermillion,
        dash: .dotted),
    ]
  }

  /// From the largest bound down to a tenth of the least mean, at most eight decades: close to the data
  /// the means of modes far apart vanish.
  private func rateRange(_ bounds: [Double]) -> ClosedRange<Double>? {
    let finite = bounds.filter { $0.isFinite && $0 > 0 }
    let seen = (measured?.norm.curve.largest ?? []).filter { $0.isFinite && $0 > 0 }
    let means = (measured?.norm.curve.expected.map(\.value) ?? []).filter { $0 > 0 }
    let top = (finite + seen).reduce(0, max)
    let least = (finite + means).reduce(top, min)
    guard top > 0 else { return nil }
    return max(1e-8 * top, 0.1 * least)...2 * top
  }
}
