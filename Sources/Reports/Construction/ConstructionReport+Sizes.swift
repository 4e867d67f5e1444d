import Construction

extension ConstructionReport {
  /// How the size depends on K, d and D/σ_0.
  var sizeSection: Section {
    Section(
      title: "Size against the mixture",
      blocks: [
        .prose(
          "One quantity grows at a time, at the tolerance "
            + "\(NumberText.shortest(tolerance)) \(unit), for mixtures like the paper's: equal "
            + "weights, coordinates of the means uniform in [−5, 5], one variance σ₀². D is the largest distance of "
            + "two means. A mixture is left out where the rounding of stored weights alone exceeds "
            + "half the tolerance.")
      ]
        + sizes.filter { !$0.rows.isEmpty }.map { sweep in
          .figures([
            figure(sweep, "layers", sweep.rows.map(\.depth), .linear),
            figure(sweep, "weights", sweep.rows.map(\.weights), .log10),
          ])
        } + [.table(sizeTable)])
  }

  private func figure(
    _ sweep: SizeSweep, _ unit: String, _ counts: [Int], _ scale: Plot.Axis.Scale
  ) -> Figure {
    let (values, counts) = (sweep.rows.map(\.value), counts.map(Double.init))
    let (least, greatest) = (counts.min() ?? 1, counts.max() ?? 1)
    let range = scale == .log10 ? 0.7 * least...1.4 * greatest : ConstructionReport.range(counts)
    return Figure(
      svg: Plot(
        title: "\(unit == "layers" ? "Layers" : "Weights") against \(sweep.quantity.symbol)",
        x: .init(
          "\(sweep.quantity.symbol)  (\(sweep.quantity.setting))", scale: .log10,
          range: (values.min() ?? 1) / 1.3...(values.max() ?? 1) * 1.3, ticks: values),
        y: .init(
          unit, scale: scale, range: range,
          ticks: scale == .log10 ? nil : ConstructionReport.ticks(counts)),
        series: [.line(nil, x: values, y: counts, color: .blue, marker: .circle)], height: 230
      ).svg())
  }

  private var sizeTable: Table {
    Table(
      caption: "Networks by mixture",
      columns: [
        .init("quantity", alignment: .text), .init("value"), .init("layers"), .init("width"),
        .init("weights"),
      ],
      rows: sizes.flatMap { sweep in
        sweep.rows.map { row in
          [
            Table.Cell("\(sweep.quantity.symbol) (\(sweep.quantity.setting))"),
            Table.Cell(NumberText.count(Int(row.value))), Table.Cell(NumberText.count(row.depth)),
            Table.Cell(NumberText.count(row.width)), Table.Cell(NumberText.count(row.weights)),
          ]
        }
      })
  }
}

extension SizeSweep.Quantity {
  fileprivate var symbol: String {
    switch self {
    case .components: "K"
    case .dimension: "d"
    case .separation: "D/σ₀"
    }
  }

  /// What stays.
  fileprivate var setting: String {
    switch self {
    case .components: "d = 16, σ₀ = 1"
    case .dimension: "K = 8, σ₀ = 1"
    case .separation: "K = 8, d = 16"
    }
  }
}
