import FlowDistill

extension ConstructCommand {
  func json(_ measured: MeasuredFlowMap) -> [(String, JSON)] {
    [
      ("measured_error", .number(measured.error)),
      ("measured_error_float32", .number(measured.singleError)),
      ("relative_mse", .number(measured.relativeMSE)),
      ("standard_error", .number(measured.standardError)),
      ("relative_mse_upper_95", .number(measured.upperLimit)),
      ("samples", .integer(measured.samples)),
      (
        "kinds",
        [
          "certificate": "certificate", "measured_error": "estimate", "relative_mse": "estimate",
        ]
      ),
    ]
  }

  /// One row a step.
  func stepTable(_ map: ConstructedFlowMap) -> [String] {
    var table = TextTable(["step", "from", "to", "layers", "neurons", "weights"])
    for (n, stage) in map.stages.enumerated() {
      let layers = stage.layers.map { map.network.layers[$0 - 1] }
      table.append([
        "\(n + 1)", NumberText.significant(map.times[n]), NumberText.significant(map.times[n + 1]),
        "\(layers.count)", "\(layers.reduce(0) { $0 + $1.neurons })",
        "\(layers.reduce(0) { $0 + $1.values.count })",
      ])
    }
    return table.lines
  }

  func lines(_ certificate: FlowMapCertificate, _ measured: MeasuredFlowMap) -> [String] {
    func number(_ value: Double) -> String { NumberText.significant(value) }
    var result = [
      "certificate: error <= \(number(certificate.errorBound)) in l2 over p_T, in exact arithmetic on "
        + "the stored weights (quadrature \(number(certificate.quadrature)), networks "
        + "\(number(certificate.network)))"
    ]
    if certificate.isVacuous {
      result.append(
        "the certificate is vacuous: it says no more than that velocities lie in the hull of the "
          + "means; the measured error is all there is")
    }
    result += [
      "estimate: error \(number(measured.error)) in float64, \(number(measured.singleError)) in "
        + "float32, root mean square",
      "estimate: relative mean square error \(number(measured.relativeMSE)) +- "
        + "\(number(measured.standardError)), upper 95 % limit \(number(measured.upperLimit)), "
        + "\(measured.samples) samples",
    ]
    for (name, error) in [("float64", measured.error), ("float32", measured.singleError)]
    where error > certificate.errorBound {
      result.append("warning: rounding in \(name) evaluation dominates the certified error")
    }
    return result
  }
}
