import Mixtures

/// A Python list of n + 1 noise levels for the samplers of k-diffusion.
public enum KDiffusionExport: GridExport {
  public static let name = "k-diffusion"
  public static let summary = "sigmas of k-diffusion's samplers: torch.tensor([...])"

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    ExportedGrid(
      listText(try grid.finiteNoiseLevels(for: self)),
      "noise levels sigma/alpha, descending, n + 1 of them for n steps; " + grid.ending)
  }
}

/// n + 1 levels for a SIGMAS input of ComfyUI, as nodes take them that read a line of text.
public enum ComfyUIExport: GridExport {
  public static let name = "comfyui"
  public static let summary = "a SIGMAS list for ComfyUI's custom samplers, as text"

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    let (levels, meaning) = try grid.modelLevels(for: self)
    return ExportedGrid(
      levels.map(plainDecimal).joined(separator: ", "),
      meaning + ", descending, n + 1 of them for n steps, no shift is applied; " + grid.ending)
  }
}

/// The option `--sigmas` of stable-diffusion.cpp.
public enum StableDiffusionCppExport: GridExport {
  public static let name = "sdcpp"
  public static let summary = "the option --sigmas of stable-diffusion.cpp"

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    let (levels, meaning) = try grid.modelLevels(for: self)
    return ExportedGrid(
      "--sigmas \"" + levels.map(plainDecimal).joined(separator: ",") + "\"",
      meaning + ", descending, n + 1 of them for n steps; " + grid.ending)
  }
}

/// `t_steps` of the sampling loop of EDM, which appends 0 itself.
public enum EDMExport: GridExport {
  public static let name = "edm"
  public static let summary = "t_steps of EDM's sampling loop, before it appends 0"

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    let levels = try grid.finiteNoiseLevels(for: self)
    guard grid.endsAtZero else {
      return ExportedGrid(
        listText(levels), "noise levels, descending, without the 0 that the loop appends",
        warnings: ["the loop goes on from the end of the grid to 0, one step more"])
    }
    return ExportedGrid(
      listText(levels.dropLast()),
      "noise levels, descending, n of them for n steps: the loop appends the last 0")
  }
}

/// The option `--t_steps` of GITS and diff-sampler: points, no 0.
public enum GITSExport: GridExport {
  public static let name = "gits"
  public static let summary = "the option --t_steps of GITS and diff-sampler"

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    let levels = try grid.finiteNoiseLevels(for: self)
    func option(_ levels: some Sequence<Double>) -> String {
      "--t_steps=[" + levels.map { "\($0)" }.joined(separator: ",") + "]"
    }
    guard grid.endsAtZero else {
      return ExportedGrid(
        option(levels), "noise levels, descending, n + 1 points for n steps")
    }
    // One point is no step: their loop runs over pairs.
    guard grid.segmentCount >= 2 else {
      throw .unexportable(
        format: name, reason: "needs two positive points; ask for at least 2 segments")
    }
    return ExportedGrid(
      option(levels.dropLast()) + " --denoise_to_zero=True",
      "noise levels, descending, n points; --denoise_to_zero makes the last step to 0")
  }
}

/// `time_grid` of facebookresearch's flow_matching: ascending from noise at 0 to data at 1.
public enum FlowTimeGridExport: GridExport {
  public static let name = "flow-time-grid"
  public static let summary = "time_grid of facebookresearch/flow_matching, 0 (noise) to 1 (data)"

  public static func export(
    _ grid: TimeGrid, _ options: GridExportOptions
  ) throws(ScheduleError) -> ExportedGrid {
    // α/(α + σ) itself: 1 − σ/(α + σ) would lose the digits of small times.
    let times = grid.times.map { t in
      let (alpha, sigma) = (grid.process.alpha(t), grid.process.sigmaSquared(t).squareRoot())
      return alpha / (alpha + sigma)
    }
    return ExportedGrid(
      listText(times),
      "times alpha/(alpha + sigma), ascending, n + 1 of them for n steps with step_size=None; "
        + (grid.endsAtZero ? "the last is 1" : "the last is below 1, where the solver stops"),
      warnings: times[0] > 0
        ? ["the first time is \(times[0]), not 0: noise of the process is not pure at T"] : [])
  }
}
