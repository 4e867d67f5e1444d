import Distillation
import Mixtures
import RealModule
import Schedules
import Stability

extension RunReport {
  /// The end-to-end errors and where they come from.
  var errors: Section {
    let evaluated = runs.enumerated().compactMap { i, run in
      run.evaluation.map { (index: i, run: run, evaluation: $0) }
    }
    var blocks: [Block] = [.table(summary)] + (quality.map { [.table($0)] } ?? [])
    if evaluated.count < runs.count {
      let names = runs.filter { $0.evaluation == nil }.map(\.name)
      blocks.append(
        .prose("Not evaluated yet: \(names.joined(separator: ", ")). Run flowdistill evaluate."))
    }
    guard let first = evaluated.first else { return Section(title: "Errors", blocks: blocks) }
    blocks.append(
      .prose(
        """
        Relative MSE: Σ‖ŷ − y‖²/Σ‖y‖² over fresh samples of p_T, ŷ from the students and y from the \
        accurate teacher. The budget below is exact: the contributions \
        c_k = Φ(z_k) − Φ(z_{k−1}), each carried to time 0 by the teacher, add up to ŷ − y, and a \
        segment's share is ⟨c_k, ŷ − y⟩/‖ŷ − y‖².
        """))
    let longest = evaluated.map(\.evaluation.segments.count).max() ?? 0
    func bars(
      _ title: String, _ label: String, scale: Plot.Axis.Scale,
      _ value: (SegmentBudget) -> Double
    ) -> Figure {
      Figure(
        svg: Plot(
          title: title, x: .init("segment", scale: .categories((1...longest).map(String.init))),
          y: .init(label, scale: scale),
          series: evaluated.map { entry in
            let values = entry.evaluation.segments.map(value)
            let padding = [Double](repeating: .nan, count: longest - values.count)
            return .bars(entry.run.name, heights: values + padding, color: color(entry.index))
          }
        ).svg())
    }
    blocks.append(
      .figures([
        bars("Share of the end-to-end error", "share in %", scale: .linear) { $0.share * 100 },
        bars("Local error of each student", "root mean square", scale: .linear) { $0.localError },
        Figure(
          svg: amplifications(evaluated.map { ($0.run.name, $0.evaluation, color($0.index)) })
            .svg(),
          caption: "What the rest of the flow makes of a segment's error; an infinite certificate "
            + "is left out."),
      ]))
    blocks += evaluated.map { .table(budget($0.run.name, $0.evaluation)) }
    blocks.append(
      .prose(
        "Segment 1 is the noisiest. Evaluated on \(NumberText.count(first.evaluation.sampleCount)) "
          + "samples; the teacher's own error is about "
          + "\(NumberText.significant(first.evaluation.teacherError, digits: 1)) of the norm of a "
          + "sample (estimate)."))
    return Section(title: "Errors", blocks: blocks)
  }

  /// Measured and certified amplification by segment, on one logarithmic axis.
  private func amplifications(
    _ evaluated: [(name: String, evaluation: Evaluation, color: PlotColor)]
  ) -> Plot {
    let longest = evaluated.map(\.evaluation.segments.count).max() ?? 0
    let series = evaluated.flatMap { name, evaluation, color in
      let places = evaluation.segments.indices.map(Double.init)
      return [
        Plot.Series.line(
          "\(name), measured", x: places, y: evaluation.segments.map(\.measuredAmplification),
          color: color, marker: .circle),
        .line(
          "\(name), certified", x: places,
          y: evaluation.segments.map { $0.certifiedAmplification ?? .nan },
          color: color, dash: .dashed, marker: .cross),
      ]
    }
    return Plot(
      title: "Amplification of each student's error",
      x: .init("segment", scale: .categories((0..<longest).map { "\($0 + 1)" })),
      y: .init("amplification", scale: .log10), series: series)
  }

  private func text(_ estimate: Estimate?) -> Table.Cell {
    Table.Cell(
      estimate.map { NumberText.estimate($0.value, standardError: $0.standardError) } ?? "—")
  }

  private var summary: Table {
    let best = ranking.first?.name
    return Table(
      caption: "Runs",
      columns: [
        .init("run", alignment: .text), .init("grid", alignment: .text), .init("segments"),
        .init("recipe", alignment: .text), .init("training steps"),
        .init("relative MSE", kind: .estimate, note: "end to end"),
        .init("−log p_0", kind: .estimate, note: "students, nats"),
        .init("−log p_0", kind: .estimate, note: "teacher, nats"),
      ],
      rows: runs.map { run in
        var error = text(run.evaluation?.relativeError)
        if run.name == best { error.emphasis = .best }
        return [
          .init(run.name), .init(run.plan.grid.rule), .init("\(run.plan.grid.segmentCount)"),
          .init(run.plan.recipe.name), .init(NumberText.count(run.plan.recipe.totalSteps)), error,
          text(run.evaluation?.negativeLogLikelihood),
          text(run.evaluation?.teacherNegativeLogLikelihood),
        ]
      })
  }

  /// How far samples are from real data; nil if no run has been compared with any.
  private var quality: Table? {
    let compared = runs.compactMap { run in run.evaluation?.quality.map { (run.name, $0) } }
    guard !compared.isEmpty else { return nil }
    return Table(
      caption: "Sliced Wasserstein distance, of order 2, between as many samples on either side",
      columns: [
        .init("run", alignment: .text),
        .init("students to data", kind: .estimate), .init("teacher to data", kind: .estimate),
        .init("teacher to teacher", kind: .estimate, note: "two sets: what finite samples leave"),
        .init("samples"),
      ],
      rows: compared.map { name, quality in
        [
          .init(name), text(quality.students), text(quality.teacher), text(quality.floor),
          .init(NumberText.count(quality.sampleCount)),
        ]
      })
  }

  private func budget(_ name: String, _ evaluation: Evaluation) -> Table {
    Table(
      caption: "Error budget of \(name)",
      columns: [
        .init("segment"), .init("from t"), .init("to t"),
        .init("local error", kind: .estimate, note: "root mean square"),
        .init("local relative MSE", kind: .estimate),
        .init("amplification", kind: .estimate, note: "by the rest of the flow"),
        .init("amplification", kind: .certificate, note: "at most"),
        .init("share", kind: .estimate, note: "of the error"),
      ],
      rows: evaluation.segments.enumerated().map { k, segment in
        [
          .init("\(k + 1)"), .init(NumberText.significant(segment.from)),
          .init(NumberText.significant(segment.to)),
          .init(NumberText.significant(segment.localError)),
          text(segment.localRelativeError),
          .init(NumberText.significant(segment.measuredAmplification)),
          .init(segment.certifiedAmplification.map { NumberText.significant($0) } ?? "—"),
          .init(NumberText.percent(segment.share)),
        ]
      })
  }
}
