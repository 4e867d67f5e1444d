import FlowDistill

extension CompareGridsCommand {
  /// The comparison for people.
  func lines(_ comparison: GridComparison) -> [String] {
    comparison.cases.flatMap { lines($0) + [""] } + meanLines(comparison) + [
      "Every measured number is an estimate, with one standard error. Times oracle: relative MSE over",
      "that on the grid of rule optimal, on the same samples. Cost: evaluations of the velocity and",
      "seconds for making the grid. Excess NLL: -log p of the sampler's states less the exact ones'.",
    ]
  }

  private func lines(_ entry: CaseComparison) -> [String] {
    let mixture = entry.subject.mixture
    var table = TextTable([
      "sampler", "n", "rule", "relative MSE", "times oracle", "sliced W2", "energy distance",
      "excess NLL", "cost",
    ])
    for cell in sorted(entry.cells) {
      let m = cell.measurement
      let cost =
        cell.grid.map {
          "\(NumberText.count($0.evaluations)), \(NumberText.significant(cell.constructionSeconds, digits: 2)) s"
        } ?? "-"
      table.append([
        cell.sampler, "\(cell.segments)", cell.rule, text(m?.relativeError),
        text(cell.timesOracle), text(m?.slicedWasserstein), text(m?.energyDistance),
        text(m?.excessNegativeLogLikelihood), cost,
      ])
    }
    let reference = entry.reference
    return [
      "\(entry.subject.name): \(mixture.componentCount) components in \(mixture.dimension) dimensions",
      "exact samples: -log p = \(text(reference.negativeLogLikelihood)) nats; "
        + "two independent sets of them have sliced W2 \(text(reference.wassersteinFloor))",
    ] + table.lines + entry.notes
  }

  /// Within each sampler and number of segments the best grid first, what is missing last.
  private func sorted(_ cells: [ComparisonCell]) -> [ComparisonCell] {
    let places = cells.map { cell in
      (
        cells.firstIndex { $0.sampler == cell.sampler && $0.segments == cell.segments } ?? 0,
        cell.measurement?.relativeError.value ?? .infinity
      )
    }
    return cells.indices.sorted {
      (places[$0].0, places[$0].1, $0) < (places[$1].0, places[$1].1, $1)
    }.map { cells[$0] }
  }

  private func meanLines(_ comparison: GridComparison) -> [String] {
    guard comparison.means.contains(where: { $0.timesOracle != nil }) else { return [] }
    let mixtures = comparison.cases.count
    var table = TextTable(["sampler", "rule", "times oracle", "cells"])
    for mean in comparison.means {
      table.append([
        mean.sampler, mean.rule, text(mean.timesOracle), "\(mean.count) of \(mean.outOf)",
      ])
    }
    return [
      "geometric means over \(mixtures) mixture\(mixtures == 1 ? "" : "s") and all n"
    ] + table.lines + [""]
  }

  private func text(_ estimate: Estimate?) -> String {
    guard let estimate else { return "-" }
    // All samples alike but for rounding, as those of one Gaussian are.
    let isRounding = estimate.standardError < 1e-12 * abs(estimate.value)
    return NumberText.estimate(
      estimate.value, standardError: isRounding ? 0 : estimate.standardError)
  }
}
