import Experiments

/// The page of reproduced experiments: for each one our numbers beside the published ones, what was
/// wrong with those, and what the numbers here say instead.
///
/// It draws and lays out. Every statement about results is made from the results; only what is said of
/// the published protocol stands fixed.
public struct ExperimentReport: Sendable {
  /// The experiments, one part of the page each.
  public let experiments: [ReportedExperiment]
  /// The title of the page.
  public var title = "Experiments of arXiv:2606.03820, reproduced"
  /// How the page came about.
  public var provenance: [(name: String, value: String)] = []

  /// A report of experiments.
  ///
  /// - Precondition: there is at least one.
  public init(_ experiments: [ReportedExperiment]) {
    precondition(!experiments.isEmpty, "no experiments")
    self.experiments = experiments
  }

  /// The page.
  public func page() -> HTMLReport {
    HTMLReport(
      title: title, lead: lead,
      sections: experiments.flatMap { experiment in
        let number = experiment.plan.experiment.number
        let alike = experiments.filter { $0.plan.experiment.number == number }.count
        let suffix = alike > 1 ? " (\(experiment.name))" : ""
        return experiment.sections(
          heading: "Experiment \(number)\(suffix): \(experiment.plan.experiment.title)")
      }, provenance: provenance)
  }

  private var lead: String {
    var (compared, known) = (0, 0)
    for experiment in experiments {
      known += experiment.plan.experiment.published.count
      compared += experiment.comparisons.filter { $0.published != nil }.count
    }
    let cells = experiments.reduce(0) { $0 + $1.results.count }
    var text =
      "\(NumberText.count(cells)) trained \(cells == 1 ? "cell" : "cells"); \(compared) of the "
      + "\(known) published numbers of these experiments have a counterpart here."
    if experiments.contains(where: { !$0.hasPublishedProtocol }) {
      text +=
        " Not all of it follows the published protocol: each part says in what it differs."
    }
    return text
  }
}

extension ReportedExperiment {
  /// The parts of the page about this experiment.
  func sections(heading: String) -> [Section] {
    let start: [Block] = [.prose(protocolText), .prose(flaw)]
    guard !groups.isEmpty else {
      return [Section(title: heading, blocks: start + [.prose("No cell is finished yet.")])]
    }
    let isOneSeed = groups.allSatisfy { $0.results.count == 1 }
    let findings =
      "What these results say\(isOneSeed ? " of one seed, and another may say otherwise" : ""): "
      + statements.joined(separator: " ")
    let first = Section(
      title: heading,
      blocks: start + [
        .prose(findings), .figures(figures), .table(comparisonTable), .prose(comparisonNote),
      ])
    switch plan.experiment {
    case .score, .depth: return [first]
    case .oneStep: return [first] + [mismatchSection(heading)].compactMap { $0 }
    case .grids:
      return [first, reductionSection(heading)] + [baselineSection(heading)].compactMap { $0 }
    }
  }

  private var flaw: String {
    switch plan.experiment {
    case .score: PublishedFlaws.score
    case .oneStep: PublishedFlaws.oneStep
    case .depth: PublishedFlaws.depth
    case .grids: PublishedFlaws.grids
    }
  }

  private var statements: [String] {
    let found =
      switch plan.experiment {
      case .score: scoreStatements
      case .oneStep: oneStepStatements
      case .depth: depthStatements
      case .grids: gridStatements
      }
    return found.isEmpty ? ["too few cells are finished for any statement."] : found
  }

  private var figures: [Figure] {
    switch plan.experiment {
    case .score: scoreFigures
    case .oneStep: oneStepFigures
    case .depth: depthFigures
    case .grids: gridFigures
    }
  }
}
