import Experiments
import RealModule

extension ReportedExperiment {
  func mismatchSection(_ heading: String) -> Section? {
    guard let mismatch, !mismatch.rows.isEmpty else { return nil }
    return Section(
      title: "\(short(heading)): what no student of a Lipschitz budget can do",
      blocks: [
        .prose(
          "A student whose Lipschitz constant is at most M errs at least by the numbers below, "
            + "whatever its size and training: it cannot pull apart neighbours that the flow map "
            + "from Δ to 0 pulls further. Each bound is a certificate that holds with probability "
            + "\(NumberText.percent(mismatch.confidence, decimals: 0)), up to the teacher's error, "
            + "and was computed from \(NumberText.count(mismatch.samples)) points; more points "
            + "prove a little more. 0 proves nothing."),
        .table(table(mismatch)), .prose(statements(mismatch).joined(separator: " ")),
      ])
  }

  private func table(_ mismatch: MismatchTable) -> Table {
    Table(
      caption: "Relative MSE of every M-Lipschitz student, at least",
      columns: [.init("σ₀")]
        + mismatch.budgets.map {
          .init("M = \(budget($0))", kind: .certificate)
        } + [
          .init("Lip of the map ≥", kind: .certificate, note: "on points seen"),
          .init("log Lip of the map ≤", kind: .certificate),
        ],
      rows: mismatch.rows.map { row in
        [.init(row.sigma0)]
          + row.relativeErrors.map {
            .init(NumberText.significant($0), emphasis: $0 > 0 ? .none : .muted)
          } + [
            .init(NumberText.significant(row.steepestQuotient)),
            dash(row.certifiedLogLipschitz.map { NumberText.significant($0) }),
          ]
      })
  }

  /// A budget without zeros that say nothing.
  private func budget(_ value: Double) -> String {
    NumberText.significant(value, digits: value == value.rounded() ? 1 : 3)
  }

  private func statements(_ mismatch: MismatchTable) -> [String] {
    mismatch.rows.map { row in
      let excluded = zip(mismatch.budgets, row.relativeErrors).filter { $0.1 > 0 }
      guard let last = excluded.last else {
        return "At σ₀ = \(row.sigma0) no error is proved for any of these budgets."
      }
      return "At σ₀ = \(row.sigma0) an error is proved up to M = "
        + "\(budget(last.0)), there of "
        + "\(NumberText.significant(last.1, digits: 2))."
    } + [gapStatement(mismatch)].compactMap { $0 }
  }

  /// How far the certified constant is from what was seen.
  private func gapStatement(_ mismatch: MismatchTable) -> String? {
    let gaps = mismatch.rows.compactMap { row in
      row.certifiedLogLipschitz.flatMap { log in
        row.steepestQuotient > 0 ? (row.sigma0, log - .log(row.steepestQuotient)) : nil
      }
    }
    guard let widest = gaps.max(by: { $0.1 < $1.1 }) else { return nil }
    return "The certified constant of the map and the steepest quotient seen are furthest apart at "
      + "σ₀ = \(widest.0): by a factor of e^\(NumberText.significant(widest.1))."
  }
}
