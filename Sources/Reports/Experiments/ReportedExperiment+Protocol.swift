import Distillation
import Experiments

extension ReportedExperiment {
  /// Whether the numbers come of the published protocol, but for the teacher.
  var hasPublishedProtocol: Bool { plan.scale == .paper && plan.steps == nil }

  /// Whether students learned from the published teacher, so that there are two errors.
  var hasTwoErrors: Bool { groups.contains { $0.trueError != nil } }

  /// What was run, and whether its numbers may be compared with the published ones.
  var protocolText: String {
    let published = ReproductionPlan(plan.experiment, scale: .paper)
    let (own, theirs) = (size(plan), size(published))
    var text =
      hasPublishedProtocol
      ? "The published protocol: \(own)."
      : "A smaller protocol than the published one: \(own). Published: \(theirs). So the numbers are "
        + "not comparable with the published ones; only trends are."
    guard plan.experiment != .score else { return text }
    text +=
      plan.teacher == .published
      ? " Students learn from the published teacher. Their error is given twice: against that "
        + "teacher, as in the published table, and against the exact flow map."
      : " Students learn from a teacher that controls its error, and errors are those against the "
        + "exact flow map."
    return text
  }

  private func size(_ plan: ReproductionPlan) -> String {
    let cells = plan.cells(seeds: [0]).filter { ($0["student"] ?? "separate") == "separate" }
    let recipes = cells.map(\.plan.recipe)
    guard let recipe = recipes.first, let cell = cells.first else { return "no cells" }
    let widths = Set(recipes.map { $0.hiddenWidths[0] }).sorted()
    let span =
      widths.count > 1
      ? "widths \(widths[0]) to \(widths[widths.count - 1])" : "width \(widths[0])"
    return "\(span), \(NumberText.count(recipe.totalSteps)) training steps in all with batches of "
      + "\(recipe.batch), \(NumberText.count(cell.samples)) samples to evaluate, "
      + (plan.seeds.count == 1 ? "one seed" : "\(plan.seeds.count) seeds")
  }

  /// What stands behind the ± of the table.
  var comparisonNote: String {
    let counts = Set(groups.map(\.results.count))
    var text =
      "Relative mean squared errors, all estimates. Published: mean ± standard deviation over ten "
      + "seeds; the last columns give our mean over the published one, and their difference in "
      + "published standard deviations."
    if counts.contains(where: { $0 > 1 }) {
      text += " Ours with several seeds: mean ± standard deviation over seeds."
    }
    if counts.contains(1) {
      text +=
        " Ours with one seed: ± the standard error over samples of its evaluation, which says "
        + "nothing of another seed's training."
    }
    return text
  }
}
