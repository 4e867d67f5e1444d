public import Arrays
import Distillation
import Mixtures
import ProbabilityFlow
import Schedules
import ScoreMatching
import Stability

/// The report of one distilled flow: how stable it is, where the grids put their points, how well
/// the students of each run do, and what their samples look like.
///
/// It draws and lays out; the numbers are those of the runs' evaluations and of the certificates.
public struct RunReport: Sendable {
  /// The runs, all of one flow; the first gives the flow.
  public let runs: [ReportedRun]
  /// The title of the page.
  public var title: String
  /// Real samples to show beside the others, N×d.
  public var data: Matrix<Double>?
  /// Width and height if samples are images.
  public var imageSize: (width: Int, height: Int)?
  /// What really happens, if it was measured.
  var measured: MeasuredStability?
  /// The measured rates of a learned flow: times, and √E‖∇v u‖² over random directions u.
  var profile: (times: [Double], rates: [Estimate])?
  /// How the page came about.
  public var provenance: [(name: String, value: String)] = []

  /// A report of runs.
  ///
  /// - Precondition: there is at least one.
  public init(_ runs: [ReportedRun], title: String) {
    precondition(!runs.isEmpty, "no runs")
    self.runs = runs
    self.title = title
  }

  var plan: DistillationPlan { runs[0].plan }
  var flow: ProbabilityFlow { plan.flow }

  /// A run's colour, the same in every figure.
  func color(_ index: Int) -> PlotColor {
    let colors: [PlotColor] = [.vermillion, .blue, .green, .purple, .orange, .sky]
    return colors[index % colors.count]
  }

  /// The page.
  public func page() -> HTMLReport {
    HTMLReport(
      title: title, lead: lead, sections: [samples, errors, stability, training].compactMap { $0 },
      provenance: provenance)
  }

  private var lead: String {
    var text =
      "\(described), distilled into one student network for each segment of a time grid."
    if let best = ranking.first, let worst = ranking.last, ranking.count > 1 {
      let change = best.error.ratio(to: worst.error)
      text +=
        " The lowest end-to-end error is that of \(best.name): "
        + NumberText.percent(1 - change.value) + " ± "
        + NumberText.percent(change.standardError) + " below \(worst.name)."
    }
    return text
  }

  private var described: String {
    guard plan.learned != nil else { return flow.described }
    return "The probability flow of a score that was learnt from data in "
      + "\(plan.mixture.dimension) dimensions under the \(flow.process.name) process"
  }

  /// The evaluated runs, the most accurate first.
  var ranking: [(name: String, error: Estimate)] {
    runs.compactMap { run in run.evaluation.map { (run.name, $0.relativeError) } }
      .sorted { $0.1.value < $1.1.value }
  }
}

extension Estimate {
  /// The ratio of two estimates, their errors combined as if independent.
  func ratio(to other: Estimate) -> Estimate {
    let ratio = value / other.value
    let (own, below) = (standardError / value, other.standardError / other.value)
    return Estimate(
      value: ratio, standardError: ratio * (own * own + below * below).squareRoot())
  }
}
