import FlowDistill
import RealModule

/// The certificates as `stability` prints them: typical ones first.
struct StabilityText {
  private let summary: StabilitySummary

  init(_ summary: StabilitySummary) { self.summary = summary }

  var lines: [String] {
    ["State variables: \(summary.state.rawValue), \(summary.state.summary).", ""]
      + typical + [""] + worstCase + [""] + table
      + ["", "Every number is a certificate."]
  }

  private func number(_ value: Double) -> String { NumberText.significant(value, digits: 5) }

  /// "label <= value  (note)" in columns.
  private func aligned(_ rows: [(label: String, value: String, note: String)]) -> [String] {
    let label = rows.map(\.label.count).max() ?? 0
    let value = rows.map(\.value.count).max() ?? 0
    return rows.map { row in
      "  " + row.label + String(repeating: " ", count: label - row.label.count) + "  <= "
        + row.value + String(repeating: " ", count: value - row.value.count + 2) + row.note
    }
  }

  private var typical: [String] {
    var rows = [
      (
        label: "E log |D Phi_0<-T|", value: number(summary.typicalLogAmplification),
        note: "information certificate: a factor of "
          + NumberText.significant(.exp(summary.typicalLogAmplification), digits: 3)
      )
    ]
    if let high = summary.highProbability {
      rows.append(
        (
          label: "log |D Phi_0<-T| of 99 % of samples", value: number(high.logAmplification),
          note: "high-probability certificate"
        ))
    }
    let offset = summary.trajectoryOffset
    let excess = offset == 0 ? "" : (offset < 0 ? " - " : " + ") + number(abs(offset))
    rows.append(
      (
        label: "log |D Phi_0<-T| of each sample", value: "log p_T(x_T)/p_0(x_0)\(excess)",
        note: "per-trajectory certificate"
      ))
    if let integral = summary.averagedIntegral {
      rows.append(
        (
          label: "integral of E |conflict of modes|", value: number(integral),
          note: "averaged certificate"
        ))
    }
    let omitted =
      summary.highProbability == nil
      ? [
        "  Left out, since they would take long for so many components and dimensions: the",
        "  high-probability and the averaged certificate.",
      ] : []
    return ["Typical samples"] + aligned(rows) + omitted
  }

  private var worstCase: [String] {
    let rows = [
      (
        label: "integral of |grad v|, two-sided", value: number(summary.cumulativeHorizon),
        note: "A(T), D = \(NumberText.fixed(summary.diameter, decimals: 4))"
      ),
      (
        label: "  its sharper form", value: number(summary.sharpCumulativeHorizon),
        note: "the larger end of the spectrum at each time"
      ),
      (
        label: "log Lip Phi_0<-T, one-sided", value: number(summary.oneSidedLogAmplification),
        note: "Lip <= \(number(summary.oneSidedAmplification))"
      ),
    ]
    return ["Worst case over all x"] + aligned(rows)
      + (summary.reason.map { broken("infinite because \($0)") } ?? [])
  }

  /// A sentence in lines of at most 100 characters, indented.
  private func broken(_ sentence: String) -> [String] {
    sentence.split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= 100 {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append("  " + word)
      }
    }
  }

  private var table: [String] {
    guard let ball = summary.ball else {
      var table = TextTable([
        "t", "sigma/alpha", "L(t)", "sharper", "one-sided", "A(t)", "information",
      ])
      for i in summary.times.indices {
        table.append(
          [
            summary.times[i], summary.noiseLevels[i], summary.twoSided[i],
            summary.sharpTwoSided[i], summary.oneSided[i], summary.cumulative[i],
            summary.information[i],
          ].map(number))
      }
      return table.lines
    }
    var table = TextTable(["t", "sigma/alpha", "radius", "L(t)", "one-sided", "information"])
    for i in summary.times.indices {
      table.append(
        [
          summary.times[i], summary.noiseLevels[i], ball.radii[i], ball.twoSided[i],
          ball.oneSided[i], summary.information[i],
        ].map(number))
    }
    return [
      "On the ball about the mean of p_t that holds \(NumberText.percent(ball.mass, decimals: 0)) "
        + "of it (radius in the process's own x)", "",
    ] + table.lines
  }
}
