import Mixtures
import ProbabilityFlow
import RealModule
import Stability

extension StabilityFigures {
  /// The cumulative curves that grids are placed by, each as a share of its total.
  var sharePlot: Plot {
    let horizon = flow.process.horizon
    let times = logarithmicTimes(240)
    var series: [Plot.Series] = []
    func curve(
      _ name: String, rule: String, _ total: Double, _ unit: String, _ color: PlotColor,
      _ dash: Plot.Series.Dash, _ value: (Double) -> Double
    ) {
      guard total > 0, total.isFinite else { return }
      let size = unit.isEmpty ? "" : ", \(NumberText.significant(total))\(unit)"
      series.append(
        .line(
          name + size, x: times, y: times.map { 100 * value($0) / total }, color: color,
          dash: dash))
      for grid in grids where grid.rule == rule {
        series.append(
          .points(
            nil, x: grid.times, y: grid.times.map { 100 * value($0) / total }, color: grid.color))
      }
    }
    if bound.reason == nil {
      curve(
        "worst case A(t)", rule: "stability", bound.cumulative(horizon), " in all", .ink, .solid
      ) { bound.cumulative($0) }
    }
    curve(
      "information", rule: "information", information.profile(horizon), " nats in all", .green,
      .solid
    ) { information.profile($0) }
    if let measured, measured.norm.integral.value > 0 {
      let total = measured.norm.integral
      let text = NumberText.estimate(total.value, standardError: total.standardError)
      series.append(
        .line(
          "measured ∫E‖∇v‖, \(text) in all", x: measured.curveTimes,
          y: measured.norm.curve.cumulative.map { 100 * $0 / total.value }, color: .vermillion))
    }
    curve("uniform in t", rule: "uniform", horizon, "", .ink, .dotted) { $0 }
    return Plot(
      title: "Cumulative curves",
      description: "Shares of the totals that lie between the data and time t.",
      x: timeAxis, y: .init("share of the total in %", range: 0...100), series: series + rugs)
  }
}
