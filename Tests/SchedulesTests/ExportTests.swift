import Formats
import Foundation
import Mixtures
import ProbabilityFlow
import RealModule
import Schedules
import TestSupport
import Testing

/// What is printed, read back as its reader would.
@Suite struct ExportTests {
  private static func grid(
    _ process: any ForwardProcess, _ n: Int = 6, end: Double = 0, rule: any GridRule.Type
  ) throws -> TimeGrid {
    var request = GridRequest(
      ProbabilityFlow(try twoModes(at: 1, variance: 0.1), process), segments: n)
    request.end = end
    return try rule.grid(request)
  }

  private static func ve(_ n: Int = 6, end: Double = 0) throws -> TimeGrid {
    try grid(VarianceExploding(horizon: 14.6), n, end: end, rule: KarrasRule.self)
  }

  private static func flow(_ n: Int = 6) throws -> TimeGrid {
    try grid(RectifiedFlow(), n, rule: FlowShiftRule.self)
  }

  /// The numbers between brackets or quotes, or all of a text without either.
  private static func numbers(_ text: String) throws -> [Double] {
    var part = text[...]
    if let open = text.firstIndex(where: { "[\"".contains($0) }),
      let close = text.lastIndex(where: { "]\"".contains($0) })
    {
      part = text[text.index(after: open)..<close]
    }
    return try part.split(separator: ",").map {
      try #require(Double($0.trimmingCharacters(in: .whitespaces)), "\($0)")
    }
  }

  private static func export(
    _ name: String, _ grid: TimeGrid, _ options: GridExportOptions = GridExportOptions()
  ) throws -> ExportedGrid {
    try #require(GridExports.named(name)).export(grid, options)
  }

  @Test(arguments: ["k-diffusion", "comfyui", "sdcpp", "diffusers-sigmas-euler"])
  func allLevelsComeBack(name: String) throws {
    for grid in [try ExportTests.ve(), try ExportTests.ve(end: 1e-7)] {
      let exported = try ExportTests.export(name, grid)
      #expect(try ExportTests.numbers(exported.text) == grid.noiseLevels)
      #expect(exported.convention.contains("n + 1") && !exported.text.contains("\n"))
    }
  }

  /// Readers of several kinds of model count a flow model's levels by its time.
  @Test(arguments: ["comfyui", "sdcpp"]) func flowModelsHaveTimes(name: String) throws {
    let grid = try ExportTests.flow()
    let numbers = try ExportTests.numbers(try ExportTests.export(name, grid).text)
    #expect(largestDifference(numbers, grid.times) < 1e-15 && numbers[0] == 1)
  }

  @Test func plainTextHasNoExponents() throws {
    for end in [1e-5, 1.25e-7, 3e-150] {
      for name in ["comfyui", "sdcpp"] {
        let text = try ExportTests.export(name, try ExportTests.ve(end: end)).text
        #expect(!text.dropFirst("--sigmas".count).contains("e"))
        #expect(try ExportTests.numbers(text).last == end)
      }
    }
  }

