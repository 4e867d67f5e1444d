import FlowDistill

extension ConstructCommand {
  /// The networks for 1e-1, 1e-2 … down to the tolerance.
  func sweepRows(
    _ marginal: Marginal, _ norm: ErrorNorm?, _ variant: NetworkVariant
  ) throws -> [(tolerance: Double, score: ConstructedScore)] {
    try (1...15).map { 1 / [Double](repeating: 10, count: $0).reduce(1, *) }
      .filter { $0 >= tolerance * (1 - 1e-9) }
      .map { step in
        (step, try construct(marginal, step, norm, variant))
      }
  }

  func json(
    _ score: ConstructedScore, _ measured: MeasuredError,
    _ rows: [(tolerance: Double, score: ConstructedScore)], _ sizes: [SizeSweep]
  ) -> JSON {
    let network = score.network
    var entries: [(String, JSON)] = [
      ("output", .string(output.output)), ("time", .number(time)),
      ("certificate", score.certificate.json), ("depth", .integer(network.hiddenLayers)),
      ("width", .integer(network.width)), ("weights", .integer(network.weightCount)),
      ("biases", .integer(network.biasCount)),
      ("largest_weight", .number(network.largestMagnitude)),
      ("relu_neurons", .integer(network.neuronCount(.relu))),
      ("requ_neurons", .integer(network.neuronCount(.requ))),
      ("measured_error", .number(measured.error(score.certificate.norm))),
      ("measured_largest_error", .number(measured.largest)),
      ("measured_error_float32", .number(measured.largestInSinglePrecision)),
      ("kinds", ["certificate": "certificate", "measured_error": "estimate"]),
    ]
    if sweep {
      entries.append(
        (
          "sweep",
          .array(
            rows.map { row in
              [
                "tolerance": .number(row.tolerance),
                "relative_error_bound": .number(row.score.certificate.relativeErrorBound),
                "depth": .integer(row.score.network.hiddenLayers),
                "width": .integer(row.score.network.width),
                "weights": .integer(row.score.network.weightCount),
              ]
            })
        ))
      if !sizes.isEmpty { entries.append(("sizes", json(sizes))) }
      if let growth = growth(rows) { entries.append(("depth_per_bit", .number(growth))) }
    }
    return .object(JSONObject(entries))
  }

  func lines(_ score: ConstructedScore, _ measured: MeasuredError) -> [String] {
    let (network, certificate) = (score.network, score.certificate)
    var table = TextTable(["source of error", "bound", "relative"])
    for (source, bound) in certificate.terms.map({ ($0.source, $0.bound) })
      + [("together", certificate.errorBound)]
    {
      table.append([source, number(bound), number(bound / certificate.scoreNorm)])
    }
    var result = [
      "\(output.output): score of p_t at t = \(time), \(network.hiddenLayers) hidden layers, width "
        + "\(network.width), \(network.weightCount) weights, largest "
        + number(network.largestMagnitude), "",
    ]
    result += ArchitectureDrawing(score).lines
    result += [""] + table.lines + [""]
    let uniform = certificate.norm == .uniform
    result.append(
      "certificate: error <= \(number(certificate.errorBound)) "
        + (uniform
          ? "for |x| <= \(number(certificate.ball))" : "in \(certificate.norm.rawValue) over p_t")
        + ", in exact arithmetic on the stored weights")
    if !uniform {
      result.append("estimate: \(number(measured.error(certificate.norm))) in the same norm")
      if measured.error(certificate.norm) > certificate.errorBound {
        result.append("warning: rounding in float64 evaluation dominates the certified error")
      }
    }
    result.append(
      "estimate: largest error found \(number(measured.largest)) in float64, "
        + "\(number(measured.largestInSinglePrecision)) in float32")
    if !uniform { return result }
    for (name, error) in [
      ("float64", measured.largest), ("float32", measured.largestInSinglePrecision),
    ] where error > certificate.errorBound {
      result.append("warning: rounding in \(name) evaluation dominates the certified error")
    }
    return result
  }

  func table(_ rows: [(tolerance: Double, score: ConstructedScore)]) -> [String] {
    var table = TextTable(["tolerance", "certified", "layers", "width", "weights"])
    for (tolerance, score) in rows {
      table.append([
        number(tolerance),
        number(absolute ? score.certificate.errorBound : score.certificate.relativeErrorBound),
        "\(score.network.hiddenLayers)", "\(score.network.width)", "\(score.network.weightCount)",
      ])
    }
    return table.lines
      + (growth(rows).map { ["fitted: \(number($0)) layers for each halving of the tolerance"] }
        ?? [])
  }

  /// The layers that each halving of the tolerance adds.
  private func growth(_ rows: [(tolerance: Double, score: ConstructedScore)]) -> Double? {
    SizeGrowth(
      tolerances: rows.map(\.tolerance), sizes: rows.map { Double($0.score.network.hiddenLayers) }
    )?.perHalving
  }

  private func number(_ value: Double) -> String { NumberText.significant(value) }
}
