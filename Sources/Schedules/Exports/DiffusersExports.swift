import Mixtures

/// `sigmas` of diffusers' EulerDiscreteScheduler, the last included.
public enum DiffusersEulerExport: GridExport {
  public static let name = "diffusers-sigmas-euler"
  public static let summary = "sigmas= of diffusers' EulerDiscreteScheduler"
  public static let takesTable = true

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    let levels = try grid.finiteNoiseLevels(for: self)
    return ExportedGrid(
      listText(levels),
      "noise levels sigma/alpha, descending, n + 1 of them for n steps; " + grid.ending,
      warnings: options.table.outside(levels.dropLast()))
  }
}

/// `sigmas` of diffusers' FlowMatchEulerDiscreteScheduler, which shifts them and appends 0.
public enum DiffusersFlowExport: GridExport {
  public static let name = "diffusers-sigmas-flow"
  public static let summary = "sigmas= of diffusers' FlowMatchEulerDiscreteScheduler, with --shift"
  public static let takesShift = true

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    guard grid.endsAtZero else {
      throw .unexportable(format: name, reason: "always ends at 0, and the grid does not")
    }
    let shift = options.shift
    return ExportedGrid(
      listText(grid.flowTimes.dropLast().map { flowShift($0, by: 1 / shift) }),
      "times sigma/(alpha + sigma), descending, n of them for n steps: the scheduler appends the "
        + "last 0; it must have shift=\(shift)"
        + (shift == 1 ? "" : ", which is taken out here and put back there")
        + ", no dynamic shifting and no shift_terminal")
  }
}

/// `timesteps` of diffusers' schedulers that take whole timesteps only, such as DPMSolverMultistep.
public enum DiffusersTimestepsExport: GridExport {
  public static let name = "diffusers-timesteps"
  public static let summary = "timesteps= of diffusers' schedulers, whole numbers on --table"
  public static let takesTable = true

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    guard grid.endsAtZero else {
      throw .unexportable(format: name, reason: "always ends at 0, and the grid does not")
    }
    let levels = try grid.finiteNoiseLevels(for: self).dropLast()
    let steps = levels.map {
      Int(options.table.timestep(ofLevel: $0).rounded(.toNearestOrEven))
    }
    for (k, pair) in zip(steps, steps.dropFirst()).enumerated() where pair.0 == pair.1 {
      throw .unexportable(
        format: name,
        reason: "has whole timesteps, and times \(k) and \(k + 1) of the grid are both timestep "
          + "\(pair.0); ask for fewer segments, or for levels within the table, "
          + "\(options.table.levels[0]) to \(options.table.levels[options.table.levels.count - 1])")
    }
    let change = zip(levels, steps).map { abs(options.table.levels[$1] / $0 - 1) }.max() ?? 0
    return ExportedGrid(
      "[" + steps.map { "\($0)" }.joined(separator: ", ") + "]",
      "whole timesteps, descending, n of them for n steps: the scheduler makes the last step to 0; "
        + "rounding changes noise levels by up to \(percent(change)) %",
      warnings: options.table.outside(levels))
  }

  private static func percent(_ share: Double) -> String {
    "\((share * 1000).rounded(.up) / 10)"
  }
}

extension TimestepTable {
  /// A warning if some levels lie outside the table, where a model was not trained.
  fileprivate func outside(_ others: some Collection<Double>) -> [String] {
    let (low, high) = (levels[0], levels[levels.count - 1])
    // Tables are published with four digits.
    let count = others.count { $0 < low * (1 - 1e-3) || $0 > high * (1 + 1e-3) }
    if count == 0 { return [] }
    return [
      "\(count) of the noise levels \(count == 1 ? "is" : "are") outside the model's, "
        + "\(low) to \(high), and will be run with its nearest timestep"
    ]
  }
}
