import FlowDistill

/// What --segments, --segmentation and --rule ask for together.
enum SegmentationRequest {
  /// n segments by a grid rule.
  case rule(String, Int)
  /// n segments, planned.
  case planned(Int)
  /// As few planned segments as reach a relative error.
  case auto(Double)

  /// The request, or a usage error.
  init(_ segments: String, segmentation: String?, rule: String?) throws {
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
    self = segmentation == nil ? .rule(rule ?? "stability", count) : .planned(count)
  }

  /// The planned segments.
  ///
  /// - Precondition: they are to be planned.
  func plan(_ flow: ProbabilityFlow, _ recipe: Recipe, seed: UInt64) throws -> PlannedSegmentation {
    if let problem = SegmentationPlanner.problem(recipe) { throw CommandError.usage(problem) }
    let planner = try SegmentationPlanner(flow, recipe: recipe, seed: seed)
    Interruption.watch()
    let counts = if case .planned(let n) = self { [n] } else { SegmentationPlanner.choices }
    let steps = counts.reduce(0) {
      $0 + SegmentationPlanner.rehearsalSteps(recipe, segments: $1)
    }
    var progress = Progress("rehearse", total: steps)
    defer { progress.finish() }
    let stop = { Interruption.isRequested }
    if case .auto(let error) = self {
      return try planner.plan(error: error, shouldStop: stop) { progress.show($0) }
    }
    return try planner.predicting(planner.plan(segments: counts[0]), shouldStop: stop) {
      progress.show($0)
    }
  }
}
