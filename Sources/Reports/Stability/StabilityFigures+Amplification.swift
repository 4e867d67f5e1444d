import Mixtures
import ProbabilityFlow
import RealModule
import Stability

extension StabilityFigures {
  /// The certificates that an amplification is drawn beside.
  private var marks: [(label: String, value: Double, color: PlotColor)] {
    let horizon = flow.process.horizon
    let typical = information.typicalLogAmplification(from: horizon, to: 0, state: state)
    var marks = [(label: "certificate of the mean", value: typical, color: PlotColor.vermillion)]
    if let high = highProbability {
      marks.append(("certificate of 99 %", high.logAmplification, .blue))
    }
    marks.append(("worst-case certificate", bound.logAmplification(from: horizon, to: 0), .purple))
    return marks.filter { $0.value.isFinite }
  }

  /// How far to the right the distribution is drawn: a certificate that is farther off than four times
  /// the spread of the trajectories would leave no room for them.
  private func isNear(_ value: Double, _ amplification: MeasuredAmplification) -> Bool {
    let (low, high) = (amplification.logNorms[0], amplification.largest)
    return value <= high + 4 * max(high - low, 0.25)
  }

  /// A sentence about the certificates that are not drawn.
  func farCertificate(_ amplification: MeasuredAmplification) -> String {
    marks.filter { !isNear($0.value, amplification) }.map {
      " The \($0.label), \(NumberText.significant($0.value)), is far to the right."
    }.joined()
  }

  func amplificationPlot(_ amplification: MeasuredAmplification) -> Plot {
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
    let quantile = amplification.quantile(0.99).value
    var series: [Plot.Series] = [
      .histogram("trajectories", edges: edges, heights: heights, color: .sky),
      .verticals("measured mean", at: [amplification.mean.value], color: .ink, dash: .solid),
      .verticals("measured 99 % quantile", at: [quantile], color: .ink, dash: .dotted),
    ]
    for mark in marks where isNear(mark.value, amplification) {
      series.append(.verticals(mark.label, at: [mark.value], color: mark.color))
    }
    return Plot(
      title: "Amplification of trajectories", x: .init("log ‖DΦ‖ from T to 0"),
      y: .init("trajectories"), series: series)
  }
}
