import FlowDistill

/// What --segments, --segmentation and --rule ask for together.
enum SegmentationRequest {
  /// n segments by a grid rule.
  case rule(String, Int)
  /// n segments, planned, with or without a prediction.
  case planned(Int, isPredicted: Bool)
  /// As few planned segments as reach a relative error.
  case auto(Double)

  /// The request, or a usage error.
  init(_ segments: String, segmentation: String?, rule: String?, isPredicted: Bool) throws {
    guard isPredicted || segmentation != nil else {
      throw CommandError.usage(
        "--no-prediction goes with --segmentation planned and a number of segments")
    }
    if let segmentation {
      guard segmentation == "planned" else {
        throw CommandError.usage(
          "--segmentation is \"\(segmentation)\"; use planned, or --rule for a grid rule")
      }
      guard rule == nil else {
        throw CommandError.usage("--segmentation takes the place of --rule; give one of both")
      }
    }
    if segments.hasPrefix("auto:") {
      guard isPredicted else {
        throw CommandError.usage("--segments auto:E needs predictions; leave out --no-prediction")
      }
      guard let error = Double(segments.dropFirst(5)), error > 0, error.isFinite else {
        throw CommandError.usage(
          "--segments is \"\(segments)\"; use auto:E with a relative error E, as auto:0.05")
      }
      guard rule == nil else {
        throw CommandError.usage("--segments auto:E plans the segments itself; leave out --rule")
      }
      self = .auto(error)
      return
    }
    guard let count = Int(segments) else {
      throw CommandError.usage("--segments is \"\(segments)\"; use a whole number, or auto:E")
    }
    try checkPositive(count, option: "--segments", atMost: GridCommand.segmentLimit)
    self =
      segmentation == nil
      ? .rule(rule ?? "stability", count) : .planned(count, isPredicted: isPredicted)
  }

  /// The planned segments.
  ///
  /// - Precondition: they are to be planned.
  func plan(
    _ flow: DistilledFlow, _ recipe: Recipe, seed: UInt64, rehearsals: RehearsalFolder
  ) throws -> PlannedSegmentation {
    if let problem = SegmentationPlanner.problem(recipe) { throw CommandError.usage(problem) }
    let planner =
      switch flow {
      case .closedForm(let flow): try SegmentationPlanner(flow, recipe: recipe, seed: seed)
      case .learned(let flow): try SegmentationPlanner(flow, recipe: recipe, seed: seed)
      }
    if case .planned(let n, isPredicted: false) = self { return planner.plan(segments: n) }
    Interruption.watch()
    let counts = if case .planned(let n, _) = self { [n] } else { SegmentationPlanner.choices }
    let steps = counts.reduce(0) {
      $0 + SegmentationPlanner.rehearsalSteps(recipe, segments: $1)
    }
    var progress = Progress("rehearse", total: steps)
    defer { progress.finish() }
    let stop = { Interruption.isRequested }
    if case .auto(let error) = self {
      return try planner.plan(error: error, rehearsals: rehearsals, shouldStop: stop) {
        progress.show($0)
      }
    }
    return try planner.predicting(
      planner.plan(segments: counts[0]), rehearsals: rehearsals, shouldStop: stop
    ) { progress.show($0) }
  }
}
