import Distillation
import Schedules
import Stability

extension RunReport {
  /// The loss over the steps of each segment: whether training had settled.
  var training: Section? {
    let figures: [Figure] = runs.compactMap { run in
      guard !run.records.isEmpty else { return nil }
      // Segments that share a network share its record.
      let series = run.plan.stageNames.enumerated().compactMap { k, name -> Plot.Series? in
        let records = run.records.filter { $0.segment == k }
        guard !records.isEmpty else { return nil }
        return Plot.Series.line(
          name, x: records.map { Double($0.step) }, y: records.map(\.loss))
      }
      return Figure(
        svg: Plot(
          title: "Training of \(run.name)", x: .init("step in the segment"),
          y: .init("loss of a batch", scale: .log10), series: series
        ).svg(),
        caption: run.plan.recipe.parametrisation.lossDescription)
    }
    return figures.isEmpty ? nil : Section(title: "Training", blocks: [.figures(figures)])
  }
}

extension Parametrisation {
  /// In which unit the loss is, for people.
  fileprivate var lossDescription: String {
    switch self {
    case .plain: "Mean squared error of a coordinate."
    case .residual, .linear: "Loss relative to the mean squared displacement of the segment."
    case .affine: "Loss relative to the mean squared error of the best affine map."
    }
  }
}
