import Construction
import Networks
import Stability

extension ConstructionReport {
  /// The network: how large it is and where.
  var networkSection: Section {
    let network = score.network
    let certificate = score.certificate
    let unit = isRelative ? certificate.scoreNorm : 1
    let scale = isRelative ? "relative" : "absolute"
    return Section(
      title: "The network",
      blocks: [
        .tiles([
          Tile(
            label: "hidden layers", value: NumberText.count(network.hiddenLayers),
            detail: "at most \(NumberText.count(network.width)) neurons wide"),
          Tile(
            label: "weights that are not zero", value: NumberText.count(network.weightCount),
            detail: "and \(NumberText.count(network.biasCount)) biases; largest magnitude "
              + NumberText.significant(network.largestMagnitude)),
          Tile(
            label: "error at most", value: NumberText.significant(certified(certificate)),
            detail: "\(scale), \(certificate.norm.place)", kind: .certificate),
          Tile(
            label: certificate.norm == .uniform ? "largest error found" : "error",
            value: NumberText.significant(measured.error(certificate.norm) / unit),
            detail: "\(scale), in float64, "
              + (certificate.norm == .uniform
                ? "at \(NumberText.count(3 * measured.samples)) points" : certificate.norm.place),
            kind: .estimate),
        ]),
        .figures([
          Figure(
            svg: ArchitectureDrawing(score).svg,
            caption: "\(NumberText.count(network.neuronCount(.relu))) ReLU and "
              + "\(NumberText.count(network.neuronCount(.requ))) ReQU neurons. Below each layer its "
              + "weights and the part of the network that begins there.")
        ]),
      ])
  }

  /// What is proved, and what was measured beside it.
  var errorSection: Section {
    Section(
      title: "Certificate and measured error",
      blocks: [.prose(claim), .table(termTable), .table(measuredTable)]
        + (warnings.isEmpty ? [] : [.prose(warnings)]))
  }

  /// The certificate in words.
  private var claim: String {
    let certificate = score.certificate
    let bound = NumberText.significant(certificate.errorBound)
    let ball = NumberText.significant(certificate.ball)
    var text: String
    if certificate.norm == .uniform {
      text = "Certificate: ‖ŝ(x) − s(x)‖ ≤ \(bound) for all x with ‖x‖ ≤ \(ball)"
      text +=
        certificate.growth.isFinite
        ? "; beyond, \(NumberText.significant(certificate.growth)) is added for each unit of ‖x‖."
        : "; nothing is claimed beyond."
    } else {
      text = "Certificate: ‖ŝ − s‖ ≤ \(bound) \(certificate.norm.place)."
    }
    return text + " It holds in exact arithmetic on the weights as stored. Relative numbers are in "
      + "units of ‖s‖ in L²(p_t), of which \(NumberText.significant(certificate.scoreNorm)) is a "
      + "certified lower bound.\n\nEstimates are of the network as evaluated, rounding included. "
      + "The largest error is over \(NumberText.count(3 * measured.samples)) points: samples of "
      + "p_t, points up to 50 times as far from the mean, and points between two means"
      + (certificate.norm == .uniform && !certificate.growth.isFinite
        ? ", drawn back into the ball" : "")
      + ". It is a lower bound of the true largest error and has no standard error. The norms are over "
      + "\(NumberText.count(measured.samples)) samples of p_t."
  }

  private var termTable: Table {
    let certificate = score.certificate
    func row(_ source: String, _ bound: Double, _ emphasis: Table.Cell.Emphasis) -> [Table.Cell] {
      [bound, bound / certificate.scoreNorm].reduce([Table.Cell(source)]) {
        $0 + [Table.Cell(NumberText.significant($1), emphasis: emphasis)]
      }
    }
    return Table(
      caption: "What the certificate is made of",
      columns: [
        .init("source of error", alignment: .text), .init("error at most", kind: .certificate),
        .init("relative", kind: .certificate),
      ],
      rows: certificate.terms.map { row($0.source, $0.bound, .none) }
        + [row("together", certificate.errorBound, .best)])
  }

  private var measuredTable: Table {
    let isUniform = score.certificate.norm == .uniform
    let power = score.certificate.norm.power ?? .infinity
    let norms: [(ErrorNorm, Double)] = [(.l1, 1), (.l2, 2), (.l4, 4)]
    return Table(
      caption: "What was measured",
      columns: [
        .init("error", alignment: .text), .init("value", kind: .estimate),
        .init("relative", kind: .estimate),
        .init("certificate/measured", kind: .estimate, note: "below 1: rounding"),
      ],
      rows: [
        row("largest found, float64", measured.largest, isCovered: isUniform),
        row("largest found, float32", measured.largestInSinglePrecision, isCovered: isUniform),
      ]
        + norms.map { norm, p in
          // Norms under a probability grow with p.
          row(
            "\(norm.place), float64", measured.error(norm), measured.estimate(norm)?.standardError,
            isCovered: p <= power)
        })
  }

  private func row(
    _ name: String, _ error: Double, _ standardError: Double? = nil, isCovered: Bool
  ) -> [Table.Cell] {
    let (bound, unit) = (score.certificate.errorBound, score.certificate.scoreNorm)
    func text(_ unit: Double) -> String {
      standardError.map { NumberText.estimate(error / unit, standardError: $0 / unit) }
        ?? NumberText.significant(error / unit)
    }
    let hasRatio = isCovered && error > 0
    return [
      Table.Cell(name), Table.Cell(text(1)), Table.Cell(text(unit)),
      Table.Cell(
        hasRatio ? NumberText.significant(bound / error) : "—",
        emphasis: hasRatio ? .none : .muted),
    ]
  }

  private var warnings: String {
    let certificate = score.certificate
    let errors =
      certificate.norm == .uniform
      ? [("float64", measured.largest), ("float32", measured.largestInSinglePrecision)]
      : [("float64", measured.error(certificate.norm))]
    return errors.filter { $0.1 > certificate.errorBound }.map {
      "Rounding in \($0.0) evaluation dominates the certified error."
    }.joined(separator: "\n\n")
  }
}

extension ErrorNorm {
  /// Where the error is taken.
  fileprivate var place: String {
    switch self {
    case .uniform: "uniformly in x"
    case .l1: "in L¹(p_t)"
    case .l2: "in L²(p_t)"
    case .l4: "in L⁴(p_t)"
    }
  }
}
