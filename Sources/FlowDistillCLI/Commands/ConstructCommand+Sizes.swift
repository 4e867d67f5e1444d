import FlowDistill

extension ConstructCommand {
  /// The sizes against K, d and D/σ_0 at the tolerance.
  func sizeSweeps(_ marginal: Marginal, _ variant: NetworkVariant) throws -> [SizeSweep] {
    try SizeSweep.Quantity.allCases.map {
      try SizeSweep(
        $0, tolerance: tolerance, like: marginal, variant: variant,
        random: RandomStream(seed: seeding.seed).substream("sizes"))
    }
  }

  func json(_ sweeps: [SizeSweep]) -> JSON {
    .object(
      JSONObject(
        sweeps.map { sweep in
          (
            sweep.quantity.rawValue,
            JSON.array(
              sweep.rows.map { row in
                [
                  "value": .number(row.value), "depth": .integer(row.depth),
                  "width": .integer(row.width), "weights": .integer(row.weights),
                ]
              })
          )
        }))
  }

  func lines(_ sweeps: [SizeSweep]) -> [String] {
    let heads = [
      SizeSweep.Quantity.components: "K (d = 16, sigma_0 = 1)",
      .dimension: "d (K = 8, sigma_0 = 1)", .separation: "D/sigma_0 (K = 8, d = 16)",
    ]
    return sweeps.flatMap { sweep in
      var table = TextTable([
        heads[sweep.quantity] ?? sweep.quantity.rawValue, "layers", "width", "weights",
      ])
      for row in sweep.rows {
        table.append(["\(Int(row.value))", "\(row.depth)", "\(row.width)", "\(row.weights)"])
      }
      return [""] + table.lines
    }
  }
}
