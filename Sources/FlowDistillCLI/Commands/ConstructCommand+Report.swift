import ArgumentParser
import FlowDistill

extension ConstructCommand {
  /// The page about the network, and about those of the sweep if there is one.
  func page(
    _ flow: ProbabilityFlow, _ score: ConstructedScore, _ measured: MeasuredError,
    _ rows: [(tolerance: Double, score: ConstructedScore)], _ sizes: [SizeSweep],
    _ variant: NetworkVariant
  ) -> HTMLReport {
    var report = ConstructionReport(
      flow, time: time, score, measured, tolerance: tolerance,
      title: "A network for the score of \(mixture.mixture)")
    (report.isRelative, report.variant) = (!absolute, variant)
    (report.accuracies, report.sizes) = (rows, sizes)
    report.provenance = [
      ("software", "FlowDistill \(FlowDistillCommand.configuration.version)"),
      ("mixture", mixture.mixture), ("network", output.output), ("seed", String(seeding.seed)),
    ]
    return report.page()
  }
}
