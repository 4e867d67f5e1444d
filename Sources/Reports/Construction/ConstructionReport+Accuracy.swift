import Construction
import Networks
import RealModule

extension ConstructionReport {
  /// How the size grows as the tolerance falls.
  var accuracySection: Section {
    let depth = figure(
      "Hidden layers", unit: "layers",
      sizes: accuracies.map { Double($0.score.network.hiddenLayers) })
    let weights = figure(
      "Weights", unit: "weights", sizes: accuracies.map { Double($0.score.network.weightCount) })
    return Section(
      title: "Size against accuracy",
      blocks: [
        .prose(
          "One network for each tolerance ε, \(unit), for the same mixture and time."),
        .figures([depth, weights]), .table(accuracyTable),
      ])
  }

  /// A size over log₁₀(1/ε) with its line.
  private func figure(_ title: String, unit: String, sizes: [Double]) -> Figure {
    let tolerances = accuracies.map(\.tolerance)
    let positions = tolerances.map { -Double.log10($0) }
    let growth = SizeGrowth(tolerances: tolerances, sizes: sizes)
    var series: [Plot.Series] = []
    if let growth, let first = tolerances.first, let last = tolerances.last {
      series.append(
        .line(
          "least squares", x: [-Double.log10(first), -Double.log10(last)],
          y: [growth.size(at: first), growth.size(at: last)], color: .ink, dash: .dashed))
    }
    series.append(.points("networks", x: positions, y: sizes, color: .blue))
    return Figure(
      svg: Plot(
        title: "\(title) against accuracy",
        x: .init("log₁₀(1/ε)", range: 0.5...(positions.max() ?? 1) + 0.5, ticks: positions),
        y: .init(
          unit, range: ConstructionReport.range(sizes),
          ticks: ConstructionReport.ticks(sizes)), series: series
      ).svg(),
      caption: growth.map {
        "Least squares: \(NumberText.significant($0.perHalving)) \(unit) for each halving of ε; no "
          + "network is further than \(NumberText.significant($0.largestDeviation, digits: 2)) from "
          + "the line."
      } ?? "Three tolerances or more are needed for a fitted line.")
  }

  private var accuracyTable: Table {
    Table(
      caption: "Networks by tolerance",
      columns: [
        .init("tolerance ε"),
        .init("error at most", kind: .certificate, note: isRelative ? "relative" : ""),
        .init("layers"), .init("width"), .init("weights"),
      ],
      rows: accuracies.map { row in
        let network = row.score.network
        return [
          Table.Cell(NumberText.shortest(row.tolerance)),
          Table.Cell(NumberText.significant(certified(row.score.certificate))),
          Table.Cell(NumberText.count(network.hiddenLayers)),
          Table.Cell(NumberText.count(network.width)),
          Table.Cell(NumberText.count(network.weightCount)),
        ]
      })
  }

  /// A range for counts with room above and below, so that one layer more looks like one layer.
  static func range(_ sizes: [Double]) -> ClosedRange<Double> {
    let (least, greatest) = (sizes.min() ?? 0, sizes.max() ?? 1)
    let room = max(0.15 * (greatest - least), 1)
    return max(0, least - room)...greatest + room
  }

  /// Whole numbers for an axis of counts; nil where the axis' own choice is whole anyway.
  static func ticks(_ sizes: [Double]) -> [Double]? {
    let range = range(sizes)
    let extent = range.upperBound - range.lowerBound
    guard extent <= 16 else { return nil }
    let step: Double = extent > 6 ? 2 : 1
    let first = (range.lowerBound / step).rounded(.up) * step
    return Array(stride(from: first, through: range.upperBound, by: step))
  }
}