  @Test func listsWithoutTheZero() throws {
    let grid = try ExportTests.ve()
    let edm = try ExportTests.export("edm", grid)
    #expect(
      try ExportTests.numbers(edm.text) == grid.noiseLevels.dropLast() && edm.warnings.isEmpty)
    let gits = try ExportTests.export("gits", grid)
    #expect(gits.text.hasPrefix("--t_steps=[") && gits.text.hasSuffix("] --denoise_to_zero=True"))
    #expect(!gits.text.contains(", "))
    #expect(try ExportTests.numbers(gits.text) == grid.noiseLevels.dropLast())
    let short = try ExportTests.ve(end: 0.002)
    let open = try ExportTests.export("gits", short)
    #expect(try ExportTests.numbers(open.text) == short.noiseLevels && !open.text.contains(" "))
    #expect(try ExportTests.export("edm", short).warnings.count == 1)
    #expect(throws: ScheduleError.self) {
      _ = try ExportTests.export("gits", try ExportTests.ve(1))
    }
  }

  @Test(arguments: [1.0, 3, 1.15]) func theShiftIsTakenOut(shift: Double) throws {
    let grid = try ExportTests.flow()
    var options = GridExportOptions()
    options.shift = shift
    let exported = try ExportTests.export("diffusers-sigmas-flow", grid, options)
    let numbers = try ExportTests.numbers(exported.text)
    // What the scheduler makes of them: shifted, then 0.
    let visited = numbers.map { shift * $0 / (1 + (shift - 1) * $0) } + [0]
    #expect(largestDifference(visited, grid.times) < 1e-15)
    #expect(exported.convention.contains("shift=\(shift)"))
    // A variance-exploding grid has the times of the same noise levels.
    let other = try ExportTests.numbers(
      try ExportTests.export("diffusers-sigmas-flow", try ExportTests.ve()).text)
    #expect(agrees(other[0], 14.6 / 15.6, relative: 1e-14))
  }

  @Test func timestepsAreThoseOfTheTable() throws {
    let timesteps = [999, 850, 736, 645, 545, 455, 343, 233, 124, 24]
    let grid = try ExportTests.grid(
      VarianceExploding(horizon: 14.615), 10, rule: AYSStableDiffusionRule.self)
    let exported = try ExportTests.export("diffusers-timesteps", grid)
    let numbers = try ExportTests.numbers(exported.text)
    // diffusers publishes whole timesteps for the same table.
    #expect(zip(numbers, timesteps).allSatisfy { abs($0 - Double($1)) <= 1 }, "\(numbers)")
    #expect(!exported.text.contains("."))
    #expect(exported.warnings.isEmpty && exported.convention.contains("rounding"))
    let table = TimestepTable.stableDiffusion
    #expect(agrees(table.levels[0], 0.0291671582, relative: 1e-6))
    #expect(agrees(table.levels[999], 14.6146412293, relative: 1e-6))
    for i in [0, 1, 500, 999] {
      #expect(abs(table.timestep(ofLevel: table.levels[i]) - Double(i)) < 1e-9)
    }
    #expect(throws: ScheduleError.self) {
      _ = try ExportTests.export("diffusers-timesteps", try ExportTests.ve(200))
    }
    #expect(throws: ScheduleError.self) {
      _ = try ExportTests.export("diffusers-timesteps", try ExportTests.ve(end: 0.1))
    }
  }

  @Test func levelsOutsideTheModelAreAWarning() throws {
    let grid = try ExportTests.grid(OrnsteinUhlenbeck(), rule: KarrasRule.self)
    let warnings = try ExportTests.export("diffusers-sigmas-euler", grid).warnings
    let outside = grid.noiseLevels.dropLast().count { $0 > 14.6147 || $0 < 0.02916 }
    #expect(warnings.count == 1 && warnings[0].hasPrefix("\(outside) of"))
  }

  @Test func flowTimesAscend() throws {
    let grid = try ExportTests.flow()
    let exported = try ExportTests.export("flow-time-grid", grid)
    let numbers = try ExportTests.numbers(exported.text)
    #expect(largestDifference(numbers, grid.times.map { 1 - $0 }) < 1e-15)
    #expect(numbers.first == 0 && numbers.last == 1 && exported.warnings.isEmpty)
    let levels = try ExportTests.numbers(
      try ExportTests.export("flow-time-grid", try ExportTests.ve()).text
    ).map { (1 - $0) / $0 }
    let expected = try ExportTests.ve().noiseLevels
    #expect(zip(levels, expected).allSatisfy { agrees($0, $1, relative: 1e-9, absolute: 1e-12) })
  }

  @Test func filesComeBack() throws {
    let grid = try ExportTests.grid(OrnsteinUhlenbeck(), rule: CosineRule.self)
    let json = try JSON.parse(Array(try ExportTests.export("json", grid).text.utf8), path: "g")
    #expect(try TimeGrid(try JSONReader(json, path: "g")).times == grid.times)
    let csv = try CSV.parse(Array(try ExportTests.export("csv", grid).text.utf8), path: "g.csv")
    #expect(csv.header == ["t", "noise_level", "alpha", "sigma"])
    #expect(csv.column("t") == grid.times && csv.column("noise_level") == grid.noiseLevels)
    #expect(csv.column("alpha") == grid.times.map { grid.process.alpha($0) })
  }

  /// σ̂ = ∞ at T is refused by name, or has a place.
  @Test func pureNoise() throws {
    let grid = try ExportTests.flow()
    for export in GridExports.all {
      switch export.name {
      case "comfyui", "sdcpp", "diffusers-sigmas-flow", "flow-time-grid", "json", "csv":
        _ = try export.export(grid, GridExportOptions())
      default:
        let error = #expect(throws: ScheduleError.self, "\(export.name)") {
          _ = try export.export(grid, GridExportOptions())
        }
        #expect(error?.description.contains("--horizon") == true)
      }
    }
    #expect(try ExportTests.export("csv", grid).text.contains("1.0,inf,0.0,1.0"))
  }

  @Test func theListIsSound() {
    #expect(Set(GridExports.all.map { $0.name }).count == GridExports.all.count)
    for export in GridExports.all {
      #expect(GridExports.named(export.name)?.name == export.name && !export.summary.isEmpty)
    }
    #expect(GridExports.named("nonsense") == nil)
  }
}
