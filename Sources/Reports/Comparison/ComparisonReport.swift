import Mixtures
import ProbabilityFlow
import RealModule
public import Schedules
import Stability

/// The page about a comparison of grids: how the rules do over all mixtures, and on each one the errors
/// and where the grids put their points.
///
/// It draws and lays out; the numbers are the comparison's.
public struct ComparisonReport: Sendable {
  /// What was compared.
  public let comparison: GridComparison
  /// The title of the page.
  public var title = "Grids compared"
  /// How the page came about.
  public var provenance: [(name: String, value: String)] = []

  /// The rules, the best first: those without a grid anywhere come last.
  let ranking: [String]

  /// A report of a comparison.
  public init(_ comparison: GridComparison) {
    self.comparison = comparison
    ranking = ComparisonReport.ranking(comparison)
  }

  var plan: ComparisonPlan { comparison.plan }

  /// The page.
  public func page() -> HTMLReport {
    HTMLReport(
      title: title, lead: lead, sections: [overview] + comparison.cases.map(section),
      provenance: provenance)
  }

  private var lead: String {
    let process = plan.process
    let names = plan.samplers.map { $0.name }.joined(separator: ", ")
    let numbers = plan.segments.map(String.init).joined(separator: ", ")
    return "Samplers \(names) with \(numbers) steps on the grids of \(ranking.count) rules, under "
      + "the \(process.name) process from noise level "
      + "\(level(process.horizon)) to \(level(plan.end)), against the accurate teacher from "
      + "the same \(NumberText.count(plan.samples)) samples of noise for each mixture."
  }

  /// The noise level at a time, without zeros that say nothing.
  private func level(_ time: Double) -> String {
    var text = NumberText.significant(plan.process.noiseLevel(time))
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// How far, on average, the logarithm of a rule's error is above the best rule's in the same place.
  ///
  /// It serves to order rows and to choose what is drawn in colour, and is not printed.
  private static func ranking(_ comparison: GridComparison) -> [String] {
    var (excess, count): ([String: Double], [String: Int]) = ([:], [:])
    for entry in comparison.cases {
      for group in Dictionary(grouping: entry.cells, by: { "\($0.sampler) \($0.segments)" }).values
      {
        let logs = group.compactMap { cell in
          cell.measurement.map { (cell.rule, Double.log(max($0.relativeError.value, 1e-300))) }
        }
        let least = logs.map(\.1).min() ?? 0
        for (rule, value) in logs {
          excess[rule, default: 0] += value - least
          count[rule, default: 0] += 1
        }
      }
    }
    let names = comparison.plan.allRules.map { $0.name }
    func mean(_ rule: String) -> Double {
      count[rule].map { (excess[rule] ?? 0) / Double($0) } ?? .infinity
    }
    return names.enumerated().sorted { (mean($0.1), $0.0) < (mean($1.1), $1.0) }.map(\.element)
  }

  /// The colour of a rule, the same in every figure: ink for the oracle, a hue for the best six others,
  /// gray for the rest.
  func color(_ rule: String) -> PlotColor {
    if rule == plan.oracle?.name { return .ink }
    let colors: [PlotColor] = [.vermillion, .blue, .green, .purple, .orange, .sky]
    let place = ranking.filter { $0 != plan.oracle?.name }.firstIndex(of: rule)
    return place.flatMap { colors.indices.contains($0) ? colors[$0] : nil } ?? .gray
  }
}

extension NumberText {
  /// An estimate with its error, or a dash.
  static func estimate(_ estimate: Estimate?) -> String {
    estimate.map { NumberText.estimate($0.value, standardError: $0.standardError) } ?? "—"
  }
}
