import Reports

/// Plausible figures for every kind of block; none is a result.
enum Sample {
  /// The two-sided bound, cut at a thousand, over sixty times.
  static let times = (0...60).map { Double($0) / 60 }
  static let bound = times.map { 5 + 1050 / (1 + 40 * $0 * $0 * $0 + 12 * $0) }
  static let measured = times.map { 0.8 + 30 * $0 * (1.02 - $0) * (1.02 - $0) }
  static let stabilityGrid = [0, 0.01335, 0.02877, 0.047, 0.06931, 0.09808, 0.13862, 0.20791, 1]
  static let uniformGrid = (0...8).map { Double($0) / 8 }

  static let bounds = Plot(
    title: "Stability of the velocity field",
    description: "A certified bound that falls from a thousand, and a measured rate far below.",
    x: .init("time t"), y: .init("rate L(t)", scale: .log10),
    series: [
      .line("two-sided bound", x: times, y: bound),
      .line("measured E‖∇v‖", x: times, y: measured, dash: .dashed),
      .band(
        "99 % of trajectories", x: times, low: measured.map { $0 * 0.6 },
        high: measured.map { $0 * 1.7 }, color: .vermillion),
      .rug("stability grid", at: stabilityGrid),
      .rug("uniform grid", at: uniformGrid),
    ])

  static let cumulative = Plot(
    title: "Cumulative stability",
    x: .init("time t"), y: .init("A(t)"),
    series: [
      .line("A(t)", x: times, y: times.map { 210.09 * (1 - 1 / (1 + 22 * $0)) / (22.0 / 23) }),
      .verticals("grid", at: stabilityGrid, color: .ink, dash: .dotted),
    ])

  static let errors = Plot(
    title: "End-to-end error by number of segments",
    x: .init("segments n", scale: .log10, ticks: [1, 2, 4, 8, 16]),
    y: .init("relative MSE", scale: .log10),
    series: [
      .errorBars(
        "stability grid", x: [1, 2, 4, 8, 16], y: [0.31, 0.12, 0.0427, 0.011, 0.0041],
        errors: [0.02, 0.009, 0.003, 0.002, 0.0012]),
      .line(nil, x: [1, 2, 4, 8, 16], y: [0.31, 0.12, 0.0427, 0.011, 0.0041], color: .blue),
      .errorBars(
        "uniform grid", x: [1, 2, 4, 8, 16], y: [0.31, 0.21, 0.13, 0.07, 0.035],
        errors: [0.02, 0.01, 0.008, 0.005, 0.003], color: .vermillion, marker: .square),
      .line(
        nil, x: [1, 2, 4, 8, 16], y: [0.31, 0.21, 0.13, 0.07, 0.035], color: .vermillion,
        dash: .dashed),
      .horizontals("lower bound for one step", at: [0.19], color: .ink, dash: .dotted),
    ])

  static let rules = Plot(
    title: "Error by grid rule and sampler, n = 8",
    x: .init("", scale: .categories(["uniform", "stability", "information", "log-SNR", "cosine"])),
    y: .init("relative MSE"),
    series: [
      .bars("Heun", heights: [0.07, 0.011, 0.009, 0.031, 0.044]),
      .bars("exponential", heights: [0.052, 0.0098, 0.0081, 0.024, 0.039]),
    ])

  static let densities = (0..<24).map { bin -> Double in
    let distance = Double(bin - 7) / 3
    return 0.02 + 0.6 / (1 + distance * distance)
  }

  static let histogram = Plot(
    title: "Amplification of 24 000 trajectories",
    x: .init("log ‖DΦ‖"), y: .init("density"),
    series: [
      .histogram(
        nil, edges: (0...24).map { Double($0) / 4 - 0.5 },
        heights: densities),
      .verticals("certificate 2.996", at: [2.996], color: .vermillion),
    ])

  static let table = Table(
    caption: "Grid rules at n = 8",
    columns: [
      .init("rule", alignment: .text), .init("A(T)", kind: .certificate),
      .init("relative MSE", kind: .estimate, note: "fresh draws"),
      .init("evaluations"), .init("largest step", note: "in t"),
    ],
    rows: [
      [
        "uniform", .init(NumberText.significant(210.09, digits: 5)),
        .init(NumberText.estimate(0.0701, standardError: 0.0031)), .init(NumberText.count(16)),
        "0.125",
      ],
      [
        "stability", .init(NumberText.significant(210.09, digits: 5)),
        .init(NumberText.estimate(0.0108, standardError: 0.0004), emphasis: .best),
        .init(NumberText.count(24_000)), "0.792",
      ],
      [
        .init("mismatched <rule>", emphasis: .muted), .init(NumberText.significant(.infinity)),
        .init(NumberText.estimate(4.27e-7, standardError: 3e-9)), .init("—", emphasis: .muted),
        .init("0.3", kind: .estimate),
      ],
    ])

  static let tiles: [Tile] = [
    Tile(
      label: "End-to-end relative MSE", value: NumberText.significant(0.0108),
      detail: "± 0.0004, 8 segments", kind: .estimate),
    Tile(
      label: "Cumulative stability A(T)", value: "210.09", detail: "OU, β = 5", kind: .certificate),
    Tile(
      label: "Typical log-amplification at most", value: "2.996", detail: "log 20",
      kind: .certificate),
    Tile(
      label: "Teacher evaluations", value: NumberText.count(1_234_567), detail: "Heun, exact count"),
  ]

  static func report(images: ImageGrid) -> HTMLReport {
    HTMLReport(
      title: "Few-step distillation on a stability-balanced grid",
      lead:
        "Eight students replace the probability flow of a mixture of twenty Gaussians. The grid "
        + "that balances cumulative stability puts its points where the certificate is large.",
      sections: [
        Section(title: "Key figures", blocks: [.tiles(tiles)]),
        Section(
          title: "Stability and grids",
          blocks: [
            .prose(
              "The certified rate is largest near the data.\nMeasured rates peak where modes split."
                + "\n\nBoth are shown below; ticks under the axis are the points of two grids."),
            .figures([
              Figure(svg: bounds.svg(), caption: "Certified and measured rates."),
              Figure(svg: cumulative.svg(), caption: "Equal steps in A(t) make the grid."),
            ]),
          ]),
        Section(
          title: "Errors",
          blocks: [
            .table(table),
            .figures([
              Figure(svg: errors.svg(), caption: "Bars: one standard error."),
              Figure(svg: rules.svg(), caption: "Eight segments."),
              Figure(svg: histogram.svg(), caption: "Measured amplification and its certificate."),
            ]),
          ]),
        Section(
          title: "Samples",
          blocks: [
            .figures([Figure(svg: images.svg(), caption: "Digits, 8 × 8 pixels.")]),
            .preformatted("flowdistill evaluate run/ --seed 7\nrelative MSE 0.0108 ± 0.0004"),
          ]),
      ],
      provenance: [
        ("command", "flowdistill report run/ -o report.html"), ("seed", "7"),
        ("version", "1.0.0"), ("date", "2026-01-02"),
      ])
  }

  /// Three rows of gradients that need no data.
  static let gradients = ImageGrid(
    title: "Gradients",
    rows: (1...3).map { row in
      ImageGrid.Row(
        "row \(row)",
        images: (0..<4).map { column in
          (0..<12).map { Double($0 * row + column) }
        })
    }, width: 4, height: 3, range: 0...36, pixelSize: 6)
}
